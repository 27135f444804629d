package archive

import (
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/media"
)

// beginsSlack is how far the pictures may begin from when the search said. A
// stream's clock that tells anything else is another clock.
const beginsSlack = time.Minute

// zones is what time zones differ by.
const zones = 15 * time.Minute

// firstPicture returns when the first picture of a recording was taken, by the
// recorder's wall clock: as the stream itself tells, which a search rounds to
// seconds, or else as the search does. It is zero when there are no pictures.
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

// wallOfFirst returns the stream's own clock at its first picture, whichever key
// frame told it.
func wallOfFirst(m *media.Report) time.Time { return m.FirstWall.Add(-m.FirstWallAt) }

// begin notes when the first picture was taken.
func (r *record) begin(at time.Time) {
	if !at.IsZero() {
		r.Begins = at.Format(beginsLayout)
	}
}
