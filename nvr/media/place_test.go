package media

import (
	"bytes"
	"slices"
	"testing"

	"example.com/hikgrab/nvr/media/mp4"
	"example.com/hikgrab/nvr/media/ps"
)

// heard records the audio that reaches the sink.
type heard struct {
	entries []mp4.Entry
	rates   []int
	frames  [][]byte
	at      []int64
	samples []int
}

func (h *heard) soundFormat(e mp4.Entry, rate int) {
	h.entries, h.rates = append(h.entries, e), append(h.rates, rate)
}
func (h *heard) sound(frame []byte) { h.frames = append(h.frames, bytes.Clone(frame)) }
func (h *heard) soundTime(at int64, samples int) {
	h.at, h.samples = append(h.at, at), append(h.samples, samples)
}

// listening returns audio of a kind after a first picture with stamp 0.
func listening(kind AudioKind) (*audio, *heard) {
	h := &heard{}
	times := &timeline{place: func(moment, int64) {}}
	times.push(moment{known: true})
	a := &audio{kind: kind, times: times, sink: h}
	a.start(0)
	return a, h
}

// pcmPacket is a packet of 320 samples. A pts below 0 means no stamp.
func pcmPacket(pts int64, fill byte) *ps.Packet {
	return &ps.Packet{ID: 0xC0, PTS: pts, HasPTS: pts >= 0, Payload: bytes.Repeat([]byte{fill}, 320)}
}

// TestSoundIsPlaced places packets of 320 samples, 3600 units long, by their
// stamps, the pictures, or the packets before them.
func TestSoundIsPlaced(t *testing.T) {
	t.Parallel()
	const none = -1
	// A step is a stamp of sound, or a picture with that stamp.
	type step struct{ stamp, picture int64 }
	s := func(list ...int64) (steps []step) {
		for _, v := range list {
			steps = append(steps, step{stamp: v})
		}
		return steps
	}
	p := func(at int64) []step { return []step{{picture: at}} }
	join := func(list ...[]step) []step { return slices.Concat(list...) }
	for _, c := range []struct {
		name  string
		steps []step
		want  []int64
	}{
		{"right away", s(0, 3600), []int64{0, 320}},
		{"a quarter of a second later", s(22500, 26100), []int64{2000, 2320}},
		{"later, confirmed", s(22600, 26200), []int64{2008, 2328}},
		{"later, not confirmed", s(22600, 3600), []int64{0, 320}},
		{"later, roughly confirmed", s(22600, 22600+3600+1800), []int64{2008, 2328}},
		{"later, hardly confirmed", s(22600, 22600+3600+1812), []int64{0, 320}},
		{"later, and nothing else comes", s(22600), []int64{0}},
		{"three seconds later", s(266400, 270000), []int64{23680, 24000}},
		{"too late to be believed", s(270012, 273612), []int64{0, 320}},
		{"no stamp", s(none, none), []int64{0, 320}},
		{"a gap", s(0, 3600, 90000, 93600), []int64{0, 320, 8000, 8320}},
		{"a gap of a quarter of a second", s(0, 3600+22500, 7200+22500), []int64{0, 320, 640}},
		{"a gap that only one stamp tells of", s(0, 90000, 7200), []int64{0, 320, 640}},
		{"a gap that a stamp far away does not confirm", s(0, 90000, 2000000), []int64{0, 320, 640}},
		{"a gap that the pictures confirm", join(s(0, 190000), p(190000), s(270000)), []int64{0, 16888, 17208}},
		{"a gap, stamps beside the pictures", join(p(450000), s(none, 190000, 193600)), []int64{40000, 40320, 40640}},
		{"none for long, without stamps", join(s(none), p(190000), s(none)), []int64{0, 16888}},
		{"none for two seconds, without stamps", join(s(none), p(183600), s(none)), []int64{0, 320}},
		{"none for longer than that, without stamps", join(s(none), p(183612), s(none)), []int64{0, 16321}},
		{"behind the first pictures", join(p(450000), s(454500, 458100)), []int64{40400, 40720}},
		{"before the latest picture", join(p(450000), s(445500, 449100)), []int64{39600, 39920}},
		{"a quarter of a second before the latest picture", join(p(450000), s(450000-22500, 450000-18900)), []int64{38000, 38320}},
		{"long before the latest picture", join(p(450000), s(450000-22512, 450000-18912)), []int64{37998, 38318}},
		{"a stamp that comes twice", s(0, 3600, 3600), []int64{0, 320, 640}},
	} {
		a, h := listening(G711A)
		for i, step := range c.steps {
			if step.picture > 0 {
				a.times.push(moment{raw: step.picture, known: true})
				a.times.push(moment{raw: step.picture + 3600, known: true})
				a.times.at, a.times.raw = step.picture, step.picture
				continue
			}
			a.packet(pcmPacket(step.stamp, byte(i)), 0)
		}
		a.settle(false)
		if !slices.Equal(h.at, c.want) || len(h.frames) != len(c.want) {
			t.Errorf("%s: at %d, want %d", c.name, h.at, c.want)
		}
	}
}

