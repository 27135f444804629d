package media_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"
	"time"

	"example.com/hikgrab/nvr/media/mediatest"
)

// pictures splits an elementary stream of testdata into pictures.
func pictures(t testing.TB, name string) []mediatest.Picture {
	t.Helper()
	list, err := mediatest.Pictures("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Kinds of audio stamps.
const (
	stamps90k = iota
	stamps8k
	noStamps
)

// tape says how to make a recording.
type tape struct {
	source     string
	imkh       bool
	system     uint16 // of the IMKH header
	noMap      bool
	noNumbers  bool
	number     uint32 // of the first picture
	numberStep uint32 // from picture to picture; 0: 1
	countSound bool   // sound has its own packs, numbered together with the pictures
	soundCount bool   // sound has its own packs, numbered separately
	base       int64  // stamp of the first picture
	step       int64
	at         func(i int, t int64) int64 // changes a picture's time
	stamp      func(i int, s int64) int64 // changes a picture's stamp, not its time
	wrap32     bool
	reorder    bool // stamps with PTS and DTS, for B-frames
	noDTS      bool
	audio      byte // stream_type
	infoAudio  byte // stream_type for the IMKH header, if different
	sound      [][]byte
	soundStep  int64 // of one packet of sound; 0: 3600
	audioStamp int
	soundStamp func(i int, s int64) int64
	private    bool
	bare       bool
	noLength   bool
	endCode    bool
	scrambled  bool
	videoType  byte // stream_type, if not the source's
	packet     int  // largest payload
	wall       time.Time
	repeat     int  // times the source is repeated
	still      bool // all pictures except the key frames are the same
	sparse     int  // only one in this many pictures is stamped
}

// footage is a recording and its parts.
type footage struct {
	data     []byte
	pictures []mediatest.Picture
	packs    []int    // where each picture's pack begins
	sound    [][]byte // one packet each
	soundAt  []int64  // its true time, in 1/90000 s since the first picture
}

// record makes a recording.
func record(t testing.TB, r tape) footage {
	t.Helper()
	var f footage
	for range max(r.repeat, 1) {
		f.pictures = append(f.pictures, pictures(t, r.source)...)
	}
	if r.step == 0 {
		r.step = 3600
	}
	if r.soundStep == 0 {
		r.soundStep = 3600
	}
	if r.packet == 0 {
		r.packet = 5000
	}
	w := &tapeWriter{tape: r}
	if r.imkh {
		w.header()
	}
	if r.still {
		for i := range f.pictures {
			if !f.pictures[i].Key {
				f.pictures[i].NALs = f.pictures[1].NALs
			}
		}
	}
	order := mediatest.DisplayOrder(f.pictures, r.reorder || r.noDTS)
	soundAt := int64(0)
	for i := range f.pictures {
		p := &f.pictures[i]
		p.DTS = int64(i) * r.step
		if r.at != nil {
			p.DTS = r.at(i, p.DTS)
		}
		p.PTS = p.DTS
		if r.reorder || r.noDTS {
			p.PTS = int64(order[i]+1) * r.step
		}
		f.packs = append(f.packs, len(w.b))
		w.picture(i, *p)
		for len(r.sound) > 0 && soundAt <= p.DTS {
			n := len(f.sound)
			data := r.sound[n%len(r.sound)]
			if soundAt < p.DTS-r.step {
				soundAt = p.DTS // the camera's sound paused too
			}
			w.soundPacket(n, data, soundAt)
			f.sound, f.soundAt = append(f.sound, data), append(f.soundAt, soundAt)
			soundAt += r.soundStep
		}
	}
	if r.endCode {
		w.b = append(w.b, 0, 0, 1, 0xB9)
	}
	f.data = w.b
	return f
}

// tapeWriter writes a program stream in the way of recorders.
type tapeWriter struct {
	tape
	b       []byte
	counted uint32 // numbered packs of sound so far
	latest  uint32 // number
}

func (w *tapeWriter) header() {
	h := make([]byte, 40)
	copy(h, "IMKH\x02\x01\x00\x00")
	put := binary.LittleEndian.PutUint16
	put(h[8:], max(w.system, 2))
	put(h[10:], 0x100)
	if bytes.HasSuffix([]byte(w.source), []byte("265")) {
		put(h[10:], 5)
	}
	switch max(w.infoAudio, w.audio) {
	case 0x90:
		put(h[12:], 0x7111)
	case 0x91:
		put(h[12:], 0x7110)
	case 0x0F:
		put(h[12:], 0x2001)
	}
	if w.audio != 0 {
		h[14], h[15] = 1, 16
		binary.LittleEndian.PutUint32(h[16:], 8000)
	}
	w.b = append(w.b, h...)
}

func (w *tapeWriter) picture(i int, p mediatest.Picture) {
	s := w.base + p.DTS
	if w.bare && i > 0 {
		w.b = append(w.b, 0, 0, 1, 0xBA)
	}
	w.packHeader(s)
	if w.noNumbers {
		w.b = append(w.b, 0xF8)
	} else {
		w.b = append(w.b, 0xFE, 0xFF, 0xFF)
		w.latest = w.number + uint32(i)*max(w.numberStep, 1) + w.counted
		w.b = binary.BigEndian.AppendUint32(w.b, w.latest)
	}
	if p.Key {
		w.b = append(w.b, 0, 0, 1, 0xBB, 0, 6, 0x81, 0xD6, 0x69, 4, 0xE1, 0x7F)
		if !w.noMap {
			w.programMap(p)
		}
	}
	if w.private {
		w.privatePackets(i)
	}
	pts, dts := w.base+p.PTS, w.base+p.DTS
	if w.stamp != nil {
		pts = w.stamp(i, pts)
		dts = pts
	}
	for k, nal := range p.NALs {
		b := append([]byte{0, 0, 0, 1}, nal...)
		for first := k == 0; len(b) > 0; first = false {
			n := min(len(b), w.packet)
			w.videoPacket(b[:n], first && i%max(w.sparse, 1) == 0, pts, dts)
			b = b[n:]
		}
	}
}

// packHeader writes a pack header without its stuffing.
func (w *tapeWriter) packHeader(s int64) {
	w.b = append(w.b, 0, 0, 1, 0xBA, 0x44|byte(s>>27)&0x38|byte(s>>28)&3, byte(s>>20), 4|byte(s>>12)&0xF8|byte(s>>13)&3,
		byte(s>>5), 4|byte(s<<3), 1, 0x03, 0xAC, 0xD3)
}

func (w *tapeWriter) programMap(p mediatest.Picture) {
	video := byte(0x1B)
	if bytes.HasSuffix([]byte(w.source), []byte("265")) {
		video = 0x24
	}
	if w.videoType != 0 {
		video = w.videoType
	}
	b := []byte{0xE1, 0xFF}
	wall := w.wall.Add(time.Duration(p.DTS) * time.Second / 90000)
	v := uint64(wall.Year()-2000)<<40 | uint64(wall.Month())<<36 | uint64(wall.Day())<<31 | uint64(wall.Hour())<<26 |
		uint64(wall.Minute())<<20 | uint64(wall.Second())<<14 | 1<<13 | uint64(wall.Nanosecond()/1e6)<<3 | 7
	if w.wall.IsZero() {
		b = append(b, 0, 0)
	} else {
		b = append(b, 0, 16, 0x40, 14, 'H', 'K', 1, 0)
		b = append(b, byte(v>>40), byte(v>>32), byte(v>>24), byte(v>>16), byte(v>>8), byte(v), 0, 0xFF, 0xFF, 0xFF)
	}
	entries := []byte{video, 0xE0, 0, 0}
	if w.audio != 0 {
		entries = append(entries, w.audio, 0xC0, 0, 0)
	}
	b = append(b, 0, byte(len(entries)))
	b = append(b, entries...)
	b = append(b, 1, 2, 3, 4)
	w.sized(0xBC, b)
}

func (w *tapeWriter) sized(code byte, body []byte) {
	w.b = append(w.b, 0, 0, 1, code, byte(len(body)>>8), byte(len(body)))
	w.b = append(w.b, body...)
}

// privatePackets writes packets that decoders must skip by length: the start
// codes inside look like packs and packets.
func (w *tapeWriter) privatePackets(i int) {
	w.sized(0xBD, []byte{0x8C, 0, 0, 0, 0, 1, 0xBA, 0x44, 0, 4, 0, 4, 1, 0, 0, 0, 0xF8, 0, 0, 1, 0xE0, 0, 3, 1, 2, 3, byte(i)})
	w.sized(0xBF, []byte{0, 0, 1, 0xE0, 0xFF, 0xFF, 0x80, 0x80, 5, 1, 2, 3, 4, 5, 6, 7, byte(i)})
}

func (w *tapeWriter) videoPacket(b []byte, first bool, pts, dts int64) {
	head := []byte{0x8C, 0, 3, 0xFF, 0xFF, 0xFC}
	if w.scrambled {
		head[0] |= 0x20
	}
	switch {
	case first && w.reorder:
		head = append(head[:1], 0xC0, 10)
		head = w.stampTo(head, 0x30, pts)
		head = w.stampTo(head, 0x10, dts)
	case first:
		head = append(head[:1], 0x80, 8)
		head = w.stampTo(head, 0x20, pts)
		head = append(head, 0xFF, 0xFF, 0xFC)
	}
	body := append(head, b...)
	if w.noLength {
		w.b = append(w.b, 0, 0, 1, 0xE0, 0, 0)
		w.b = append(w.b, body...)
		return
	}
	w.sized(0xE0, body)
}

func (w *tapeWriter) soundPacket(i int, data []byte, at int64) {
	s := w.base + at
	if w.soundStamp != nil {
		s = w.soundStamp(i, s)
	}
	if w.countSound || w.soundCount {
		number := uint32(i) + 500
		if w.countSound {
			w.counted++
			w.latest++
			number = w.latest
		}
		w.packHeader(s)
		w.b = append(w.b, 0xFE, 0xFF, 0xFF)
		w.b = binary.BigEndian.AppendUint32(w.b, number)
	}
	head := []byte{0x80, 0x80, 5}
	switch w.audioStamp {
	case stamps8k:
		s = int64(i) * 320
	case noStamps:
		head = []byte{0x80, 0, 0}
	}
	if w.audioStamp != noStamps {
		head = w.stampTo(head, 0x20, s)
	}
	w.sized(0xC0, append(head, data...))
}

func (w *tapeWriter) stampTo(b []byte, mark byte, s int64) []byte {
	if w.wrap32 {
		s &= 1<<32 - 1
	}
	return append(b, mark|byte(s>>29)&0x0E|1, byte(s>>22), byte(s>>14)|1, byte(s>>7), byte(s<<1)|1)
}
