package nvr

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

const bufferSize = 256 << 10

// A download that stays below slowRate bytes per second over slowWindow of
// waiting for the recorder would take days: better to begin anew later.
var (
	slowWindow = 60 * time.Second
	slowRate   = int64(10 << 10)
)

// buffers are shared by all downloads. Reading into a large buffer of our own
// and writing from it costs half of what io.Copy to a file does.
var buffers = sync.Pool{New: func() any { b := make([]byte, bufferSize); return &b }}

// ending says why a copy stopped.
type ending int

const (
	endOfBody     ending = iota // the body ended, as it should or with an error
	endOfPatience               // nothing came for too long
	endSlow                     // too little came
	endTooLarge                 // more came than there can be
	endOfSink                   // the sink failed
)

// copying moves a body into a sink.
type copying struct {
	body     io.Reader
	sink     io.Writer
	limit    int64 // stop after so many bytes; -1 for no limit
	enough   int64 // after so many bytes, no more need come; 0 for unknown
	most     int64 // more bytes than these cannot be the recording; 0 for no bound
	received int64

	waited  time.Duration // spent waiting for the recorder, in this window
	arrived int64         // bytes that came in this window
}

// run writes head, then copies until the body or the limit ends.
func (c *copying) run(head []byte) (ending, error) {
	if err := c.write(head); err != nil {
		return endOfSink, err
	}
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	for c.limit < 0 || c.received < c.limit {
		p := *buffer
		if c.limit >= 0 {
			p = p[:min(int64(len(p)), c.limit-c.received)]
		}
		if c.enough > 0 && c.received >= c.enough {
			if b, ok := c.body.(*idleBody); ok {
				b.shorten(closeGrace)
			}
		}
		began := time.Now()
		n, err := c.body.Read(p)
		c.count(n, time.Since(began))
		if werr := c.write(p[:n]); werr != nil {
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

func (c *copying) write(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	n, err := c.sink.Write(p)
	c.received += int64(n)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return err
}

func (c *copying) count(n int, waited time.Duration) {
	c.arrived += int64(n)
	c.waited += waited
}

// slow closes a window once it is full and reports whether too little came.
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

// pace says how much came how slowly.
func (c *copying) pace() string {
	return fmt.Sprintf("%s in %s", bytesText(c.arrived), c.waited.Round(time.Second))
}
