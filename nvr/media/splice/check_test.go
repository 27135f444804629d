package splice_test

import (
	"bytes"
	"context"
	"sync/atomic"
	"testing"

	"example.com/hikgrab/nvr/media/mediatest"
	"example.com/hikgrab/nvr/media/splice"
)

// made is a file that was planned and written.
type made struct {
	plan  splice.File
	movie mediatest.Movie
	bytes []byte
}

// splices plans and writes, and compares the result with the plan.
func splices(t testing.TB, pieces []splice.Piece, w splice.Span) ([]made, []splice.LeftOut) {
	t.Helper()
	files, left, err := splice.Plan(t.Context(), pieces, w)
	if err != nil {
		t.Fatal(err)
	}
	var list []made
	for _, f := range files {
		list = append(list, write(t, f))
	}
	for _, f := range list {
		m, err := mediatest.ReadMovie(bytes.NewReader(f.bytes), int64(len(f.bytes)))
		if err == nil {
			err = m.Compare(f.bytes)
		}
		if err != nil {
			t.Error(err)
		}
	}
	return list, left
}

func write(t testing.TB, f splice.File) made {
	t.Helper()
	var dst mediatest.Memory
	var copied atomic.Int64
	if err := splice.Write(context.Background(), &dst, f, &copied); err != nil {
		t.Fatal(err)
	}
	if copied.Load() != f.Bytes {
		t.Errorf("%d bytes copied, %d planned", copied.Load(), f.Bytes)
	}
	m, err := dst.Movie()
	if err != nil {
		t.Fatal(err)
	}
	if !m.Front {
		t.Error("the index is not in front")
	}
	v, a := m.Track("vide"), m.Track("soun")
	if len(v.Samples) != f.Frames || len(a.Samples) > 0 != f.Sound {
		t.Errorf("%d pictures and %d packets of sound, planned %d and %v", len(v.Samples), len(a.Samples), f.Frames, f.Sound)
	}
	frames, bytes := 0, int64(0)
	for _, p := range f.Parts {
		frames += p.Frames
		bytes += p.Bytes
	}
	if frames != f.Frames || bytes != f.Bytes {
		t.Errorf("parts of %d pictures and %d bytes in a file of %d and %d", frames, bytes, f.Frames, f.Bytes)
	}
	end := int64(0)
	for i, s := range v.Samples {
		end = max(end, v.Shown(&m, s))
		if s.DTS > s.PTS || i > 0 && s.DTS <= v.Samples[i-1].DTS {
			t.Errorf("picture %d is decoded at %d and shown at %d", i, s.DTS, s.PTS)
		}
	}
	if want := ticksOf(f.End) - ticksOf(f.Start); m.Duration < want || m.Duration > want+clock && f.Sound == false || end >= want {
		t.Errorf("the file lasts %d, the last picture comes at %d, planned %d", m.Duration, end, want)
	}
	return made{f, m, dst.B}
}

// shows compares a file with the camera: it must have the pictures of the spans
// at their times, and all the sound in between.
func (c *camera) shows(t testing.TB, f made, spans ...span) {
	t.Helper()
	zero := ticksOf(f.plan.Start)
	v := f.movie.Track("vide")
	var want []picture
	for _, s := range spans {
		want = append(want, c.pictures[s.first:s.last]...)
	}
	if len(v.Samples) != len(want) {
		t.Fatalf("%d pictures, want %d", len(v.Samples), len(want))
	}
	for i, s := range v.Samples {
		p := want[i]
		if !bytes.Equal(s.Data, p.data) {
			t.Fatalf("picture %d is not what the camera saw", i)
		}
		if at := v.Shown(&f.movie, s); at != p.shown-zero || s.Key != p.key {
			t.Fatalf("picture %d at %d, key %v, want %d, %v", i, at, s.Key, p.shown-zero, p.key)
		}
	}
	c.hears(t, f, spans)
	interleaved(t, f)
}

// interleaved checks that sound is near the matching pictures in the file,
// because players should not have to read in two places.
func interleaved(t testing.TB, f made) {
	t.Helper()
	v, a := f.movie.Track("vide"), f.movie.Track("soun")
	stands, belongs := 0, 0
	for i, s := range a.Samples {
		at := a.Shown(&f.movie, s) * clock / a.Timescale
		for stands < len(v.Samples) && v.Samples[stands].Offset < s.Offset {
			stands++
		}
		for belongs < len(v.Samples) && v.Shown(&f.movie, v.Samples[belongs]) < at {
			belongs++
		}
		if d := stands - belongs; d > 60 || d < -60 {
			t.Fatalf("packet %d stands in front of picture %d instead of %d", i, stands, belongs)
		}
	}
}

// hears compares the sound of a file with the camera's during the spans.
func (c *camera) hears(t testing.TB, f made, spans []span) {
	t.Helper()
	a := f.movie.Track("soun")
	zero := ticksOf(f.plan.Start)
	var want []sound
	for _, s := range spans {
		from, until := c.seen(s)
		for _, x := range c.sounds {
			if at := x.at * clock; at >= from*c.soundRate && at < until*c.soundRate {
				want = append(want, x)
			}
		}
	}
	if len(a.Samples) != len(want) {
		t.Fatalf("%d packets of sound, want %d", len(a.Samples), len(want))
	}
	for i, s := range a.Samples {
		if !bytes.Equal(s.Data, want[i].data) {
			t.Fatalf("packet %d is not what the camera heard", i)
		}
		at := (s.DTS-a.Start)*clock + a.Delay*a.Timescale
		if off := at - (want[i].at*clock - zero*c.soundRate); off > clock || off < -clock {
			t.Fatalf("packet %d at %d, want %d", i, at/a.Timescale, want[i].at*clock/c.soundRate-zero)
		}
	}
}

// seen returns when the pictures of a span are shown, in ticks.
func (c *camera) seen(s span) (from, until int64) {
	from = c.pictures[s.first].shown
	for _, p := range c.pictures[s.first:s.last] {
		until = max(until, p.shown+c.step)
	}
	return from, until
}
