//go:build !windows && !darwin

package awake

// program holds off sleep for as long as cat, whose input is ours, runs.
func program() (name string, args []string) {
	return "systemd-inhibit", []string{"--what=idle:sleep", "--who=hikgrab", "--why=recordings are being downloaded", "--mode=block", "cat"}
}
