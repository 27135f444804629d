package splice_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/mediatest"
	"example.com/hikgrab/nvr/media/mp4"
	"example.com/hikgrab/nvr/media/splice"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

const clock = 90000

// camera holds what a camera has seen and heard since noon, for a recorder to
// make files of.
type camera struct {
	pictures  []picture // in decoding order
	sounds    []sound
	video     mp4.Entry
	sound     mp4.Entry
	soundRate int64
	width     int
	height    int
	step      int64 // ticks per picture
	lingers   int64 // how long sound continues after a file's last picture begins, in ticks; 0: step
}

type picture struct {
	data           []byte
	key            bool
	decoded, shown int64 // ticks since noon
}

type sound struct {
	data   []byte
	at     int64 // units since noon
	length int64
}

// lens is the configuration of a camera.
type lens struct {
	source  string // elementary stream, in nvr/media/testdata
	frames  int    // the source is repeated up to this; 0: the length of the source
	step    int64  // ticks from picture to picture; 0: 3600
	reorder bool   // the source has B-frames
	at      func(i int, t int64) int64
	sound   string // "", "alaw", "aac" or "mp2"
	bare    bool   // no parameter sets within the pictures
}

// see records with a camera. All pictures and all packets of sound differ, so
// that none can be lost, moved or repeated unnoticed.
func see(t testing.TB, l lens) *camera {
	t.Helper()
	source, err := mediatest.Pictures("../testdata/" + l.source)
	if err != nil {
		t.Fatal(err)
	}
	// Use only whole groups of pictures, so that key frames come regularly.
	source = source[:len(source)-len(source)%group(source)]
	c := &camera{step: cmp.Or(l.step, 3600)}
	codec := es.H264
	if bytes.HasSuffix([]byte(l.source), []byte("265")) {
		codec = es.H265
	}
	c.describe(t, codec, source[0])
	order := mediatest.DisplayOrder(source, l.reorder)
	for i := range cmp.Or(l.frames, len(source)) {
		p := source[i%len(source)]
		shown := int64(i/len(source)*len(source)+order[i%len(source)]) * c.step
		decoded := int64(i) * c.step
		if l.at != nil {
			decoded = l.at(i, decoded)
			shown = decoded
		}
		if l.reorder {
			decoded -= c.step
		}
		c.pictures = append(c.pictures, picture{mark(p, codec, i, l.bare), p.Key, decoded, shown})
	}
	c.listen(t, l.sound)
	return c
}

// group returns the number of pictures from one key frame to the next.
func group(list []mediatest.Picture) int {
	n := 1
	for !list[n].Key {
		n++
	}
	return n
}

// describe builds the sample entry from the sets of the first picture.
func (c *camera) describe(t testing.TB, codec es.Codec, p mediatest.Picture) {
	t.Helper()
	var sets es.ParameterSets
	for _, nal := range p.NALs {
		switch kind := kindOf(codec, nal); {
		case kind == 7 && codec == es.H264, kind == 33:
			sets.SPS = append(sets.SPS, nal)
		case kind == 8 && codec == es.H264, kind == 34:
			sets.PPS = append(sets.PPS, nal)
		case kind == 32:
			sets.VPS = append(sets.VPS, nal)
		}
	}
	sps, err := es.ParseSPS(codec, sets.SPS[0])
	if err != nil {
		t.Fatal(err)
	}
	c.width, c.height = sps.Width, sps.Height
	if c.video = mp4.AVC(sps, sets); codec == es.H265 {
		c.video = mp4.HEVC(sps, sets)
	}
}

func kindOf(codec es.Codec, nal []byte) byte {
	if codec == es.H265 {
		return nal[0] >> 1 & 0x3F
	}
	return nal[0] & 0x1F
}

// mark returns a picture as a sample, with a number in a message that decoders
// ignore.
func mark(p mediatest.Picture, codec es.Codec, number int, bare bool) []byte {
	message := fmt.Appendf(nil, "\x05\x1ahikgrab picture.%010d\x80", number)
	head := []byte{6}
	if codec == es.H265 {
		head = []byte{39 << 1, 1}
	}
	var q mediatest.Picture
	marked := false
	for _, nal := range p.NALs {
		kind := kindOf(codec, nal)
		set := kind == 7 || kind == 8
		slice := kind >= 1 && kind <= 5
		if codec == es.H265 {
			set, slice = kind >= 32 && kind <= 34, kind < 32
		}
		if slice && !marked {
			q.NALs = append(q.NALs, append(slices.Clone(head), message...))
			marked = true
		}
		if !bare || !set {
			q.NALs = append(q.NALs, nal)
		}
	}
	return q.Data()
}

