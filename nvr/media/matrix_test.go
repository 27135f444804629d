package media_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/nvr/media/mediatest"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// tone returns G.711 in packets of 40 ms. All packets differ, so that none can
// be lost or moved unnoticed.
func tone() [][]byte {
	var list [][]byte
	for i := range 400 {
		b := make([]byte, 320)
		for k := range b {
			b[k] = byte(i*31 + k*7 + k*k)
		}
		list = append(list, b)
	}
	return list
}

// plain is a recording with everything that recorders write.
func plain(source string) tape {
	return tape{source: source, imkh: true, number: 0x00112233, base: 900000, wall: noon}
}

func with(r tape, change func(*tape)) tape {
	change(&r)
	return r
}

// trial is one recording and its expected result.
type trial struct {
	name     string
	tape     tape
	harm     func(f *footage) // damages the recording
	options  media.Options
	pictures int // expected pictures; 0: all
	good     int // expected pictures that equal the source; 0: all
	problems []media.ProblemKind
	scanned  []media.ProblemKind // problems that only a scan finds
	refusal  media.RefusalKind
	refused  bool
	noSound  bool // no sound is expected
}

// record returns the trial's recording, with its damage.
func (c *trial) record(t testing.TB) footage {
	f := record(t, c.tape)
	if c.harm != nil {
		c.harm(&f)
	}
	return f
}

func trials(t testing.TB) []trial {
	list := cleanTrials()
	list = append(list, timeTrials()...)
	list = append(list, oddTrials()...)
	return append(list, harmTrials(t)...)
}

func cleanTrials() []trial {
	h264, h265 := plain("plain.h264"), plain("plain.h265")
	sound := tone()
	g711 := func(r *tape) { r.audio, r.sound = 0x90, sound }
	return []trial{
		{name: "h264", tape: h264},
		{name: "h265", tape: h265},
		{name: "h264 alaw", tape: with(h264, g711)},
		{name: "h265 alaw", tape: with(h265, g711)},
		{name: "h264 ulaw", tape: with(h264, func(r *tape) { r.audio, r.sound = 0x91, sound })},
		{name: "audio dropped", tape: with(h264, g711), options: media.Options{DropAudio: true}, noSound: true},
		{
			name: "other audio", tape: with(h264, func(r *tape) { r.audio, r.sound = 0x96, sound }),
			noSound: true, problems: []media.ProblemKind{media.OddAudio},
		},
		{name: "no IMKH, alaw by the map", tape: with(h264, func(r *tape) { g711(r); r.imkh = false })},
		{name: "no map, alaw by the IMKH", tape: with(h265, func(r *tape) { g711(r); r.noMap = true })},
		{name: "no IMKH, no map, h264", tape: with(h264, func(r *tape) { r.imkh, r.noMap = false, true })},
		{name: "no IMKH, no map, h265", tape: with(h265, func(r *tape) { r.imkh, r.noMap = false, true })},
		{name: "the map is wrong about the codec", tape: with(h265, func(r *tape) { r.videoType = 0x1B })},
		{name: "GB/T 28181", tape: with(h264, func(r *tape) { r.system = 8 })},
		{name: "no numbers", tape: with(h264, func(r *tape) { r.noNumbers = true })},
		{name: "private packets", tape: with(h264, func(r *tape) { r.private = true })},
		{name: "private packets, h265 alaw", tape: with(h265, func(r *tape) { g711(r); r.private = true })},
		{name: "bare packs", tape: with(h265, func(r *tape) { r.bare = true })},
		{name: "no lengths", tape: with(h264, func(r *tape) { r.noLength = true })},
		{name: "no lengths, alaw", tape: with(h265, func(r *tape) { g711(r); r.noLength = true })},
		{name: "end code", tape: with(h264, func(r *tape) { r.endCode = true })},
		{name: "numbers like start codes", tape: with(h264, func(r *tape) { r.number = 0x1AF; r.repeat = 2 })},
		{name: "numbers like a map's start code", tape: with(h264, func(r *tape) { r.number = 0x1BC })},
		{name: "sound is counted, too", tape: with(h264, func(r *tape) { g711(r); r.countSound = true })},
		{name: "sound has its own count", tape: with(h264, func(r *tape) { g711(r); r.soundCount = true })},
		{name: "number wraps", tape: with(h264, func(r *tape) { r.number = 0xFFFFFFF0 })},
		{name: "number starts at zero", tape: with(h264, func(r *tape) { r.number = 0 })},
		{name: "small packets", tape: with(h264, func(r *tape) { r.packet = 7 })},
		{name: "a still scene", tape: with(h264, func(r *tape) { r.still, r.noNumbers = true, true })},
		{name: "a still scene, few stamps", tape: with(h264, func(r *tape) { r.still, r.sparse = true, 7 })},
		{name: "a still scene, few stamps, no numbers", tape: with(h264, func(r *tape) {
			r.still, r.sparse, r.noNumbers, r.packet = true, 7, true, 60000
		})},
		{name: "one packet per unit", tape: with(h265, func(r *tape) { r.packet = 60000 })},
		{name: "B-frames", tape: with(plain("bframes.h264"), func(r *tape) { r.reorder = true })},
		{name: "B-frames, alaw", tape: with(plain("bframes.h264"), func(r *tape) { g711(r); r.reorder = true })},
		{
			name: "B-frames without DTS", tape: with(plain("bframes.h264"), func(r *tape) { r.noDTS = true }),
			refused: true, refusal: media.Reordered,
		},
		{name: "encrypted", tape: with(h264, func(r *tape) { r.scrambled = true }), refused: true, refusal: media.Encrypted},
		{name: "MJPEG", tape: with(h264, func(r *tape) { r.videoType = 0xB1 }), refused: true, refusal: media.ForeignCodec},
		{name: "MPEG-4", tape: with(h264, func(r *tape) { r.videoType = 0x10 }), refused: true, refusal: media.ForeignCodec},
		{name: "private H.264", tape: with(h264, func(r *tape) { r.videoType = 0xB0 }), refused: true, refusal: media.ForeignCodec},
	}
}

