package media

import (
	"testing"
	"time"

	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/mediatest"
	"example.com/hikgrab/nvr/media/mp4"
	"example.com/hikgrab/nvr/media/ps"
)

// baseline is a sequence parameter set of 320 by 96 pixels, up to the VUI flag.
const baseline = "01000010 00000000 00011110 1 1 011 010 0 000010100 00110 1 1 0 "

// reading returns a reader with a codec and its parameter sets, ready for
// pictures.
func reading(sps string) *reader {
	r := newReader(nil, Options{})
	r.begun, r.demux = true, ps.New(r, 0)
	r.video.Codec = es.H264
	for _, nal := range [][]byte{mediatest.Unit("\x67", sps), mediatest.Unit("\x68", "1 1 0 0 1 1 1 0 00 1 1 1 0 0 0")} {
		r.video.Write(append([]byte{0, 0, 0, 1}, nal...))
	}
	r.video.Write([]byte{0, 0, 0, 1})
	return r
}

// shot is a picture with stamp pts.
func shot(pts int64) *es.AccessUnit {
	return &es.AccessUnit{Stamp: es.Stamp{PTS: pts, DTS: pts, HasPTS: true}, Fingerprint: uint64(pts)}
}

// roll feeds a key frame stamped at 0, and then pictures.
func roll(r *reader, list ...*es.AccessUnit) *reader {
	first := shot(0)
	first.Key = true
	r.picture(first)
	for _, u := range list {
		r.picture(u)
	}
	return r
}

// steady returns n pictures after the stamp.
func steady(pts int64, n int) (list []*es.AccessUnit) {
	for i := range n {
		list = append(list, shot(pts+int64(i+1)*3600))
	}
	return list
}

// zigzag returns n pairs of pictures. The second of each is shown earlier.
func zigzag(n int, by int64) (list []*es.AccessUnit) {
	for i := range int64(n) {
		at := (i + 1) * 200 * 3600
		list = append(list, shot(at), shot(at-by))
	}
	return list
}

