package nvr

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// wakeFrom makes a socket wake its reader only once this many bytes can be
// read, or at the end. Otherwise each packet wakes the process, whether or not
// anybody is reading. A failure only costs time.
func wakeFrom(socket syscall.RawConn, bytes int) {
	_ = socket.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVLOWAT, bytes)
	})
}