// TestSoundNearThePictureToCome believes stamps that fit a picture that is not
// placed yet.
func TestSoundNearThePictureToCome(t *testing.T) {
	t.Parallel()
	for far, want := range map[int64]int64{500*clock + audioReach: 503 * 8000, 500*clock + audioReach + 3600: 320} {
		a, h := listening(G711A)
		a.packet(pcmPacket(0, 0), 0)
		a.seen = 500 * clock
		a.packet(pcmPacket(far, 1), 0)
		a.seen += 3600
		a.packet(pcmPacket(far+3600, 2), 0)
		a.settle(false)
		if h.at[1] != want {
			t.Errorf("%d: at %d, want %d", far, h.at, want)
		}
	}
	a, h := listening(G711A)
	a.packet(pcmPacket(0, 0), 0)
	a.seen = 500 * clock
	a.packet(pcmPacket(500*clock, 1), 0)
	a.packet(pcmPacket(500*clock+3600, 2), 0)
	a.settle(false)
	if want := []int64{0, 500 * 8000, 500*8000 + 320}; !slices.Equal(h.at, want) {
		t.Errorf("at %d, want %d", h.at, want)
	}
}

// TestSoundFormats passes the format to the sink, once.
func TestSoundFormats(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind           AudioKind
		rate, channels int
		want           mp4.Entry
		wantRate       int
		frame          int
	}{
		{G711A, 8000, 1, mp4.G711("alaw", 8000, 1), 8000, 320},
		{G711U, 192000, 2, mp4.G711("ulaw", 192000, 2), 192000, 160},
		{G711U, 192001, 3, mp4.G711("ulaw", 8000, 1), 8000, 320},
		{G711A, 0, 0, mp4.G711("alaw", 8000, 1), 8000, 320},
		{G711A, 1, 1, mp4.G711("alaw", 1, 1), 1, 320},
	} {
		a, h := listening(c.kind)
		a.rate, a.channels = c.rate, c.channels
		a.packet(pcmPacket(-1, 1), 0)
		a.packet(&ps.Packet{Payload: []byte{7}}, 0)
		a.settle(false)
		if len(h.entries) != 1 || !bytes.Equal(h.entries[0], c.want) || h.rates[0] != c.wantRate || h.samples[0] != c.frame {
			t.Errorf("%+v: %d entries, %v, %d samples", c, len(h.entries), h.rates, h.samples)
		}
		// One byte is not a sample of two channels.
		if got := len(h.frames) == 2; got != (a.channels == 1) {
			t.Errorf("%+v: %d frames", c, len(h.frames))
		}
	}
}

// adtsFrame returns an AAC frame at 16 kHz with a payload of n bytes.
func adtsFrame(n int, fill byte) []byte {
	n += 7
	return append([]byte{0xFF, 0xF1, 0x60, 0x40 | byte(n>>11), byte(n >> 3), byte(n<<5) | 0x1F, 0xFC}, bytes.Repeat([]byte{fill}, n-7)...)
}

