package splice_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"example.com/hikgrab/nvr/media/mediatest"
	"example.com/hikgrab/nvr/media/splice"
)

// keyed changes the key frames of a piece, counted from 1.
func keyed(b []byte, keys ...uint32) []byte {
	return mediatest.Edit(b, func(m *mediatest.Box) {
		m.Table("stss").Body = mediatest.Full(0, uint32(len(keys)), keys...)
	})
}

// samples returns the pictures of a file.
func (f made) samples() (list [][]byte) {
	for _, s := range f.movie.Track("vide").Samples {
		list = append(list, s.Data)
	}
	return list
}

// seenBy returns pictures of a camera.
func (c *camera) seenBy(s span) (list [][]byte) {
	for _, p := range c.pictures[s.first:s.last] {
		list = append(list, p.data)
	}
	return list
}

// TestLaterBeginsEarlier joins a piece that begins earlier than the one before
// it, because the one before cannot be decoded from its start.
func TestLaterBeginsEarlier(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "plain.h264", frames: 96})
	_, dst := c.file(t, span{52, 96})
	pieces := c.files(t, span{0, 60}, span{50, 72})
	pieces = append(pieces, pieceOf(keyed(dst.B, 1, 9, 21), at(c.pictures[52].shown)))
	list, left := splices(t, pieces, splice.Span{})
	if len(list) != 1 || len(left) != 1 || left[0].Piece != 1 || !errors.Is(left[0].Reason, splice.ErrCovered) {
		t.Fatalf("%d files, left out %v", len(list), left)
	}
	if f := list[0]; !slices.EqualFunc(f.samples(), c.seenBy(span{0, 96}), bytes.Equal) || f.plan.Parts[0].Frames != 52 {
		t.Errorf("%+v", f.plan)
	}
}

// TestLaterSuffices begins with the later of two pieces that overlap at the
// start of the window.
func TestLaterSuffices(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "plain.h264", frames: 96})
	_, dst := c.file(t, span{0, 60})
	pieces := append(c.files(t, span{48, 96}), pieceOf(keyed(dst.B, 1, 13, 25, 37), noon))
	list, _ := splices(t, pieces, splice.Span{From: at(c.pictures[50].shown)})
	if len(list) != 1 {
		t.Fatalf("%d files", len(list))
	}
	c.shows(t, list[0], span{48, 96})
}

// TestNothingButLeading leaves out a piece that would have only leading
// pictures left.
func TestNothingButLeading(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "plain.h264", frames: 12})
	for k, order := range []int64{2, 0, 1} {
		c.pictures[k].shown = order * 3600
	}
	for i := range c.pictures {
		c.pictures[i].decoded -= 2 * 3600
	}
	late := see(t, lens{source: "plain.h264", frames: 48, sound: "alaw"}).later(5400)
	list, left := splices(t, append(c.files(t, span{0, 12}), late.files(t, span{0, 48})...), splice.Span{})
	if len(list) != 1 || len(left) != 1 || left[0].Piece != 0 || !errors.Is(left[0].Reason, splice.ErrCovered) {
		t.Fatalf("%d files, left out %v", len(list), left)
	}
	if got := ticksOf(list[0].plan.Start); got != 5400 {
		t.Errorf("begins at %d", got)
	}
	late.shows(t, list[0], span{0, 48})
}

// TestSoundGoesOn keeps the sound between the last picture of a piece and the
// first of the next, unless that is a gap.
func TestSoundGoesOn(t *testing.T) {
	t.Parallel()
	for _, k := range []struct {
		pause int64 // of the pictures, in ticks
		lost  int   // packets
	}{{3600, 0}, {clock, 0}, {2 * clock, 0}, {2*clock + 7200, 51}} {
		c := see(t, lens{source: "plain.h264", frames: 96, sound: "alaw", at: func(i int, t int64) int64 {
			if i >= 48 {
				t += k.pause - 3600
			}
			return t
		}})
		c.lingers = k.pause
		list, _ := splices(t, c.files(t, span{0, 48}, span{48, 96}), splice.Span{})
		a := list[0].movie.Track("soun")
		if want := len(c.sounds) - k.lost; len(a.Samples) != want {
			t.Errorf("a pause of %d: %d packets of sound, want %d", k.pause, len(a.Samples), want)
		}
	}
}

// TestSoundWherePartsMeet overlaps two pieces by parts of packets. No packet
// may play during most of another, and none may be lost otherwise.
func TestSoundWherePartsMeet(t *testing.T) {
	t.Parallel()
	early := see(t, lens{source: "plain.h264", sound: "alaw"})
	for shift := int64(-3600); shift <= 3600; shift += 450 {
		late := early.later(48*3600 + shift)
		list, _ := splices(t, append(early.files(t, span{0, 48}), late.files(t, span{0, 48})...), splice.Span{})
		if len(list) != 1 {
			t.Fatalf("%d files", len(list))
		}
		a := list[0].movie.Track("soun")
		for i, s := range a.Samples[1:] {
			if d := s.DTS - a.Samples[i].DTS; d < 160 || d > 320+320*3/2 {
				t.Errorf("shift %d: packet %d lasts %d", shift, i, d)
			}
		}
		if n := len(a.Samples); n < 95 || n > 96 {
			t.Errorf("shift %d: %d packets", shift, n)
		}
	}
}
