package nvr

import (
	"sync"
	"time"
)

const (
	bufferSize = 256 << 10
	// smallSize is the buffer size for slow streams, of which there may be
	// hundreds.
	smallSize = worthReading
	// fullFrom and gatherFor bound what is gathered before a write, because a
	// write to a sink costs the same for few bytes as for many.
	fullFrom  = bufferSize - bufferSize/4
	gatherFor = 200 * time.Millisecond
	// keepFrom is the least number of bytes for which a sink may keep their
	// buffer. Copying fewer costs less than the memory would.
	keepFrom = bufferSize / 4
)

// buffers are shared by all downloads. Reading into a large buffer of our own
// and writing from it costs half of what io.Copy to a file does.
var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// gathering is data that has arrived but is not written yet.
type gathering struct {
	sink  *copying
	large *[bufferSize]byte // nil: small is in use, or none yet
	small []byte
	have  int
	since time.Time // when the wait for its first bytes began
}

// buffer returns the buffer in use.
func (g *gathering) buffer() []byte {
	if g.large != nil {
		return g.large[:]
	}
	return g.small
}

// room returns the space for the next read. A slow stream gets a small buffer.
func (g *gathering) room(slow bool) []byte {
	if g.have == 0 && (g.large == nil || slow) {
		g.close()
		if slow && g.small == nil {
			g.small = make([]byte, smallSize)
		} else if !slow {
			g.small, g.large = nil, buffers.Get().(*[bufferSize]byte)
		}
	}
	return g.buffer()[g.have:]
}

// took records a read of n bytes that began at began.
func (g *gathering) took(n int, began time.Time) {
	if g.have == 0 {
		g.since = began
	}
	g.have += n
}

// enough reports whether to write now. left is how many bytes remain to be
// written in all, negative if unknown.
func (g *gathering) enough(left int64) bool {
	full := min(fullFrom, len(g.buffer()))
	return g.have >= full || left >= 0 && int64(g.have) >= left || time.Since(g.since) >= gatherFor
}

// flush writes the gathered data.
func (g *gathering) flush() error {
	have := g.have
	g.have = 0
	if g.large == nil || have < keepFrom {
		return g.sink.write(g.buffer()[:have])
	}
	full := g.large
	g.large = nil
	return g.sink.keep(full[:have], func() { buffers.Put(full) })
}

// close returns the large buffer.
func (g *gathering) close() {
	if g.large != nil {
		buffers.Put(g.large)
		g.large = nil
	}
}