// listen records sound for as long as there are pictures.
func (c *camera) listen(t testing.TB, kind string) {
	t.Helper()
	length := int64(320)
	packet := func(i int) []byte {
		b := make([]byte, 320)
		for k := range b {
			b[k] = byte(i*31 + k*7 + k*k + i/256)
		}
		return b
	}
	switch kind {
	case "":
		return
	case "alaw":
		c.sound, c.soundRate = mp4.G711("alaw", 8000, 1), 8000
	default:
		var frames [][]byte
		frames, c.sound, c.soundRate, length = coded(t, "../testdata/tone."+kind)
		packet = func(i int) []byte { return frames[i%len(frames)] }
	}
	last := c.pictures[len(c.pictures)-1]
	for i := 0; int64(i)*length*clock < (last.shown+c.step)*c.soundRate; i++ {
		c.sounds = append(c.sounds, sound{packet(i), int64(i) * length, length})
	}
}

// coded returns the frames of a stream of AAC or MPEG audio.
func coded(t testing.TB, path string) (frames [][]byte, e mp4.Entry, rate, length int64) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for len(b) >= es.AudioHeader {
		f, err := es.ParseAudioFrame(b)
		if err != nil {
			t.Fatal(err)
		}
		data := b[:f.Size]
		if f.AAC {
			data = data[f.Header:]
		}
		frames = append(frames, data)
		e, rate, length = mp4.Sound(f), int64(f.Rate), int64(f.Samples)
		b = b[f.Size:]
	}
	return frames, e, rate, length
}

// span is the range of pictures in a file.
type span struct{ first, last int }

// file makes an MP4, as the recorder would, of some of the pictures and their
// sound. The piece starts when its first picture is shown.
func (c *camera) file(t testing.TB, s span) (splice.Piece, *mediatest.Memory) {
	t.Helper()
	dst := &mediatest.Memory{}
	w, err := mp4.New(dst, 64<<10)
	if err != nil {
		t.Fatal(err)
	}
	list := c.pictures[s.first:s.last]
	begin, end := int64(math.MaxInt64), int64(0)
	for _, p := range list {
		begin, end = min(begin, p.shown), max(end, p.shown+cmp.Or(c.lingers, c.step))
	}
	v := w.Video()
	v.Entry, v.Width, v.Height = c.video, c.width, c.height
	last := list[len(list)-1]
	v.Last = c.step
	var a *mp4.Track
	if c.sound != nil {
		a = w.Audio(int(c.soundRate))
		a.Entry = c.sound
	}
	heard := int64(0)
	for _, p := range list {
		if err := v.Write(p.data, p.key); err != nil {
			t.Fatal(err)
		}
		v.Time(p.decoded-begin, p.shown-p.decoded)
		for a != nil && int(heard) < len(c.sounds) {
			x := c.sounds[heard]
			if at := x.at * clock; at >= (p.shown+c.step)*c.soundRate && p.decoded != last.decoded || at >= end*c.soundRate {
				break
			}
			if heard++; x.at*clock < begin*c.soundRate {
				continue
			}
			if err := a.Write(x.data, true); err != nil {
				t.Fatal(err)
			}
			a.Time(x.at-mp4.Rescale(begin, clock, c.soundRate, mp4.Nearest), 0)
			a.Last = x.length
		}
	}
	decoded, shown := v.First()
	v.Start = shown - decoded
	if a != nil && a.Last > 0 {
		a.Delay, _ = a.First()
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return pieceOf(dst.B, at(begin)), dst
}

// at returns the wall clock for ticks since noon.
func at(t int64) time.Time {
	return noon.Add(time.Duration(t/clock)*time.Second + time.Duration(t%clock*100000/9))
}

// ticksOf converts a wall clock to ticks since noon.
func ticksOf(t time.Time) int64 {
	return int64(math.Round(float64(t.Sub(noon)) * 9 / 100000))
}

// files makes files of several spans.
func (c *camera) files(t testing.TB, spans ...span) []splice.Piece {
	t.Helper()
	var list []splice.Piece
	for _, s := range spans {
		p, _ := c.file(t, s)
		list = append(list, p)
	}
	return list
}
