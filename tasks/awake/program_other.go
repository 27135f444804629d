//go:build !windows && !darwin

package awake

// program blocks sleep while cat runs; cat reads our pipe.
func program() (name string, args []string) {
	return "systemd-inhibit", []string{"--what=idle:sleep", "--who=hikgrab", "--why=recordings are being downloaded", "--mode=block", "cat"}
}
