package nvr

import (
	"sync"
	"time"
)

const (
	bufferSize = 256 << 10
	// smallSize is the size of a slow stream's buffer: there may be hundreds.
	smallSize = worthReading
	// fullFrom and gatherFor bound what is gathered before it is written: a sink
	// costs the same for a few bytes as for many.
	fullFrom  = bufferSize - bufferSize/4
	gatherFor = 200 * time.Millisecond
	// keepFrom is from how many bytes on a sink may keep the buffer that they came
	// in: fewer are copied for less than the room that it takes.
	keepFrom = bufferSize / 4
)

// buffers are shared by all downloads. Reading into a large buffer of our own
// and writing from it costs half of what io.Copy to a file does.
var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// gathering is what came and was not written yet.
type gathering struct {
	sink  *copying
	large *[bufferSize]byte // nil: small is in use, or nothing yet
	small []byte
	have  int
	since time.Time // when the first of it was waited for
}

// buffer is the one in use.
func (g *gathering) buffer() []byte {
	if g.large != nil {
		return g.large[:]
	}
	return g.small
}

// room returns where to read to. A slow stream gets a small buffer.
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

// took notes a read of n bytes behind what there is, which was begun then.
func (g *gathering) took(n int, began time.Time) {
	if g.have == 0 {
		g.since = began
	}
	g.have += n
}

// enough reports whether to write what there is; left is how much is still to be
// written in all, negative when nobody knows.
func (g *gathering) enough(left int64) bool {
	full := min(fullFrom, len(g.buffer()))
	return g.have >= full || left >= 0 && int64(g.have) >= left || time.Since(g.since) >= gatherFor
}

// flush writes what there is.
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

// close gives the large buffer back.
func (g *gathering) close() {
	if g.large != nil {
		buffers.Put(g.large)
		g.large = nil
	}
}
