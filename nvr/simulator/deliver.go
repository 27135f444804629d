package simulator

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net"
	"net/http"
	"strconv"
	"time"
)

// delivery is an answer being sent.
type delivery struct {
	rec  *Recorder
	w    http.ResponseWriter
	r    *http.Request
	conn *connState
	out  wire
	// release ends the request's use of its slot, and may be called twice. It is
	// called before the client can see the end of the answer, so that a client
	// that asks again at once finds the slot free.
	release func()
	falls   int64 // how often the recorder had fallen over before this request
}

// errEnded means that a fault ended the connection.
var errEnded = errors.New("connection ended by the script")

// send applies the fault and sends the answer.
func (d *delivery) send(p *reply, f Fault) {
	if !d.sleep(d.rec.config.Latency + f.delay) {
		return
	}
	if f.refuse {
		panic(http.ErrAbortHandler)
	}
	if f.answer != nil {
		p = f.answer(d.r)
	}
	if f.framing != ByLength {
		p.framing = f.framing
	}
	p.offset += f.offset
	p.keep = p.keep || f.keep
	d.head(p)
	if p.body == nil {
		d.release()
	}
	switch {
	case p.framing == ByClose || p.framing == ZeroThen || p.keep || f.extra > 0 || p.offset < 0:
		d.sendAround(p, f)
	default:
		d.sendThrough(p, f)
	}
}

// head completes the header.
func (d *delivery) head(p *reply) {
	if p.header == nil {
		p.header = http.Header{}
	}
	date := d.rec.config.Now().UTC()
	if !d.rec.quirks.TrueDate {
		date = d.rec.WallClock()
	}
	p.header.Set("Date", date.Format(http.TimeFormat))
	p.header.Set("Server", "webserver")
	if p.framing == ByLength && p.status != http.StatusNoContent {
		p.header.Set("Content-Length", strconv.FormatInt(max(0, p.size+p.offset), 10))
	}
}

// sendThrough sends the answer through net/http.
func (d *delivery) sendThrough(p *reply, f Fault) {
	last, silent := d.lastRequest()
	if last && !silent {
		p.header.Set("Connection", "close")
	}
	maps.Copy(d.w.Header(), p.header)
	d.w.WriteHeader(p.status)
	through := &throughWire{d.w}
	d.out = through
	if p.framing == Chunked && through.flush() != nil {
		return
	}
	err := d.body(p, f)
	if err == nil && p.offset > 0 {
		// The announced bytes never come, so net/http closes the connection.
		return
	}
	if err == nil && last && silent && through.flush() == nil {
		through.end(false)
	}
}

// lastRequest reports whether the connection ends after this answer, and
// whether that is unannounced.
func (d *delivery) lastRequest() (last, silent bool) {
	q := d.rec.quirks
	if q.KeepAlive <= 0 {
		return false, false
	}
	return d.conn.requests.Add(1) >= int64(q.KeepAlive), q.SilentClose
}

// sendAround takes the connection over from net/http and writes the answer
// itself.
func (d *delivery) sendAround(p *reply, f Fault) {
	conn, _, err := http.NewResponseController(d.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	around := &aroundWire{bufio.NewWriter(conn), conn}
	d.out = around
	defer around.end(false)
	fmt.Fprintf(around, "HTTP/1.1 %d %s\r\n", p.status, http.StatusText(p.status))
	p.header.Set("Connection", "close")
	switch p.framing {
	case Chunked:
		p.header.Set("Transfer-Encoding", "chunked")
	case ZeroThen:
		p.header.Set("Content-Length", "0")
	case ByLength, ByClose:
	}
	_ = p.header.Write(around)
	_, _ = around.WriteString("\r\n")
	if d.body(p, f) != nil || d.pad(f.extra) != nil || around.flush() != nil {
		return
	}
	if p.keep {
		d.waitForClient(conn)
	}
}

// pad writes n bytes of junk.
func (d *delivery) pad(n int64) error {
	junk := make([]byte, 4096)
	for n > 0 {
		k := min(n, int64(len(junk)))
		if _, err := d.out.Write(junk[:k]); err != nil {
			return err
		}
		n -= k
	}
	return nil
}

// waitForClient waits until the client or the server closes the connection.
func (d *delivery) waitForClient(conn net.Conn) {
	stop := context.AfterFunc(d.conn.server, func() { _ = conn.Close() })
	defer stop()
	_, _ = io.Copy(io.Discard, conn)
}

// body sends the body and applies the fault at its position.
func (d *delivery) body(p *reply, f Fault) error {
	if p.body == nil || d.r.Method == http.MethodHead {
		d.release()
		if f.event == eventDrop || f.event == eventReset {
			return d.cut(f)
		}
		return nil
	}
	src := &source{r: p.body, size: p.size, corrupt: f.corrupt, counted: p.paced, last: func() {
		d.release()
		if p.paced {
			d.rec.meter.whole.Add(1)
			d.rec.mu.Lock()
			d.rec.lastEnd = time.Now()
			d.rec.mu.Unlock()
		}
	}}
	pace := pacer{d: d}
	if p.paced {
		pace.rate, pace.shared = d.rec.config.Rate, true
	}
	limit := int64(math.MaxInt64)
	if f.event != eventNone {
		limit = f.after
	}
	done, err := pace.copy(src, limit)
	if err != nil || done {
		return err
	}
	switch f.event {
	case eventDrop, eventReset:
		return d.cut(f)
	case eventStall:
		if err := d.out.flush(); err != nil {
			return err
		}
		if !d.stall(f.pause) {
			return errEnded
		}
	case eventTrickle:
		pace = pacer{d: d, rate: f.rate}
	case eventNone:
	}
	_, err = pace.copy(src, math.MaxInt64)
	return err
}

// cut ends the connection in the middle of a body.
func (d *delivery) cut(f Fault) error {
	d.release()
	_ = d.out.flush()
	d.out.end(f.event == eventReset)
	return errEnded
}

// stall waits for pause, or until the client leaves if pause is zero.
func (d *delivery) stall(pause time.Duration) bool {
	if pause > 0 {
		return d.sleep(pause)
	}
	if around, ok := d.out.(*aroundWire); ok {
		d.waitForClient(around.conn)
		return false
	}
	<-d.r.Context().Done()
	return false
}

// sleep waits and reports whether the client is still there.
func (d *delivery) sleep(pause time.Duration) bool {
	if pause <= 0 {
		return true
	}
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-d.r.Context().Done():
		return false
	case <-d.conn.server.Done():
		return false
	}
}
