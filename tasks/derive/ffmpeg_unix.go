//go:build !windows && !linux

package derive

import "syscall"

// apart keeps the terminal's interrupts from ffmpeg: whether it ends is for the
// context to say.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
