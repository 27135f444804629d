package media_test

import (
	"bytes"
	"io"
	"slices"
	"testing"
	"time"

	"example.com/hikgrab/nvr/media"
)

func newReader(b []byte) io.Reader { return bytes.NewReader(b) }

// scanned scans a recording to its end.
func scanned(src io.Reader) (media.Report, error) {
	var s media.Scanner
	_, err := io.CopyBuffer(struct{ io.Writer }{&s}, struct{ io.Reader }{src}, make([]byte, 256<<10))
	return s.Report(), err
}

func scan(t *testing.T, data []byte) media.Report {
	t.Helper()
	r, err := scanned(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReport(t *testing.T) {
	t.Parallel()
	f := record(t, with(plain("plain.h265"), func(r *tape) {
		r.audio, r.sound = 0x91, tone()
		r.at = func(i int, t int64) int64 {
			if i >= 24 {
				t += 11*90000 - 3600
			}
			return t
		}
	}))
	r := scan(t, f.data)
	if !r.Clean() || r.Verdict() != media.Clean || r.Reason() != "" {
		t.Errorf("not clean: %s", r.Reason())
	}
	if r.Container != media.IMKH || r.Info.Video != 5 || r.Bytes != int64(len(f.data)) || r.Codec.String() != "H.265" {
		t.Errorf("%+v", r)
	}
	if r.Width != 320 || r.Height != 180 || r.Frames != 50 || r.KeyFrames != 5 || r.FPS != 25 || r.KeyInterval != 12*40*time.Millisecond {
		t.Errorf("%+v", r)
	}
	if r.Duration != 13*time.Second-40*time.Millisecond || r.GapCount != 1 || r.GapTime != 11*time.Second {
		t.Errorf("duration %v, %d gaps of %v", r.Duration, r.GapCount, r.GapTime)
	}
	if !r.FirstWall.Equal(noon) || !r.WallEnd.Equal(noon.Add(r.Duration)) || !r.LastWall.Equal(noon.Add(48*40*time.Millisecond+11*time.Second-40*time.Millisecond)) {
		t.Errorf("from %v, %v, to %v", r.FirstWall, r.LastWall, r.WallEnd)
	}
	if r.Audio != media.G711U || r.Audio.String() != "G.711 µ-law" {
		t.Errorf("audio %v", r.Audio)
	}
}

func TestManyGaps(t *testing.T) {
	t.Parallel()
	f := record(t, with(plain("plain.h264"), func(r *tape) { r.repeat, r.step = 24, 5*90000 }))
	r := scan(t, f.data)
	if r.GapCount != 24*50-1 || r.GapTime != (24*50-1)*5*time.Second || !r.Clean() {
		t.Errorf("%d gaps of %v, %s", r.GapCount, r.GapTime, r.Reason())
	}
}

// TestFirstWallAt finds the clock at a later key frame if the first has none.
func TestFirstWallAt(t *testing.T) {
	t.Parallel()
	whole := record(t, with(plain("plain.h264"), func(r *tape) {
		r.at = func(i int, t int64) int64 {
			if i >= 6 {
				t += 7 * 90000
			}
			return t
		}
	}))
	var seen []time.Duration
	for {
		r := scan(t, whole.data)
		if r.FirstWall.IsZero() {
			break
		}
		seen = append(seen, r.FirstWallAt)
		if !r.FirstWall.Add(-r.FirstWallAt).Equal(noon) || !r.WallEnd.Equal(noon.Add(r.Duration)) {
			t.Errorf("from %v at %v to %v, which is %v", r.FirstWall, r.FirstWallAt, r.WallEnd, r.Duration)
		}
		whole.data[bytes.Index(whole.data, []byte{0x40, 14, 'H', 'K'})]++ // another descriptor
	}
	const first, second = 0, 7*time.Second + 12*40*time.Millisecond
	if len(seen) != 5 || seen[0] != first || seen[1] != second {
		t.Errorf("the clock was told at %v", seen)
	}
}

func TestWallClockSet(t *testing.T) {
	t.Parallel()
	f := record(t, plain("plain.h264"))
	// The minutes of the last map's clock are in its bytes 12 to 14.
	at := bytes.LastIndex(f.data, []byte{0x40, 14, 'H', 'K'})
	f.data[at+9] ^= 0x10
	r := scan(t, f.data)
	if p := r.Problem(media.WallJumps); p.Count != 1 || r.Verdict() != media.Odd {
		t.Errorf("%v: %s", r.Verdict(), r.Reason())
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	f := record(t, plain("plain.h264"))
	cutShort := scan(t, f.data[:f.inside(49)])
	if cutShort.Verdict() != media.Damaged || cutShort.Clean() || cutShort.Problem(media.CutShort).Count != 1 {
		t.Errorf("cut: %v, %s", cutShort.Verdict(), cutShort.Reason())
	}
	secret := scan(t, record(t, with(plain("plain.h264"), func(r *tape) { r.scrambled = true })).data)
	if secret.Verdict() != media.Unfit || secret.Unfit.Kind != media.Encrypted {
		t.Errorf("encrypted: %v, %s", secret.Verdict(), secret.Reason())
	}
	page := scan(t, []byte("<html>"))
	if page.Verdict() != media.Unfit || page.Reason() != "not an MPEG program stream (web page)" {
		t.Errorf("web page: %v, %s", page.Verdict(), page.Reason())
	}
	f.data[f.packs[3]+20+6] |= 0x20
	part := scan(t, f.data)
	if p := part.Problem(media.Scrambled); p.Count != 1 || part.Verdict() != media.Damaged || part.Unfit != nil {
		t.Errorf("one packet encrypted: %v, %s", part.Verdict(), part.Reason())
	}
	if got := part.Reason(); got == "" || got != part.Problems[0].String() {
		t.Errorf("reason %q", got)
	}
}

// TestVerdictsOfUnfit calls a recording damaged if another download could make
// it fit.
func TestVerdictsOfUnfit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind  media.ProblemKind
		unfit bool
		want  media.Verdict
	}{
		{media.CutShort, true, media.Damaged},
		{media.MissingFrames, true, media.Damaged},
		{media.Duplicates, true, media.Unfit},
		{media.Duplicates, false, media.Damaged},
		{media.Scrambled, false, media.Damaged},
		{media.TimeJumps, false, media.Odd},
		{media.TimeJumps, true, media.Unfit},
	} {
		r := media.Report{Problems: []media.Problem{{Kind: c.kind, Count: 1}}}
		if c.unfit {
			r.Unfit = &media.Refusal{}
		}
		if got := r.Verdict(); got != c.want {
			t.Errorf("%v, unfit %v: %v, want %v", c.kind, c.unfit, got, c.want)
		}
	}
}

// TestLateCount counts the pictures before the first key frame, whether or not
// the codec was announced and a key frame exists.
func TestLateCount(t *testing.T) {
	t.Parallel()
	for _, announced := range []bool{true, false} {
		f := record(t, with(plain("plain.h264"), func(r *tape) { r.imkh, r.noMap, r.packet = announced, true, 100 }))
		head := f.data[:40]
		if !announced {
			head = nil
		}
		for end, frames := range map[int]int{len(f.data): 38, f.packs[12]: 0} {
			r := scan(t, slices.Concat(head, f.data[f.packs[5]:end]))
			if r.Frames != frames || r.Problem(media.LateKeyFrame).Count != 7 || frames == 0 && r.Duration != 0 {
				t.Errorf("announced %v: %d pictures, %v, %s", announced, r.Frames, r.Duration, r.Reason())
			}
		}
	}
}

// TestReportTwice gives the same report again.
func TestReportTwice(t *testing.T) {
	t.Parallel()
	f := record(t, plain("plain.h264"))
	var s media.Scanner
	_, _ = s.Write(f.data[:f.inside(49)])
	first := s.Report()
	sameReport(t, s.Report(), first)
}

func TestWords(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for k := media.CutShort; k <= media.OddAudio; k++ {
		if s := k.String(); s == "" || seen[s] {
			t.Errorf("problem %d is called %q", k, s)
		} else {
			seen[s] = true
		}
	}
	for _, v := range []media.Verdict{media.Clean, media.Odd, media.Damaged, media.Unfit} {
		if s := v.String(); s == "" || seen[s] {
			t.Errorf("verdict %d is called %q", v, s)
		} else {
			seen[s] = true
		}
	}
}
