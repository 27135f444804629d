package nvr

import (
	"context"
	"crypto/tls"
	"net"
	"syscall"
	"time"
)

// A stream that brings a few hundred bytes at a time costs a wake-up, a read and a
// write for each of them, and a fleet behind slow uplinks has hundreds of such
// streams. So the reader of a slow stream rests until a piece worth reading has
// gathered in the socket.
const (
	// worthReading is what a rest is to gather. Every system's socket holds more.
	worthReading = 32 << 10
	// longestRest bounds how late bytes are seen, shortestRest is the least that is
	// worth going to sleep for.
	longestRest, shortestRest = time.Second, 20 * time.Millisecond
	// restFrom is how long after its beginning a stream is known to be slow; what
	// is over by then was short.
	restFrom = time.Second
)

// resting says how long to rest before each read of a stream.
type resting struct {
	age   time.Duration // time that went into reads and rests so far
	pause time.Duration // before the next read
	rate  float64       // bytes per second, by the read that the pause follows from
	vain  bool          // nothing gathers meanwhile: the sender waits, or each read brings one record of TLS
}

// learn takes in the latest read: how many bytes it brought, and how long it took
// with the rest before it.
func (r *resting) learn(n int, took time.Duration) {
	rested := r.pause
	r.age += took
	r.pause = 0
	if n <= 0 || n >= worthReading || took <= 0 || r.age < restFrom || r.vain {
		return
	}
	if r.vain = rested > 0 && float64(n) < r.rate*rested.Seconds()/2; r.vain {
		return
	}
	r.rate = float64(n) / took.Seconds()
	if r.pause = min(time.Duration(worthReading/r.rate*float64(time.Second)), longestRest); r.pause < shortestRest {
		r.pause = 0
	}
}

// rest waits before a read, no longer than left bytes take, if that is known.
// Meanwhile what comes into the socket, which may be nil, wakes nobody.
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
	_ = pause(ctx, r.pause) // the read finds out that ctx has ended
}

// socketOf returns the socket under a connection; nil when nobody knows.
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
