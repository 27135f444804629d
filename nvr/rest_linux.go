package nvr

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// wakeFrom has a socket wake whoever waits for it only once so many bytes can be
// read, or its end. Else each packet wakes the process, whether or not anybody
// waits. What cannot be set costs time and nothing else.
func wakeFrom(socket syscall.RawConn, bytes int) {
	_ = socket.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVLOWAT, bytes)
	})
}
