package mediatest

import (
	"encoding/binary"
	"slices"
)

// Box is an editable MP4 box.
type Box struct {
	Kind  string
	Body  []byte // if it holds no boxes
	Boxes []*Box
}

// containers are the boxes that hold only boxes.
var containers = []string{"moov", "trak", "mdia", "minf", "stbl", "edts", "dinf"}

// Edit changes the index of an MP4 that package mp4 wrote. The index comes
// first, and the free space after it absorbs any change in its length, so that
// the samples stay where they are. The index must not outgrow that space.
func Edit(file []byte, change func(moov *Box)) []byte {
	length := func(at int) int { return int(binary.BigEndian.Uint32(file[at:])) }
	at := length(0) // after ftyp
	n := length(at)
	free := length(at + n)
	if string(file[at+4:at+8]) != "moov" || string(file[at+n+4:at+n+8]) != "free" {
		panic("not an MP4 of ours")
	}
	moov := parse("moov", file[at+8:at+n])
	change(moov)
	b := moov.append(nil)
	rest := n + free - len(b)
	if rest < 8 {
		panic("the index has outgrown its place")
	}
	out := slices.Concat(file[:at], b)
	out = binary.BigEndian.AppendUint32(out, uint32(rest))
	out = append(out, "free"...)
	out = append(out, make([]byte, rest-8)...)
	return append(out, file[at+n+free:]...)
}

func parse(kind string, body []byte) *Box {
	b := &Box{Kind: kind, Body: slices.Clone(body)}
	if slices.Contains(containers, kind) {
		b.Body = nil
		for len(body) > 0 {
			n := binary.BigEndian.Uint32(body)
			b.Boxes = append(b.Boxes, parse(string(body[4:8]), body[8:n]))
			body = body[n:]
		}
	}
	return b
}

func (b *Box) append(to []byte) []byte {
	at := len(to)
	to = append(append(to, 0, 0, 0, 0), b.Kind...)
	to = append(to, b.Body...)
	for _, c := range b.Boxes {
		to = c.append(to)
	}
	binary.BigEndian.PutUint32(to[at:], uint32(len(to)-at))
	return to
}

// Find returns the first box along a path, or nil if there is none. A path
// leads into the first track, which is video.
func (b *Box) Find(path ...string) *Box {
	for _, kind := range path {
		i := slices.IndexFunc(b.Boxes, func(c *Box) bool { return c.Kind == kind })
		if i < 0 {
			return nil
		}
		b = b.Boxes[i]
	}
	return b
}

// Table returns a table of the first track.
func (b *Box) Table(kind string) *Box { return b.Find("trak", "mdia", "minf", "stbl", kind) }

// Remove removes the first inner box of a kind.
func (b *Box) Remove(kind string) {
	i := slices.IndexFunc(b.Boxes, func(c *Box) bool { return c.Kind == kind })
	b.Boxes = slices.Delete(b.Boxes, i, i+1)
}

// Put32 changes 32 bits of the body.
func (b *Box) Put32(at int, v uint32) { binary.BigEndian.PutUint32(b.Body[at:], v) }

// Full returns the body of a box that begins with a version and a count,
// followed by 32-bit fields.
func Full(version byte, count uint32, fields ...uint32) []byte {
	b := binary.BigEndian.AppendUint32([]byte{version, 0, 0, 0}, count)
	for _, f := range fields {
		b = binary.BigEndian.AppendUint32(b, f)
	}
	return b
}
