package simulator

import (
	"encoding/binary"
	"errors"
	"io"
	"time"
)

// Content is the bytes of a recording, generated as it is read. It takes the
// memory of two seconds of video, whatever its length.
//
// The frame rate is 25 per second if the size allows, and filler units make up
// the rest of the size. Otherwise pictures are further apart, so that the media
// lasts from Start to End. It has sound if that leaves room for one picture per
// second. A file that is too small for a single picture is a header and
// padding.
type Content struct {
	plan  plan
	start time.Time
	base  int64  // timestamp of the first picture
	first uint32 // number of the first picture
	from  int64  // bytes of the body left out at its start
	size  int64
	pos   int64

	head  []byte
	cycle []byte // the template, patched for loop
	marks []mark
	loop  int64  // the loop of cycle; -1 before the first
	tail  []byte // the last padding
	whole []byte // a complete file, instead of footage
}

// footage returns the first size bytes of a recording.
func footage(ch Channel, r Recording, size int64, bare bool) *Content {
	c := &Content{start: r.Start, size: size, loop: -1}
	room := r.Size
	if !bare {
		room -= headerSize
	}
	c.plan = newPlan(ch, r.End.Sub(r.Start).Abs(), room)
	if !bare {
		c.head = imkh(ch.Codec, c.plan.spec.sound > 0)
	}
	seed := checksum(ch.Number, r.Name, r.Start.Unix())
	c.base = clockRate + int64(seed%(1<<30))
	// Small numbers would put a start code into the stuffing.
	c.first = 0x01100000 + uint32(seed>>32)&0x3FFFFF
	frames := clips[ch.Codec]()
	for i := range int(min(int64(len(frames)), c.plan.frames)) {
		var m mark
		c.cycle, m = writeFrame(c.cycle, c.plan.spec, frames[i], i*c.plan.spec.sound)
		c.marks = append(c.marks, m)
	}
	if c.plan.loops() > 0 {
		c.cycle = append(c.cycle, padding(c.plan.gap)...)
	}
	c.tail = padding(c.plan.lastPadding())
	return c
}

// trim cuts footage to a time range: from the last key frame at or before from,
// through the picture shown at to. If inwards, it cuts from the key frame after
// from to the last one before to.
func (c *Content) trim(from, to time.Time, inwards bool) {
	if len(c.marks) == 0 {
		return
	}
	loop := int64(c.plan.perLoop)
	isKey := func(n int64) bool { return n <= 0 || n >= c.plan.frames || c.marks[n%loop].psm > 0 }
	begins := func(n int64) int64 {
		if n >= c.plan.frames {
			return c.plan.body()
		}
		return n/loop*c.plan.cycle + int64(c.marks[n%loop].pack)
	}
	at := func(t time.Time) int64 { // the picture shown at t
		return min(max(0, t.Sub(c.start).Milliseconds()*ticksPerMilli/c.plan.spec.interval), c.plan.frames)
	}
	first, end := at(from), min(at(to)+1, c.plan.frames)
	for ; !isKey(first); first-- {
	}
	if inwards {
		for first++; !isKey(first); first++ {
		}
		for end--; !isKey(end); end-- {
		}
	}
	c.from = begins(first)
	c.size = int64(len(c.head)) + max(begins(end)-c.from, 0)
}

// Size returns the length in bytes.
func (c *Content) Size() int64 { return c.size }

// Read implements io.Reader.
func (c *Content) Read(p []byte) (int, error) {
	if c.pos >= c.size {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), c.size-c.pos)]
	for n := 0; n < len(p); {
		k := copy(p[n:], c.rest())
		n += k
		c.pos += int64(k)
	}
	return len(p), nil
}

// Seek implements io.Seeker.
func (c *Content) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += c.pos
	case io.SeekEnd:
		offset += c.size
	}
	if offset < 0 {
		return 0, errors.New("simulator: seek before the beginning of a recording")
	}
	c.pos = offset
	return offset, nil
}

// rest returns the bytes from the position to the end of the current part.
func (c *Content) rest() []byte {
	if c.whole != nil {
		return c.whole[c.pos:]
	}
	at := c.pos
	if at < int64(len(c.head)) {
		return c.head[at:]
	}
	at += c.from - int64(len(c.head))
	if body := c.plan.body(); at < body {
		loop, in := at/c.plan.cycle, at%c.plan.cycle
		c.patch(loop)
		end := c.plan.cycle
		if loop == c.plan.loops() {
			end = c.plan.remainder
		}
		return c.cycle[in:end]
	}
	at -= c.plan.body()
	if full := c.plan.fullPaddings() * maxPadding; at < full {
		return fullPadding[at%maxPadding:]
	}
	at -= c.plan.fullPaddings() * maxPadding
	return c.tail[at:]
}

// fullPadding is a padding packet of the largest size.
var fullPadding = padding(maxPadding)

// patch updates the template for a loop.
func (c *Content) patch(loop int64) {
	if c.loop == loop {
		return
	}
	c.loop = loop
	interval := c.plan.spec.interval
	for i, m := range c.marks {
		number := loop*int64(c.plan.perLoop) + int64(i)
		since := number * interval
		t := (c.base + since) & (1<<33 - 1)
		pack := c.cycle[m.pack:]
		putSCR(pack, (t-clockRate/10)&(1<<33-1))
		binary.BigEndian.PutUint32(pack[packSize-4:], c.first+uint32(number))
		putPTS(c.cycle[m.video:], t)
		if m.sound > 0 {
			putPTS(c.cycle[m.sound:], t)
		}
		if m.psm > 0 {
			putClock(c.cycle[m.psm:m.psmTo], c.start.Add(time.Duration(since)*time.Millisecond/ticksPerMilli))
		}
	}
}
