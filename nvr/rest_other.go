//go:build !linux

package nvr

import "syscall"

// wakeFrom does nothing. Only Linux is known to return fewer bytes to a read
// that does not wait.
func wakeFrom(syscall.RawConn, int) {}