func timeTrials() []trial {
	h264, h265 := plain("plain.h264"), plain("plain.h265")
	sound := tone()
	g711 := func(r *tape) { r.audio, r.sound = 0x90, sound }
	after := func(frame int, d int64) func(int, int64) int64 {
		return func(i int, t int64) int64 {
			if i >= frame {
				t += d
			}
			return t
		}
	}
	wild := func(frame int, s int64) func(int, int64) int64 {
		return func(i int, t int64) int64 {
			if i == frame {
				return s
			}
			return t
		}
	}
	jumps := []media.ProblemKind{media.TimeJumps}
	return []trial{
		{name: "wrap at 33 bits", tape: with(h264, func(r *tape) { g711(r); r.base = 1<<33 - 80000 })},
		{name: "wrap at 32 bits", tape: with(h265, func(r *tape) { g711(r); r.base = 1<<32 - 80000; r.wrap32 = true })},
		{name: "variable rate", tape: with(h265, func(r *tape) {
			r.at = func(i int, t int64) int64 { return t + int64(i*i%7)*313 }
		})},
		{name: "twelve seconds between frames", tape: with(h265, func(r *tape) { r.step = 12 * 90000 })},
		{name: "gap of ten minutes", tape: with(h264, func(r *tape) { r.at = after(20, 600*90000) })},
		{name: "gap of ten minutes, alaw", tape: with(h264, func(r *tape) { g711(r); r.at = after(20, 600*90000) })},
		{name: "gap of five hours", tape: with(h265, func(r *tape) { r.at = after(20, 5*3600*90000) })},
		{name: "a gap within the span", tape: with(h264, func(r *tape) { r.at = after(20, 60*90000) }), options: media.Options{Span: time.Minute}},
		{
			name: "stamps jump beyond the span", tape: with(h264, func(r *tape) { r.wall = time.Time{}; r.stamp = after(20, 3600*90000) }),
			options: media.Options{Span: 30 * time.Second}, problems: jumps,
		},
		{name: "stamps jump back 5 s", tape: with(h264, func(r *tape) { r.repeat = 4; r.stamp = after(150, -5*90000) }), problems: jumps},
		{name: "stamps jump back 5 s, alaw", tape: with(h264, func(r *tape) {
			g711(r)
			r.repeat = 4
			r.stamp = after(150, -5*90000)
			r.soundStamp = after(150, -5*90000)
		}), problems: jumps},
		{name: "one stamp far ahead", tape: with(h264, func(r *tape) { r.stamp = wild(20, 8000000000) }), problems: jumps},
		{name: "one stamp far behind", tape: with(h265, func(r *tape) { r.stamp = wild(20, 17) }), problems: jumps},
		{name: "the last stamp is wild", tape: with(h265, func(r *tape) { r.stamp = wild(49, 5000000) }), problems: append(jumps, media.NoTimes)},
		{name: "a still scene, one stamp for all", tape: with(h264, func(r *tape) {
			r.still = true
			r.stamp = func(int, int64) int64 { return 700000 }
		}), problems: append(jumps, media.NoTimes)},
		{name: "audio without stamps", tape: with(h264, func(r *tape) { g711(r); r.audioStamp = noStamps })},
		{name: "audio stamps at 8 kHz", tape: with(h265, func(r *tape) { g711(r); r.audioStamp = stamps8k; r.repeat = 8 })},
		{name: "audio stamps at 8 kHz from zero", tape: with(h265, func(r *tape) { g711(r); r.audioStamp = stamps8k; r.base = 0; r.repeat = 8 })},
		{name: "silence, one audio stamp for all", tape: with(h264, func(r *tape) {
			r.audio, r.sound = 0x90, [][]byte{bytes.Repeat([]byte{0xD5}, 320)}
			r.soundStamp = func(int, int64) int64 { return 900000 }
		})},
		{name: "one audio stamp wild", tape: with(h264, func(r *tape) { g711(r); r.soundStamp = wild(9, 7000000000) })},
		{name: "one audio stamp a second ahead", tape: with(h264, func(r *tape) {
			g711(r)
			r.soundStamp = func(i int, s int64) int64 {
				if i == 9 {
					s += 90000
				}
				return s
			}
		})},
	}
}

