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

func scan(t *testing.T, data []byte) media.Report {
	t.Helper()
	r, err := media.Scan(bytes.NewReader(data))
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
	if !r.Clean() || r.Verdict() != media.Clean || r.Reason() != "" || !r.EndsWhole {
		t.Errorf("not clean: %s", r.Reason())
	}
	if r.Container != media.IMKH || r.Info.Video != 5 || r.Bytes != int64(len(f.data)) || r.Codec.String() != "H.265" {
		t.Errorf("%+v", r)
	}
	if r.Width != 320 || r.Height != 180 || r.Frames != 50 || r.KeyFrames != 5 || r.FPS != 25 || r.KeyInterval != 12*40*time.Millisecond {
		t.Errorf("%+v", r)
	}
	wantGap := []media.Gap{{Start: 23 * 40 * time.Millisecond, Length: 11 * time.Second}}
	if r.Duration != 13*time.Second-40*time.Millisecond || r.GapCount != 1 || r.GapTime != 11*time.Second || !slices.Equal(r.Gaps, wantGap) {
		t.Errorf("duration %v, gaps %v", r.Duration, r.Gaps)
	}
	if !r.FirstWall.Equal(noon) || !r.WallEnd.Equal(noon.Add(r.Duration)) || !r.LastWall.Equal(noon.Add(48*40*time.Millisecond+11*time.Second-40*time.Millisecond)) {
		t.Errorf("from %v, %v, to %v", r.FirstWall, r.LastWall, r.WallEnd)
	}
	if r.Audio != media.G711U || r.Audio.String() != "G.711 µ-law" || r.AudioTime < 1900*time.Millisecond || r.AudioTime > 2100*time.Millisecond {
		t.Errorf("%v of %v", r.AudioTime, r.Audio)
	}
}

func TestManyGaps(t *testing.T) {
	t.Parallel()
	f := record(t, with(plain("plain.h264"), func(r *tape) { r.repeat, r.step = 24, 5*90000 }))
	r := scan(t, f.data)
	if r.GapCount != 24*50-1 || len(r.Gaps) != media.MaxGaps || !r.Clean() {
		t.Errorf("%d gaps, %d listed, %s", r.GapCount, len(r.Gaps), r.Reason())
	}
}

func TestWallClockSet(t *testing.T) {
	t.Parallel()
	f := record(t, plain("plain.h264"))
	// The minutes of the last map's clock lie in its bytes 12 to 14.
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
	if cutShort.Verdict() != media.Damaged || cutShort.EndsWhole || cutShort.Clean() {
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
	for k := media.ForeignContainer; k <= media.HugeFrame; k++ {
		if s := (&media.Refusal{Kind: k}).Error(); s == "" || seen[s] {
			t.Errorf("refusal %d is called %q", k, s)
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
