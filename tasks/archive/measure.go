package archive

import (
	"math"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/nvr/media/splice"
)

// beginsSlack is how far the pictures may begin from the time in the search. If
// a stream's clock differs by more, it is another clock.
const beginsSlack = time.Minute

// zones is the step between time zones.
const zones = 15 * time.Minute

// firstPicture returns when the first picture of a recording was taken, by the
// recorder's wall clock: from the stream itself, because a search rounds to
// seconds, otherwise from the search. It is zero if there are no pictures.
func firstPicture(rec nvr.Recording, m *media.Report) time.Time {
	start := nvr.WallTime(rec.Start)
	switch {
	case m.Frames == 0:
		return time.Time{}
	case m.FirstWall.IsZero():
		return start
	}
	late := wallOfFirst(m).Sub(start)
	zone := late.Round(zones)
	if (late - zone).Abs() > beginsSlack {
		return start
	}
	return start.Add(late - zone)
}

// wallOfFirst returns the stream's own clock at its first picture, whichever
// key frame gave it.
func wallOfFirst(m *media.Report) time.Time { return m.FirstWall.Add(-m.FirstWallAt) }

// begin notes when the first picture was taken.
func (r *record) begin(at time.Time) {
	if !at.IsZero() {
		r.Begins = at.Format(beginsLayout)
	}
}

// measure copies what a report says of the pictures.
func (r *record) measure(rec nvr.Recording, m *media.Report) {
	if m.Frames == 0 {
		return
	}
	r.begin(firstPicture(rec, m))
	r.Codec, r.Width, r.Height, r.Frames = m.Codec.String(), m.Width, m.Height, m.Frames
	r.FPS, r.Seconds = thousandths(m.FPS), thousandths(m.Duration.Seconds())
}

// show copies what a spliced file shows. It covers at least the time between
// its start and end, which have no fractions of a second.
func (r *record) show(f *splice.File) {
	r.Start = f.Start.Truncate(time.Second).Format(wallLayout)
	r.End = f.End.Add(time.Second - 1).Truncate(time.Second).Format(wallLayout)
	r.begin(f.Start.Round(time.Millisecond))
	r.Codec, r.Width, r.Height, r.Frames = field(f.Codec), f.Width, f.Height, f.Frames
	length := f.End.Sub(f.Start)
	r.Seconds, r.FPS = thousandths(length.Seconds()), 0
	if moving := length - f.GapTime; f.Frames > f.GapCount && moving > 0 { // a gap is what one picture lasts
		r.FPS = thousandths(float64(f.Frames-f.GapCount) / moving.Seconds())
	}
}

func thousandths(f float64) float64 { return math.Round(f*1000) / 1000 }