func TestTrials(t *testing.T) {
	t.Parallel()
	for _, c := range trials(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := c.record(t)
			scan, err := scanned(bytes.NewReader(f.data))
			if err != nil {
				t.Fatal(err)
			}
			var dst mediatest.Memory
			report, err := media.Remux(&dst, bytes.NewReader(f.data), c.options)
			if c.refused {
				var r *media.Refusal
				if !errors.As(err, &r) || r.Kind != c.refusal {
					t.Fatalf("Remux: %v, want refusal %q", err, c.refusal)
				}
				if scan.Unfit == nil || scan.Unfit.Kind != c.refusal {
					t.Errorf("Scan: %v, want refusal %q", scan.Unfit, c.refusal)
				}
				if scan.Clean() {
					t.Error("a refused recording is clean")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			m, err := dst.Movie()
			if err != nil {
				t.Fatal(err)
			}
			if err := m.Compare(dst.B); err != nil {
				t.Error(err)
			}
			checkProblems(t, report, c.problems)
			if c.options.Span == 0 {
				checkProblems(t, scan, slices.Concat(c.problems, c.scanned))
			}
			checkVideo(t, c, f, m, report)
			if !c.noSound && len(f.sound) > 0 && c.harm == nil {
				checkSound(t, f, m)
			}
			if c.noSound && len(m.Tracks) != 1 {
				t.Errorf("%d tracks, want 1", len(m.Tracks))
			}
		})
	}
}

