//go:build !linux

package nvr

import "syscall"

// wakeFrom does nothing: only Linux is known to give fewer bytes to a reader who
// asks all the same.
func wakeFrom(syscall.RawConn, int) {}
