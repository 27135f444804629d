package media

import (
	"testing"
	"time"

	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/ps"
)

// streams returns a program stream map.
func streams(list ...ps.Stream) *ps.Map { return &ps.Map{Streams: list} }

func TestMapsOfOtherStreams(t *testing.T) {
	t.Parallel()
	r := newReader(nil, Options{})
	r.Map(streams(ps.Stream{ID: 0xD0, Type: 0x10}, ps.Stream{ID: 0xF0, Type: 0x10}, ps.Stream{ID: 0xE0, Type: 0x90}, ps.Stream{ID: 0xBD, Type: 0x90}))
	if r.foreign || r.audio.kind != OtherAudio || r.announced != "stream type 0x90" {
		t.Errorf("%v %v %q", r.foreign, r.audio.kind, r.announced)
	}
	r = newReader(nil, Options{})
	r.Packet(&ps.Packet{ID: 0xE1})
	r.Packet(&ps.Packet{ID: 0xC1})
	r.Map(streams(ps.Stream{ID: 0xE0, Type: 0x10}, ps.Stream{ID: 0xC0, Type: 0x90}))
	if r.foreign || r.audio.kind != NoAudio {
		t.Errorf("the kind of another stream is taken: %v, %v", r.foreign, r.audio.kind)
	}
	r.Map(streams(ps.Stream{ID: 0xE1, Type: 0x24}, ps.Stream{ID: 0xC1, Type: 0x90}))
	if r.video.Codec != es.H265 || r.audio.kind != G711A {
		t.Errorf("the kind of the stream is not taken: %v, %v", r.video.Codec, r.audio.kind)
	}
	r.Map(streams(ps.Stream{ID: 0xC1, Type: 0}))
	if r.audio.kind != G711A {
		t.Errorf("a map that tells nothing makes %v of the audio", r.audio.kind)
	}
}

// TestMapsInTheMiddle refuses a stream that changes to the other codec, but not
// one whose map was wrong from the beginning.
func TestMapsInTheMiddle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		first, middle byte
		refused       bool
	}{
		{"the other codec", 0x1B, 0x24, true},
		{"an unknown kind", 0x1B, 0x06, false},
		{"the first maps were unknown", 0x06, 0x1B, false},
		{"the first maps were unknown, then wrong", 0x06, 0x24, false},
		{"the first maps were wrong", 0x24, 0x1B, false},
	} {
		r := reading(baseline + "0 0")
		r.Map(streams(ps.Stream{ID: 0xE0, Type: c.first}))
		r.video.Codec = es.H264 // from the stream itself
		roll(r)
		for range 2 {
			if r.report.Unfit != nil {
				t.Errorf("%s: %v too early", c.name, r.report.Unfit)
			}
			r.Map(streams(ps.Stream{ID: 0xE0, Type: c.middle}))
		}
		if got := r.report.Unfit; c.refused != (got != nil && got.Kind == ForeignCodec) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestHints reads what the IMKH header offers.
func TestHints(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		info  Info
		codec es.Codec
		kind  AudioKind
		rate  int
	}{
		{Info{}, es.Unknown, NoAudio, 0},
		{Info{Video: 1, Audio: 0x7110, Rate: 16000}, es.H264, G711U, 16000},
		{Info{Video: 0x100, Audio: 0x7111, Rate: 8000}, es.H264, G711A, 8000},
		{Info{Video: 5, Audio: 0x2001, Rate: 16000}, es.H265, AAC, 0},
		{Info{Audio: 0x2000, Rate: 16000}, es.Unknown, MPEGAudio, 0},
		{Info{Audio: 0x7221, Rate: 16000}, es.Unknown, OtherAudio, 0},
	} {
		r := newReader(nil, Options{})
		r.hints(c.info)
		if r.video.Codec != c.codec || r.audio.kind != c.kind || r.audio.rate != c.rate || r.foreign {
			t.Errorf("%+v: %v, %v at %d, %v", c.info, r.video.Codec, r.audio.kind, r.audio.rate, r.foreign)
		}
	}
	for kind, want := range map[byte]AudioKind{
		0x90: G711A, 0x91: G711U, 0x0F: AAC, 0x03: MPEGAudio, 0x04: MPEGAudio, 0: NoAudio,
		0x01: OtherAudio, 0x02: OtherAudio, 0x05: OtherAudio, 0x92: OtherAudio, 0xFF: OtherAudio,
	} {
		if got, name := audioOfType(kind); got != want || (name == "") != (want != OtherAudio) {
			t.Errorf("type %#x is %v", kind, got)
		}
	}
	if got, want := newReader(nil, Options{Span: time.Minute}).times.span, int64(70*clock); got != want {
		t.Errorf("a minute may last %d units, want %d", got, want)
	}
}

