package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/media/splice"
)

// Span is a range of time on a recorder's wall clock. A zero end is open.
type Span = splice.Span

// clip is the wanted piece of a recording, in milliseconds of the wall clock;
// the zero value is the whole recording. It is a comparable Span, limited to
// the recording.
type clip struct{ from, to int64 }

// clip returns the wanted piece of the item. It is the whole recording if that
// is wanted, if the range leaves out nothing or everything, and if what is
// stored is not an MP4 of ours.
func (it Item) clip() clip {
	if movie, _ := it.wants(); !movie || it.Clip == (Span{}) {
		return clip{}
	}
	whole := it.limits()
	c := whole
	if !it.Clip.From.IsZero() {
		c.from = max(c.from, wallMilli(it.Clip.From))
	}
	if !it.Clip.To.IsZero() {
		c.to = min(c.to, wallMilli(it.Clip.To.Add(time.Millisecond-1)))
	}
	if c == whole || c.from >= c.to {
		return clip{}
	}
	return c
}

// limits returns the whole recording as a clip.
func (it Item) limits() clip {
	return clip{wallMilli(it.Recording.Start), wallMilli(it.Recording.End.Add(time.Millisecond - 1))}
}

// window returns the range to cut. It is open where the clip reaches an end of
// the recording: pictures may go on a little beyond what a search announced,
// and the next recording begins after them.
func (it Item) window() Span {
	c, whole := it.clip(), it.limits()
	w := c.span()
	if c.from == whole.from {
		w.From = time.Time{}
	}
	if c.to == whole.to {
		w.To = time.Time{}
	}
	return w
}

// share returns roughly how much of size the clip is, including the pictures up
// to its key frames; 0 if nothing is cut.
func (it Item) share(size int64) int64 {
	c := it.clip()
	if c == (clip{}) {
		return 0
	}
	asked := it.margined()
	part := float64(asked.to-asked.from) / float64(max(1, it.Recording.End.Sub(it.Recording.Start).Milliseconds()))
	if part >= 1 {
		return size
	}
	return int64(part * float64(size))
}

// more returns roughly how many bytes are written on the way to what is wanted,
// beyond the recording's own size.
func (it Item) more(size int64) int64 {
	if movie, _ := it.wants(); !movie {
		return 0
	}
	return plus(size, it.share(size))
}

// whole returns the item with nothing cut off.
func (it Item) whole() Item {
	it.Clip = Span{}
	return it
}

// span returns the times that name the item's file.
func (it Item) span() Span {
	if c := it.clip(); c != (clip{}) {
		return c.span()
	}
	return Span{From: it.Recording.Start, To: it.Recording.End}
}

// contains reports whether c serves whoever wants other.
func (c clip) contains(other clip) bool {
	return c == clip{} || other != clip{} && c.from <= other.from && other.to <= c.to
}

func (c clip) span() Span { return Span{From: milliWall(c.from), To: milliWall(c.to)} }

// String returns both ends as in part names and the journal.
func (c clip) String() string { return fmt.Sprintf("%d_%d", c.from, c.to) }

// note says in the manifest what was wanted.
func (c clip) note() string { return "cut for " + c.text() }

// text returns both ends for a person.
func (c clip) text() string {
	const layout = "2006-01-02T15:04:05.999"
	return milliWall(c.from).Format(layout) + " to " + milliWall(c.to).Format(layout)
}

// MarshalText writes the clip as in the journal.
func (c clip) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (c *clip) UnmarshalText(text []byte) (err error) {
	from, to, ok := strings.Cut(string(text), "_")
	if !ok {
		return errors.New("not two times in milliseconds")
	}
	if c.from, err = strconv.ParseInt(from, 10, 64); err == nil {
		c.to, err = strconv.ParseInt(to, 10, 64)
	}
	return err
}

// wallMilli returns a wall clock time in milliseconds, in whatever zone it is
// carried.
func wallMilli(t time.Time) int64 { return nvr.WallTime(t).UnixMilli() }

// milliWall is the inverse of wallMilli.
func milliWall(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// readWall reads a wall clock time from the journal or the manifest, or returns
// zero.
func readWall(text string) time.Time {
	t, _ := time.Parse(wallLayout, text)
	return t
}

// cutting is the result of making a clip.
type cutting struct {
	clip  *record // synced but not yet named; nil if the whole is kept
	note  string  // why the whole is kept; empty if nothing needs to be said
	final bool    // another attempt would end the same
}

// clip replaces the MP4 that was just made by the clip, if one is wanted.
func (c *conversion) clip(ctx context.Context, pr *proof) error {
	if c.item.clip() == (clip{}) {
		return nil
	}
	whole := movieOf(c.id)
	cut, err := c.cut(ctx, *pr.movie, whole.part())
	if err == nil && cut.clip == nil {
		pr.movie.remark(cut.note)
		pr.uncut = cut.final
		return nil
	}
	pr.movie = cut.clip
	return c.failed("cut", errors.Join(err, c.archive.removePart(whole)))
}

// cut makes the item's clip from its MP4, which is under name and begins when
// whole says. If package splice gives up, the whole is kept: an hour too much
// is better than none. An error is the disk's or the operator's.
func (c *conversion) cut(ctx context.Context, whole record, name string) (cutting, error) {
	piece := c.archive.Piece(name, readWall(whole.Begins))
	piece.Mute = c.item.DropAudio // an earlier run's MP4 may have sound
	files, left, err := splice.Plan(ctx, []splice.Piece{piece}, c.item.window())
	switch {
	case err != nil:
		return uncuttable(ctx, err)
	case len(left) > 0:
		return cutting{note: "it could not be cut: " + left[0].Reason.Error(), final: true}, nil
	case len(files) == 0:
		return cutting{note: "not cut: it has no pictures in the period", final: true}, nil
	case len(files) > 1:
		return cutting{note: fmt.Sprintf("not cut: the period would take %d files", len(files)), final: true}, nil
	case files[0].Parts[0].Whole && c.span == (Span{}):
		return cutting{final: true}, nil
	}
	whole.Clip = c.item.clip()
	whole.Bytes, whole.SHA256, err = c.archive.produce(ctx, whole.fileID(), func(dst io.WriteSeeker) error {
		return splice.Write(ctx, dst, files[0], new(atomic.Int64))
	}, c.written, new(atomic.Int64))
	if err != nil {
		return uncuttable(ctx, err)
	}
	whole.show(&files[0])
	return cutting{clip: &whole}, nil
}

// uncuttable keeps the whole if the MP4 is at fault; otherwise it returns err.
func uncuttable(ctx context.Context, err error) (cutting, error) {
	if reason, ok := unfit(ctx, err); ok {
		return cutting{note: "it could not be cut: " + reason}, nil
	}
	return cutting{}, err
}
