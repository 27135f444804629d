package nvr

import (
	"context"
	"crypto/tls"
	"net"
	"syscall"
	"time"
)

// A stream that delivers a few hundred bytes at a time costs a wake-up, a read
// and a write each time, and a fleet behind slow uplinks has hundreds of such
// streams. So the reader of a slow stream rests until enough has gathered in
// the socket.
const (
	// worthReading is how many bytes a rest should gather. Every system's socket
	// holds more.
	worthReading = 32 << 10
	// longestRest bounds how late bytes are read. shortestRest is the shortest
	// rest that is worth it.
	longestRest, shortestRest = time.Second, 20 * time.Millisecond
	// restFrom is how old a stream must be to count as slow. A stream that ends
	// sooner was short.
	restFrom = time.Second
)

// resting decides how long to rest before each read of a stream.
type resting struct {
	age     time.Duration // time in reads and rests so far
	pause   time.Duration // before the next read
	rate    float64       // bytes per second, from the read that set the pause
	useless bool          // resting gathers nothing: the sender waits, or each read returns one TLS record
}

// learn updates the pause after a read of n bytes that took took, including the
// rest before it.
func (r *resting) learn(n int, took time.Duration) {
	rested := r.pause
	r.age += took
	r.pause = 0
	if n <= 0 || n >= worthReading || took <= 0 || r.age < restFrom || r.useless {
		return
	}
	if r.useless = rested > 0 && float64(n) < r.rate*rested.Seconds()/2; r.useless {
		return
	}
	r.rate = float64(n) / took.Seconds()
	if r.pause = min(time.Duration(worthReading/r.rate*float64(time.Second)), longestRest); r.pause < shortestRest {
		r.pause = 0
	}
}

// rest waits before a read, but no longer than left bytes should take; a
// negative left is unknown. Meanwhile, arriving bytes do not wake the process.
// socket may be nil.
func (r *resting) rest(ctx context.Context, left int64, socket syscall.RawConn) {
	if r.pause == 0 {
		return
	}
	if left >= 0 {
		r.pause = min(r.pause, time.Duration(float64(left)/r.rate*float64(time.Second)))
	}
	if socket != nil {
		wakeFrom(socket, worthReading)
		defer wakeFrom(socket, 1)
	}
	_ = pause(ctx, r.pause) // the read will notice that ctx has ended
}

// socketOf returns the socket of a connection, or nil if unknown.
func socketOf(c net.Conn) syscall.RawConn {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	s, ok := c.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}