// TestForeignAtOnce refuses foreign video at its first packet, and stops
// reading.
func TestForeignAtOnce(t *testing.T) {
	t.Parallel()
	for kind, want := range map[byte]string{1: "MPEG-2", 2: "MPEG-2", 0x10: "MPEG-4", 0xB0: "Hikvision's private H.264", 0xB1: "MJPEG"} {
		r := newReader(nil, Options{})
		r.Map(streams(ps.Stream{ID: 0xE0, Type: kind}))
		r.Packet(&ps.Packet{ID: 0xE0, Payload: make([]byte, 9)})
		r.Packet(&ps.Packet{ID: 0xE0, Payload: make([]byte, 9), Continued: true})
		if got := r.report.Unfit; got == nil || *got != (Refusal{Kind: ForeignCodec, Detail: want}) || r.video.Offset() != 0 {
			t.Errorf("%#x: %v, %d bytes of it are read", kind, got, r.video.Offset())
		}
		// A later map corrects it.
		r.Map(streams(ps.Stream{ID: 0xE0, Type: 0x1B}))
		if r.foreign {
			t.Errorf("%#x: still foreign", kind)
		}
	}
}

// TestFirstProblem keeps the offset of the first problem of a kind.
func TestFirstProblem(t *testing.T) {
	t.Parallel()
	r := roll(reading(baseline + "0 0"))
	for _, at := range []int64{100, 200} {
		r.Damage(ps.Damage{Kind: ps.Garbage, Offset: at, Bytes: 7})
	}
	for _, at := range []int64{300, 400} {
		r.Packet(&ps.Packet{ID: 0xC0, Offset: at})
	}
	r.finish()
	if got := r.report.Problem(Garbage); got.Count != 2 || got.Bytes != 14 || got.Offset != 100 {
		t.Errorf("%v", got)
	}
	if got := r.report.Problem(OddAudio); got.Count != 2 || got.Bytes != 0 || got.Offset != 300 {
		t.Errorf("%v", got)
	}
	if got := r.report.Problem(Scrambled); got != (Problem{Kind: Scrambled, Offset: -1}) {
		t.Errorf("%v", got)
	}
}

// TestLatest keeps the properties of the latest picture if the next one has
// none.
func TestLatest(t *testing.T) {
	t.Parallel()
	r := roll(reading(baseline + "0 0"))
	r.Map(&ps.Map{})
	if r.wall != 0 {
		t.Errorf("a map without a clock tells %d", r.wall)
	}
	r.Packet(&ps.Packet{ID: 0xE0, DTS: 77, HasPTS: true})
	r.Packet(&ps.Packet{ID: 0xE0})
	if r.audio.seen != 77 {
		t.Errorf("the latest picture is stamped at %d", r.audio.seen)
	}
	five := shot(3600)
	five.Number, five.Numbered = 5, true
	r.picture(five)
	r.picture(shot(7200))
	if r.number != 5 {
		t.Errorf("the latest number is %d", r.number)
	}
}

// TestBack distinguishes possible duplicates from pictures that follow.
func TestBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		number int // -1: none
		raw    int64
		want   bool
	}{
		{"the next", 6, 10001, false},
		{"the next, a lower number", 4, 10001, false},
		{"the same stamp, the next number", 6, 10000, false},
		{"the same stamp and number", 5, 10000, true},
		{"the same stamp, no number", -1, 10000, true},
		{"before", 6, 9999, true},
		{"no stamp, the next number", 6, -1, false},
		{"no stamp, the same number", 5, -1, false},
		{"no stamp, a lower number", 4, -1, true},
		{"neither", -1, -1, false},
	} {
		r := &reader{number: 5, raw: 10000, stamped: true}
		u := &es.AccessUnit{}
		if c.number >= 0 {
			u.Number, u.Numbered = uint32(c.number), true
		}
		m := moment{raw: c.raw, known: c.raw >= 0}
		if got := r.back(u, m); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		r.again.inside = true
		if got := r.back(u, m); got != (c.want || c.raw < 0) {
			t.Errorf("%s, behind one that came twice: %v", c.name, got)
		}
		if r.stamped = false; m.known && r.back(u, m) {
			t.Errorf("%s: goes back behind the first stamp", c.name)
		}
	}
}

// TestFirstKeyFrame begins with a key frame for which all parameter sets are
// present.
func TestFirstKeyFrame(t *testing.T) {
	t.Parallel()
	key := shot(0)
	key.Key = true
	r := reading(baseline + "0 0")
	r.picture(shot(0))
	r.picture(key)
	if r.report.Frames != 1 || r.problems[LateKeyFrame].Count != 1 {
		t.Errorf("%d pictures, %+v", r.report.Frames, r.problems[LateKeyFrame])
	}
	for _, sets := range []string{"", "\x00\x00\x01\x67\x42\x00\x1E\xDA\x05\x0D\x90\x00\x00\x01", "\x00\x00\x01\x68\xCE\x38\x80\x00\x00\x01"} {
		r := newReader(nil, Options{})
		r.video.Codec = es.H264
		r.video.Write([]byte(sets))
		r.picture(key)
		if r.report.Frames != 0 || r.problems[LateKeyFrame].Count != 1 {
			t.Errorf("%q: %d pictures", sets, r.report.Frames)
		}
	}
	odd := shot(3600)
	odd.DTS, odd.HasDTS = 7200, true
	r = roll(reading(baseline+"0 0"), odd)
	r.finish()
	if got := r.report.Problem(TimeJumps).Count; got != 1 {
		t.Errorf("a picture that is shown before it is decoded: %d jumps", got)
	}
}
