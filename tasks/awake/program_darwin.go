package awake

// program blocks idle sleep while cat runs; cat reads our pipe.
func program() (name string, args []string) {
	return "caffeinate", []string{"-i", "cat"}
}
