package nvr

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestRestWakesNobody sends a few bytes to a socket while its reader rests.
// They must not wake the reader, and must be readable afterwards although no
// more arrive.
func TestRestWakesNobody(t *testing.T) {
	t.Parallel()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	peer, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = peer.Close() }()

	socket := socketOf(conn)
	lowest := func() (n int) {
		_ = socket.Control(func(fd uintptr) { n, _ = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVLOWAT) })
		return n
	}
	ready := func() bool {
		var n int
		_ = socket.Control(func(fd uintptr) { n, _ = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0) })
		return n > 0
	}
	r := resting{pause: time.Minute, rate: 1}
	resting, wake := context.WithCancel(t.Context())
	rested := make(chan struct{})
	go func() {
		defer close(rested)
		r.rest(resting, -1, socket)
	}()
	for lowest() != worthReading {
		time.Sleep(time.Millisecond)
	}
	if _, err := io.WriteString(peer, "few"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond)
	if ready() {
		t.Error("three bytes wake the reader while it rests")
	}
	wake()
	<-rested
	if lowest() != 1 || !ready() {
		t.Errorf("afterwards it wakes from %d bytes on, ready: %v", lowest(), ready())
	}
	b := make([]byte, 10)
	if n, err := conn.Read(b); err != nil || string(b[:n]) != "few" {
		t.Errorf("%q, %v", b[:n], err)
	}
	r.rest(resting, -1, nil) // its socket is unknown
}
