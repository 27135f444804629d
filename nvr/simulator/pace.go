package simulator

import (
	"errors"
	"io"
	"sync"
	"time"
)

// source is the body of an answer.
type source struct {
	r       io.Reader
	at      int64
	size    int64
	corrupt bool
	counted bool   // count it in Stats.BytesSent
	last    func() // called before the last bytes are sent
}

// corruptBytes is how many bytes CorruptHead overwrites.
const corruptBytes = 64

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if s.corrupt {
		for i := range n {
			if s.at+int64(i) < corruptBytes {
				p[i] = 0xA5
			}
		}
	}
	s.at += int64(n)
	if n > 0 && s.at == s.size {
		s.last()
	}
	return n, err
}

// pacer limits the rate of a copy.
type pacer struct {
	d      *delivery
	rate   int64 // bytes per second; 0 is unlimited
	shared bool  // it also gets only its share of the uplink
}

// now returns the current limit in bytes per second; 0 is unlimited.
func (p *pacer) now() int64 {
	up := p.d.rec.config.Uplink
	if !p.shared || up == 0 {
		return p.rate
	}
	share := max(1, up/int64(max(1, p.d.rec.meter.runningNow(Download))))
	if p.rate > 0 {
		share = min(share, p.rate)
	}
	return share
}

// buffers holds buffers for copying bodies.
var buffers = sync.Pool{New: func() any { b := make([]byte, 256<<10); return &b }}

// sendsPerSecond is how many times per second a paced copy sends.
const sendsPerSecond = 20

// copy copies until the source ends (done) or it has sent limit bytes.
func (p *pacer) copy(src *source, limit int64) (done bool, err error) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	began, due := time.Now(), time.Duration(0)
	for src.at < limit {
		if p.shared && p.d.rec.fallen.Load() != p.d.falls {
			p.d.out.end(true)
			return false, errEnded
		}
		rate, step := p.now(), int64(len(*buf))
		if rate > 0 {
			step = min(step, max(1, rate/sendsPerSecond))
		}
		n, err := src.Read((*buf)[:min(step, limit-src.at)])
		if n > 0 {
			if src.counted { // before Write, because a client may look before Write returns
				p.d.rec.meter.bytes.Add(int64(n))
			}
			if _, werr := p.d.out.Write((*buf)[:n]); werr != nil {
				return false, werr
			}
		}
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		if rate > 0 {
			if err := p.d.out.flush(); err != nil {
				return false, err
			}
			due += time.Duration(float64(n) / float64(rate) * float64(time.Second))
			if !p.d.sleep(due - time.Since(began)) {
				return false, errEnded
			}
		}
	}
	return false, nil
}
