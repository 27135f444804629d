package derive

import "syscall"

// apart keeps the terminal's interrupts from ffmpeg: whether it ends is for the
// context to say. When hikgrab is killed, so is ffmpeg: it would go on writing
// into a directory that the next run clears away.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
}