func checkProblems(t *testing.T, r media.Report, want []media.ProblemKind) {
	t.Helper()
	var got []media.ProblemKind
	for _, p := range r.Problems {
		got = append(got, p.Kind)
		switch p.Kind {
		case media.Garbage:
		case media.CutShort, media.Scrambled, media.OddAudio, media.SecondVideo, media.SecondAudio:
			if p.Offset < 0 || p.Bytes != 0 {
				t.Errorf("%v", p)
			}
		default:
			if p.Offset != -1 || p.Bytes != 0 {
				t.Errorf("%v", p)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("problems %v, want %v", r.Problems, want)
	}
	if r.Clean() != (len(want) == 0) {
		t.Errorf("Clean() = %v with %v", r.Clean(), r.Problems)
	}
}

// checkVideo compares every sample with the source: bytes, time and key flag.
func checkVideo(t *testing.T, c trial, f footage, m mediatest.Movie, r media.Report) {
	t.Helper()
	v := m.Track("vide")
	want := c.pictures
	if want == 0 {
		want = len(f.pictures)
	}
	if len(v.Samples) != want || r.Frames != want {
		t.Fatalf("%d samples and %d frames, want %d", len(v.Samples), r.Frames, want)
	}
	if format := map[bool]string{true: "hvc1", false: "avc1"}[strings.HasSuffix(c.tape.source, "265")]; c.tape.source != "" && v.Format != format {
		t.Errorf("format %s, want %s", v.Format, format)
	}
	good, next, firstShown := 0, 0, int64(-1)
	for i, s := range v.Samples {
		k := next
		for k < len(f.pictures) && !bytes.Equal(s.Data, f.pictures[k].Data()) {
			k++
		}
		if k == len(f.pictures) {
			continue // a damaged picture
		}
		good++
		next = k + 1
		p := f.pictures[k]
		if firstShown < 0 {
			firstShown = p.PTS - v.Shown(&m, s)
			if i == 0 && c.harm == nil && v.Shown(&m, s) != p.PTS-f.pictures[0].PTS {
				t.Errorf("the first picture is shown at %d", v.Shown(&m, s))
			}
		}
		if got := v.Shown(&m, s); got != p.PTS-firstShown {
			t.Fatalf("picture %d is shown at %d, want %d", k, got, p.PTS-firstShown)
		}
		if s.Key != p.Key {
			t.Errorf("picture %d: key %v, want %v", k, s.Key, p.Key)
		}
	}
	if c.good != 0 {
		want = c.good
	}
	if good != want {
		t.Errorf("%d good pictures, want %d", good, want)
	}
	if v.Edit >= 0 {
		var end int64
		for _, s := range v.Samples {
			end = max(end, v.Shown(&m, s)+1)
		}
		if v.Edit < end {
			t.Errorf("the edit ends at %d and hides the picture at %d", v.Edit, end-1)
		}
	}
}

// checkSound compares every audio packet with the source: bytes and time.
func checkSound(t *testing.T, f footage, m mediatest.Movie) {
	t.Helper()
	a := m.Track("soun")
	if len(a.Samples) != len(f.sound) {
		t.Fatalf("%d audio samples, want %d", len(a.Samples), len(f.sound))
	}
	for i, s := range a.Samples {
		if !bytes.Equal(s.Data, f.sound[i]) {
			t.Fatalf("audio packet %d differs", i)
		}
		// Sound is on the movie's time; the first picture may be shown a little after
		// it is decoded.
		zero := f.pictures[0].PTS - f.pictures[0].DTS
		want := (f.soundAt[i] - zero) * a.Timescale / 90000
		if got := a.Shown(&m, s); got < want-1 || got > want+1 {
			t.Fatalf("audio packet %d is heard at %d, want %d", i, got, want)
		}
	}
}

// TestReadSizes shows that the sizes of reads make no difference.
func TestReadSizes(t *testing.T) {
	t.Parallel()
	for _, c := range trials(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := c.record(t)
			var whole mediatest.Memory
			want, wantErr := media.Remux(&whole, bytes.NewReader(f.data), c.options)
			var halves mediatest.Memory
			got, err := media.Remux(&halves, iotest.HalfReader(bytes.NewReader(f.data)), c.options)
			if c.refused != (err != nil) || (err == nil) != (wantErr == nil) {
				t.Fatalf("%v, want %v", err, wantErr)
			}
			if err == nil && (got.Reason() != want.Reason() || !bytes.Equal(halves.B, whole.B)) {
				t.Errorf("half reads: %q, want %q", got.Reason(), want.Reason())
			}
			var whole1, single, random media.Scanner
			_, _ = whole1.Write(f.data)
			for i := range f.data {
				_, _ = single.Write(f.data[i : i+1])
			}
			seed := uint32(len(f.data))
			for rest := f.data; len(rest) > 0; {
				seed = seed*1664525 + 1013904223
				n := min(int(seed>>20)%3000, len(rest))
				_, _ = random.Write(rest[:n])
				rest = rest[n:]
			}
			sameReport(t, single.Report(), whole1.Report())
			sameReport(t, random.Report(), whole1.Report())
		})
	}
}