// TestReordered distinguishes pictures out of order from a wrong stamp.
func TestReordered(t *testing.T) {
	t.Parallel()
	decoded := func(list []*es.AccessUnit) []*es.AccessUnit {
		for _, u := range list {
			u.HasDTS = true
		}
		return list
	}
	// shifted returns pictures with both stamps, then n without any.
	shifted := func(n int) []*es.AccessUnit {
		list := decoded(steady(0, 8))
		for i, u := range list {
			u.PTS += 3600
			if i >= 8-n {
				u.HasPTS, u.HasDTS = false, false
			}
		}
		return list
	}
	for _, c := range []struct {
		name           string
		list           []*es.AccessUnit
		refused, early bool
	}{
		{"four", zigzag(4, 3600), true, true},
		{"three", zigzag(3, 3600), true, false},
		{"one", zigzag(1, 3600), false, false},
		{"two", zigzag(2, 3600), true, false},
		{"two of twenty", append(zigzag(2, 3600), steady(400*3600, 15)...), true, false},
		{"two of more than twenty", append(zigzag(2, 3600), steady(400*3600, 16)...), false, false},
		{"four of forty", append(steady(0, 32), zigzag(4, 3600)...), true, true},
		{"four of more than forty", append(steady(0, 33), zigzag(4, 3600)...), false, false},
		{"by almost a second", zigzag(4, clock-1), true, true},
		{"by a second: jumps", zigzag(4, clock), false, false},
		{"with decoding times", decoded(zigzag(4, 3600)), false, false},
		{"shifted, all stamped", shifted(0), false, false},
		{"shifted, some not stamped", shifted(3), false, false},
		{"shifted, and a few not decoded late", append(shifted(0), zigzag(4, 3600)...), false, false},
		{"shifted, many not stamped", shifted(4), true, true},
	} {
		r := roll(reading(baseline+"0 0"), c.list...)
		if early := r.report.Unfit != nil; early != c.early {
			t.Errorf("%s: refused in the middle: %v", c.name, early)
		}
		r.finish()
		if got := r.report.Unfit; c.refused != (got != nil && got.Kind == Reordered) || !c.refused && got != nil {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	r := reading(baseline + "0 0")
	list := steady(-40000, 8)
	for _, u := range list {
		u.HasPTS = false
	}
	roll(r, append(steady(0, 1), list...)...)
	if r.raw != 3600 || r.zigzags != 0 || r.bare != 0 {
		t.Errorf("stamps of other pictures are taken for a picture's own: %d, %d, %d", r.raw, r.zigzags, r.bare)
	}
}

// TestUsualDistance places pictures without stamps at the interval from the
// map, or from the parameter set, or at 25 per second.
func TestUsualDistance(t *testing.T) {
	t.Parallel()
	const timing = baseline + "1 0 0 0 0 1 "
	for _, c := range []struct {
		name     string
		sps      string
		interval int64
		want     int64
	}{
		{"nobody", baseline + "0 0", 0, 3600},
		{"the set", timing + "00000000000000000000000000000100 00000000000000000000000001100100 0 0 0 0 0", 0, 7200},
		{"the set, in seconds", timing + "00000001000000010000000100000001 00000001000000010000000100000001 0 0 0 0 0", 0, clock},
		{"both", timing + "00000000000000000000000000000100 00000000000000000000000001100100 0 0 0 0 0", 9000, 9000},
		{"the map", baseline + "0 0", 1, 1},
		{"the map, a second", baseline + "0 0", clock, clock},
		{"the map, more than a second", baseline + "0 0", clock + 1, 3600},
	} {
		r := reading(c.sps)
		r.Map(&ps.Map{FrameInterval: c.interval})
		roll(r, &es.AccessUnit{}, &es.AccessUnit{Fingerprint: 1})
		r.Map(&ps.Map{FrameInterval: 1234})
		r.finish()
		if got := r.report.Duration; got != duration(3*c.want) {
			t.Errorf("%s: three pictures last %v, want %v", c.name, got, duration(3*c.want))
		}
	}
	r := reading(timing + "00000000000000000000000000000100 00000000000000000000000001100100 0 0 0 0 0")
	roll(r, shot(3600)).finish()
	if got := r.report.Duration; got != duration(2*3600) {
		t.Errorf("what the stamps tell is outranked by the set: %v", got)
	}
}

// TestLate counts skipped numbers as missing pictures only if time is skipped
// as well.
func TestLate(t *testing.T) {
	t.Parallel()
	numbered := func(u *es.AccessUnit, n uint32) *es.AccessUnit {
		u.Number, u.Numbered = n, true
		return u
	}
	for _, c := range []struct {
		name string
		list []*es.AccessUnit
		want int64
	}{
		{"one and a half distances", []*es.AccessUnit{numbered(shot(3600), 1), numbered(shot(9000), 5)}, 0},
		{"more", []*es.AccessUnit{numbered(shot(3600), 1), numbered(shot(9001), 5)}, 3},
		{"no stamp", []*es.AccessUnit{numbered(shot(3600), 1), numbered(&es.AccessUnit{}, 5)}, 3},
	} {
		r := reading(baseline + "0 0")
		for _, n := range []uint32{1, 5} {
			r.Pack(ps.Pack{Number: n, Numbered: true})
			r.arrive()
		}
		roll(r, c.list...).finish()
		if got := r.report.Problem(MissingFrames); got.Count != c.want {
			t.Errorf("%s: %d missing, want %d", c.name, got.Count, c.want)
		}
	}
	r := reading(baseline + "0 0")
	for _, p := range []ps.Pack{{Number: 1, Numbered: true}, {Number: 99}, {Number: 5, Numbered: true}} {
		r.Pack(p)
		r.arrive()
	}
	first := numbered(&es.AccessUnit{Key: true}, 1)
	r.picture(first)
	r.picture(numbered(shot(10), 5))
	r.finish()
	if got := r.report.Problem(MissingFrames); got.Count != 3 {
		t.Errorf("the first stamp: %d missing", got.Count)
	}
}

// TestLimitsOfTime checks gaps and the recorder's clock at the limits of what
// is reported.
func TestLimitsOfTime(t *testing.T) {
	t.Parallel()
	for d, gaps := range map[int64]int{2 * clock: 0, 2*clock + 1: 1} {
		last := shot(d + 3600)
		last.Key = true
		r := roll(reading(baseline+"0 0"), shot(d), last)
		r.finish()
		between := duration(3600)
		if gaps == 0 {
			between += 2 * time.Second
		}
		if r.report.GapCount != gaps || r.report.KeyInterval != between {
			t.Errorf("%d: %d gaps, %v between key frames", d, r.report.GapCount, r.report.KeyInterval)
		}
		if want := 3 / (duration(d+7200) - r.report.GapTime).Seconds(); gaps == 0 && r.report.FPS != want {
			t.Errorf("%d: %f frames a second, want %f", d, r.report.FPS, want)
		}
	}
	for ahead, jumps := range map[int64]int64{-2001: 1, -2000: 0, 0: 0, 2000: 0, 2001: 1} {
		list := steady(0, 25)
		list[0].Wall, list[24].Wall = 1e12, 1e12+960+ahead
		r := roll(reading(baseline+"0 0"), list...)
		r.finish()
		if got := r.report.Problem(WallJumps).Count; got != jumps {
			t.Errorf("a clock that is %d ms ahead: %d jumps", ahead, got)
		}
		if got := r.report.WallEnd; !got.Equal(time.UnixMilli(1e12 + 960 + ahead + 40)) {
			t.Errorf("a clock that is %d ms ahead ends at %v", ahead, got)
		}
	}
	r := roll(reading(baseline + "0 0"))
	r.finish()
	if r.report.FPS != 0 || r.report.Duration != 40*time.Millisecond || !r.report.FirstWall.IsZero() {
		t.Errorf("one picture: %f a second, %v, %v", r.report.FPS, r.report.Duration, r.report.FirstWall)
	}
}

// TestScrambledShare refuses a recording if more than half of it is encrypted.
func TestScrambledShare(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scrambled, clear int
		early, refused   bool
	}{
		{1, 1, false, false},
		{2, 1, false, true},
		{15, 0, false, true},
		{16, 0, true, true},
		{16, 15, true, true},
		{16, 16, false, false},
	} {
		r := roll(reading(baseline + "0 0"))
		for range c.clear {
			r.Packet(&ps.Packet{ID: 0xE0})
		}
		for range c.scrambled {
			r.Packet(&ps.Packet{ID: 0xE0, Scrambled: true})
			r.Packet(&ps.Packet{ID: 0xE0, Scrambled: true, Continued: true})
		}
		early := r.report.Unfit != nil
		r.finish()
		got := r.report.Unfit
		if early != c.early || c.refused != (got != nil && got.Kind == Encrypted) {
			t.Errorf("%+v: %v in the middle, %v", c, early, got)
		}
		if n := r.report.Problem(Scrambled).Count; c.refused != (n == 0) || n != 0 && n != int64(c.scrambled) {
			t.Errorf("%+v: %d packets are marked", c, n)
		}
	}
	r := roll(reading(baseline + "0 0"))
	r.refuse(HugeFrame, "")
	r.refuse(NoVideo, "")
	r.Packet(&ps.Packet{ID: 0xE0, Scrambled: true})
	r.Packet(&ps.Packet{ID: 0xE0})
	r.finish()
	if r.report.Problem(Scrambled).Count != 1 || r.report.Unfit.Kind != HugeFrame {
		t.Errorf("beside another refusal: %s", r.report.Reason())
	}
}

// TestAnnounced names the video by its map if no picture could be read.
func TestAnnounced(t *testing.T) {
	t.Parallel()
	r := newReader(nil, Options{})
	r.begun, r.demux = true, ps.New(r, 0)
	r.Map(&ps.Map{Streams: []ps.Stream{{ID: 0xE0, Type: 0x42}}})
	r.finish()
	if got := r.report.Unfit; got == nil || *got != (Refusal{Kind: ForeignCodec, Detail: "stream type 0x42"}) {
		t.Errorf("%v", got)
	}
	r = roll(reading(baseline + "0 0"))
	r.announced = "stream type 0x42"
	r.finish()
	if got := r.report.Unfit; got != nil {
		t.Errorf("with pictures: %v", got)
	}
	for _, kind := range []byte{0, 0x1B, 0x24} {
		r = newReader(nil, Options{})
		r.begun, r.demux = true, ps.New(r, 0)
		if kind != 0 {
			r.Map(&ps.Map{Streams: []ps.Stream{{ID: 0xE0, Type: kind}}})
		}
		r.finish()
		if got := r.report.Unfit; got == nil || *got != (Refusal{Kind: NoVideo}) || r.report.Duration != 0 || r.report.Audio != NoAudio {
			t.Errorf("%#x announced: %v, %v, %v", kind, got, r.report.Duration, r.report.Audio)
		}
	}
}

// TestLimits refuses more pictures, sound or time than package mp4 reads,
// instead of filling the memory.
func TestLimits(t *testing.T) {
	t.Parallel()
	for name, exceed := range map[string]func(r *reader){
		"pictures": func(r *reader) { r.report.Frames = countLimit },
		"sound": func(r *reader) {
			r.audio.count = countLimit + 1
			r.Packet(&ps.Packet{ID: 0xC0})
		},
		"time": func(r *reader) { r.placed(moment{}, ticks(mp4.Longest)) },
	} {
		r := roll(reading(baseline + "0 0"))
		if exceed(r); r.report.Frames >= countLimit {
			r.picture(shot(3600))
		}
		if got := r.report.Unfit; got == nil || got.Kind != TooLong {
			t.Errorf("%s: %v", name, got)
		}
	}
	if r := roll(reading(baseline+"0 0"), steady(0, 9)...); r.report.Unfit != nil {
		t.Error(r.report.Unfit)
	}
	if countLimit >= mp4.SampleCount {
		t.Error("more pictures are written than are read")
	}
}

// TestStampUnitsByTheMap believes a map that announces ninety times the
// interval of the stamps, and no other.
func TestStampUnitsByTheMap(t *testing.T) {
	t.Parallel()
	for interval, want := range map[int64]int64{36000: 1000, 33000: 1000, 20000: 0, 400: 0, 0: 0} {
		r := reading(baseline + "0 0")
		r.Map(&ps.Map{FrameInterval: interval})
		for i := range int64(9) {
			u := shot(i * 400)
			u.Key = i == 0
			r.picture(u)
		}
		if r.finish(); r.report.StampRate != want {
			t.Errorf("%d announced: %d units make a second", interval, r.report.StampRate)
		}
	}
}