// TestFramesOfAAC reads frames that are split anywhere. A packet's stamp is
// that of the first frame that begins in it.
func TestFramesOfAAC(t *testing.T) {
	t.Parallel()
	one, two, three := adtsFrame(50, 1), adtsFrame(60, 2), adtsFrame(70, 3)
	whole := slices.Concat(one, two, three)
	type packet struct {
		pts  int64 // below 0: none
		data []byte
	}
	last := adtsFrame(1, 4)
	for _, c := range []struct {
		name    string
		packets []packet
		want    []int64
		odd     int64
	}{
		{"a packet each", []packet{{0, one}, {5760, two}, {11520, three}}, []int64{0, 1024, 2048}, 0},
		{"a gap", []packet{{0, one}, {90000, two}, {95760, three}}, []int64{0, 16000, 17024}, 0},
		{"an eighth of a second later", []packet{{11250, one}, {17010, two}}, []int64{2000, 3024}, 0},
		{"one packet", []packet{{0, whole}}, []int64{0, 1024, 2048}, 0},
		{"cut in the middle", []packet{{0, whole[:70]}, {11520, whole[70:]}}, []int64{0, 1024, 2048}, 0},
		{"cut in a header", []packet{{0, whole[:60]}, {11520, whole[60:]}}, []int64{0, 1024, 2048}, 0},
		{
			"a gap behind a frame that straddles",
			[]packet{{0, whole[:70]}, {91520, slices.Concat(whole[70:], last)}, {91520 + 11520, adtsFrame(9, 5)}},
			[]int64{0, 1024, 16270, 17294, 18318},
			0,
		},
		{"noise between", []packet{{0, slices.Concat(one, []byte{1, 2, 3}, two)}}, []int64{0, 1024}, 1},
		{"noise, and then the first frame", []packet{{0, slices.Concat([]byte{1, 2, 3}, one)}}, []int64{0}, 1},
		{"MPEG audio between", []packet{{0, slices.Concat(one, []byte{0xFF, 0xFD, 0x10, 0x04, 0, 0, 0}, two)}}, []int64{0, 1024}, 1},
		{"too short to be one", []packet{{0, one[:6]}}, nil, 0},
		{"no payload but one byte", []packet{{0, last}}, []int64{0}, 0},
	} {
		a, h := listening(AAC)
		for _, p := range c.packets {
			a.packet(&ps.Packet{ID: 0xC0, PTS: p.pts, HasPTS: p.pts >= 0, Payload: p.data, Offset: 77}, 0)
		}
		a.settle(false)
		if !slices.Equal(h.at, c.want) || a.odd != c.odd || a.firstOdd != 77*min(c.odd, 1) {
			t.Errorf("%s: at %d, %d odd", c.name, h.at, a.odd)
		}
		for i, f := range h.frames {
			if len(f) == 0 || bytes.IndexByte(f, f[0]^0xFF) >= 0 || h.samples[i] != 1024 {
				t.Errorf("%s: frame %d is % x", c.name, i, f)
			}
		}
	}
}

// TestForeignFrames drops frames that a decoder set up for the first ones
// cannot play.
func TestForeignFrames(t *testing.T) {
	t.Parallel()
	other := adtsFrame(50, 2)
	other[2] = 0x5C // 22.05 kHz
	for _, c := range []struct {
		name  string
		kind  AudioKind
		frame []byte
		want  int
	}{
		{"another rate", AAC, other, 1},
		{"AAC", AAC, adtsFrame(50, 2), 2},
		{"AAC in MPEG audio", MPEGAudio, adtsFrame(50, 2), 0},
		{"MPEG audio at the same rate", AAC, append([]byte{0xFF, 0xF5, 0x18, 0xC0, 0, 0, 0}, make([]byte, 65)...), 1},
	} {
		a, h := listening(c.kind)
		a.packet(&ps.Packet{Payload: adtsFrame(50, 1)}, 0)
		a.packet(&ps.Packet{Payload: c.frame}, 0)
		if len(h.frames) != c.want {
			t.Errorf("%s: %d frames, want %d", c.name, len(h.frames), c.want)
		}
	}
}

// TestFramed distinguishes consecutive frames from bytes that look like a
// frame.
func TestFramed(t *testing.T) {
	t.Parallel()
	one, two, last := adtsFrame(50, 1), adtsFrame(60, 2), adtsFrame(9, 3)
	other := adtsFrame(50, 2)
	other[2] = 0x5C // 22.05 kHz
	for _, c := range []struct {
		name  string
		bytes []byte
		kind  AudioKind
		open  bool
	}{
		{"nothing", nil, NoAudio, false},
		{"no frame", bytes.Repeat([]byte{0xD5}, 320), NoAudio, false},
		{"silence of \u00b5-law", bytes.Repeat([]byte{0xFF, 0x7F}, 320), NoAudio, false},
		{"one", one, NoAudio, true},
		{"two", slices.Concat(one, two), NoAudio, true},
		{"two, and then something else", slices.Concat(one, two, []byte{1, 2, 3, 4, 5, 6, 7}), NoAudio, false},
		{"two, and then another rate", slices.Concat(one, two, other), NoAudio, true},
		{"three", slices.Concat(one, two, last), AAC, false},
		{"three behind the end of another", slices.Concat(two[20:], one, two, last), AAC, false},
		{"the third is cut", slices.Concat(one, two, one[:40]), NoAudio, true},
	} {
		if kind, open := framed(c.bytes, 3); kind != c.kind || open != c.open {
			t.Errorf("%s: %v, open %v", c.name, kind, open)
		}
	}
	if kind, _ := framed(slices.Concat(one, two), 2); kind != AAC {
		t.Errorf("two frames are %v", kind)
	}
}
