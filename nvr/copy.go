package nvr

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"
)

// A download that averages less than slowRate bytes per second over slowWindow
// of waiting for the recorder would take days. It is better to start again
// later.
var (
	slowWindow = 60 * time.Second
	slowRate   = int64(10 << 10)
)

// ending says why a copy stopped.
type ending int

const (
	endOfBody     ending = iota // the body ended, as it should or with an error
	endOfPatience               // nothing arrived for too long
	endSlow                     // too little arrived
	endTooLarge                 // more arrived than is possible
	endOfSink                   // the sink failed
)

// copying copies a body to a sink.
type copying struct {
	ctx      context.Context // ends a rest between reads
	body     io.Reader
	sink     io.Writer
	limit    int64 // stop after this many bytes; -1: no limit
	enough   int64 // after this many bytes the body may end; 0: unknown
	most     int64 // the body cannot be the recording if it has more bytes; 0: no limit
	received int64

	waited  time.Duration // time waiting for the recorder in this window
	arrived int64         // bytes received in this window
	resting resting
}

// run writes head, then copies until the body or the limit ends.
func (c *copying) run(head []byte) (ending, error) {
	if err := c.write(head); err != nil {
		return endOfSink, err
	}
	g := gathering{sink: c}
	defer g.close()
	for c.limit < 0 || c.received < c.limit {
		err := c.read(&g)
		if err == nil && !g.enough(c.limit-c.received) {
			continue
		}
		if werr := g.flush(); werr != nil {
			return endOfSink, werr
		}
		switch {
		case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
			return endOfBody, nil
		case errors.Is(err, errIdle):
			return endOfPatience, err
		case err != nil:
			return endOfBody, err
		case c.most > 0 && c.received > c.most:
			return endTooLarge, nil
		case c.slow():
			return endSlow, nil
		}
	}
	return endOfBody, nil
}

// read reads once and appends to g.
func (c *copying) read(g *gathering) error {
	left := int64(-1)
	if c.limit >= 0 {
		left = c.limit - c.received - int64(g.have)
	}
	var socket syscall.RawConn
	if b, ok := c.body.(*idleBody); ok {
		if socket = b.socket; c.enough > 0 && c.received+int64(g.have) >= c.enough {
			b.shorten(closeGrace)
		}
	}
	p := g.room(c.resting.pause > 0)
	if left >= 0 {
		p = p[:min(int64(len(p)), left)]
	}
	began := time.Now()
	c.resting.rest(c.ctx, left, socket)
	n, err := c.body.Read(p)
	waited := time.Since(began)
	g.took(n, began)
	c.arrived += int64(n)
	c.waited += waited
	c.resting.learn(n, waited)
	return err
}

func (c *copying) write(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	n, err := c.sink.Write(p)
	return c.wrote(n, len(p), err)
}

// keep gives a buffer to a sink that can keep it, or writes a copy.
func (c *copying) keep(p []byte, done func()) error {
	keeper, ok := c.sink.(Keeper)
	if !ok {
		defer done()
		return c.write(p)
	}
	n, err := keeper.Keep(p, done)
	return c.wrote(n, len(p), err)
}

func (c *copying) wrote(n, want int, err error) error {
	c.received += int64(n)
	if err == nil && n < want {
		err = io.ErrShortWrite
	}
	return err
}

// slow checks a full window, starts a new one, and reports whether too little
// arrived.
func (c *copying) slow() bool {
	if c.waited < slowWindow {
		return false
	}
	tooLittle := c.arrived < slowRate*int64(c.waited/time.Second)
	if !tooLittle {
		c.arrived, c.waited = 0, 0
	}
	return tooLittle
}

// pace says how much arrived in what time.
func (c *copying) pace() string {
	return fmt.Sprintf("%s in %s", bytesText(c.arrived), c.waited.Round(time.Second))
}
