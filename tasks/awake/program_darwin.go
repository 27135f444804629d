package awake

// program holds off idle sleep for as long as cat, whose input is ours, runs.
func program() (name string, args []string) {
	return "caffeinate", []string{"-i", "cat"}
}