// TestMovieMeanwhile makes the MP4s of all recordings while they are scanned.
// The scan finds the same. The MP4 is the one that Remux makes from the results
// of the scan, or there is none.
func TestMovieMeanwhile(t *testing.T) {
	t.Parallel()
	for _, c := range trials(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := c.record(t)
			for _, span := range []time.Duration{0, c.options.Span, time.Second, 24 * time.Hour} {
				made := sameMovie(t, f.data, media.Options{DropAudio: c.options.DropAudio, Span: span, Bytes: int64(len(f.data))}, 1000)
				if c.harm == nil && !c.refused && len(c.problems) == 0 && span > time.Hour && !made {
					t.Error("there is no MP4 although nothing is wrong")
				}
			}
		})
	}
}

// sameMovie compares the MP4 that a Scanner makes with that of Remux.
func sameMovie(t *testing.T, data []byte, o media.Options, piece int) (made bool) {
	t.Helper()
	scan := media.Scanner{Options: o}
	_, _ = scan.Write(data)
	var meanwhile, later mediatest.Memory
	movie := media.Scanner{Options: o, Movie: &meanwhile}
	for p := range slices.Chunk(data, piece) {
		_, _ = movie.Write(p)
	}
	sameReport(t, movie.Report(), scan.Report())
	got, err := movie.Remuxed()
	o.Frames, o.StampRate = scan.Report().Frames, scan.Report().StampRate
	want, wantErr := media.Remux(&later, bytes.NewReader(data), o)
	var refusal *media.Refusal
	switch {
	case errors.Is(err, media.ErrReadAgain):
		if clean := scan.Report().StampRate == 0 && want.Problem(media.TimeJumps).Count == 0; clean && wantErr == nil && o.Frames < 30*int(o.Span.Seconds()) {
			t.Errorf("span %v: %v although nothing is odd: %+v", o.Span, err, want)
		}
	case err != nil:
		if !errors.As(err, &refusal) || wantErr == nil || err.Error() != wantErr.Error() {
			t.Errorf("span %v: %v, want %v", o.Span, err, wantErr)
		}
	case wantErr != nil || !bytes.Equal(meanwhile.B, later.B):
		t.Errorf("span %v: the MP4 of %d bytes is not the one of %d that Remux makes: %v", o.Span, len(meanwhile.B), len(later.B), wantErr)
	default:
		sameReport(t, got, want)
		return true
	}
	return false
}

func sameReport(t *testing.T, got, want media.Report) {
	t.Helper()
	if got.Reason() != want.Reason() || got.Frames != want.Frames || got.Duration != want.Duration ||
		got.Audio != want.Audio || got.GapCount != want.GapCount || got.WallEnd != want.WallEnd {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
