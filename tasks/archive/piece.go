package archive

import (
	"errors"
	"fmt"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/tasks/archive/disk"
)

// Some recorders download by time, so that a clip costs little more than its
// own bytes. The result is a piece of the recording: a file of its own until
// its clip is made, the same clip that would have been cut from the whole.

// keyMargin is how far around a clip to look for a key frame on each side:
// cameras set for it leave 12 s between two if nothing moves (DS-2XM6825G0
// V5.5.850).
const keyMargin = 12 * time.Second

// ErrOdd is in the Damaged error of a piece with the right time that is not
// enough: more than a clip must be kept, or part of the clip may be missing.
// The whole recording is needed.
var ErrOdd = errors.New("the whole recording is wanted")

// SentWhole is the note for a recording that came whole although only part of
// it was requested.
const SentWhole = "not fetched by time: the recorder sent all of it"

// margined returns the clip with the margin to request around it.
func (it Item) margined() clip {
	c, whole := it.clip(), it.limits()
	if c == (clip{}) {
		return whole
	}
	const margin = int64(keyMargin / time.Millisecond)
	return clip{max(whole.from, c.from-margin), min(whole.to, c.to+margin)}
}

// Asked returns the time to request from a recorder that downloads by time. It
// returns false if the whole recording must be fetched: more than a clip is to
// be made from it, or the clip is nearly all of it.
func (it Item) Asked() (Span, bool) {
	_, raw := it.wants()
	asked, whole := it.margined(), it.limits()
	short := it.clip() != (clip{}) && (asked.to-asked.from)*10 <= (whole.to-whole.from)*9
	return asked.span(), short && !raw && it.Recording.Note == ""
}

// Expected returns roughly how many bytes of the recording such a recorder
// sends.
func (it Item) Expected() int64 {
	if _, ok := it.Asked(); ok {
		return it.share(it.Recording.Size)
	}
	return it.Recording.Size
}

// between returns the recording limited to a span; the zero Span leaves it
// whole.
func (it Item) between(s Span) nvr.Recording {
	rec := it.Recording
	if s != (Span{}) {
		rec.Start, rec.End = s.From, s.To
	}
	return rec
}

// CreatePiece is Create for what a recorder sends for Item.Asked. Commit makes
// the clip from it, or returns a Damaged error if it is not that time; with
// ErrOdd the recorder is not to blame. Sometimes the whole recording comes: see
// Whole.
func (a *Archive) CreatePiece(it Item) (*Part, error) {
	asked, _ := it.Asked()
	p := &Part{archive: a, item: it, id: fileID{identify(it), asSent, it.clip()}, span: asked}
	return a.create(p, 0) // pictures can be heavier than the recording's average
}

// Whole reports whether the part is, or turned out to be, the whole recording.
func (p *Part) Whole() bool { return p.span == Span{} }

// DropPiece removes what is left of a piece whose recording is being fetched
// whole.
func (a *Archive) DropPiece(it Item) {
	id := fileID{identify(it), asSent, it.clip()}
	if id.clip == (clip{}) {
		return
	}
	if err := a.removePart(id); err != nil {
		a.log.Warn("A piece of a recording could not be removed; the next start does it", "part", id.part(), "error", err)
	}
}

// review judges what the scan found.
func (p *Part) review(sum disk.Sum, m *media.Report, t Try) (notes []string, err error) {
	if !p.Whole() {
		note, err := p.judgePiece(m)
		if err != nil || !p.Whole() {
			return []string{note}, err
		}
		notes = append(notes, note)
	}
	more, err := p.judge(sum, m, t)
	return append(notes, more...), err
}

// judgePiece checks, by the clock in the pictures, that they show the requested
// time. A stream without a clock, or with one in another zone, is not trusted:
// it may contain anything.
func (p *Part) judgePiece(m *media.Report) (note string, err error) {
	c, asked, whole := p.item.clip(), p.item.margined(), p.item.limits()
	came := clip{wallMilli(wallOfFirst(m)), wallMilli(m.WallEnd)}
	tolerance := max(2*time.Second, m.KeyInterval).Milliseconds()
	outward := max(tolerance, beginsSlack.Milliseconds())
	// No picture of the clip may be missing. Where the clip ends with the
	// recording there is no margin: then the other end must show that the recorder
	// is exact.
	exact := (c.from != whole.from || came.to >= asked.to) && (c.to != whole.to || came.from <= asked.from)
	slack := tolerance
	if !exact {
		slack = outward
	}
	early, late := c.from, c.to
	if c.from == whole.from {
		early += slack
	}
	if c.to == whole.to {
		late -= slack
	}
	size := p.item.Recording.Size
	all := came.from <= whole.from+tolerance && came.to >= whole.to-tolerance
	switch {
	case size > 0 && p.Offset() >= size, size <= 0 && all && !m.FirstWall.IsZero():
		p.span = Span{}
		return SentWhole, nil
	case !m.Container.ProgramStream(), m.Unfit != nil, m.FirstWall.IsZero(), m.WallEnd.IsZero(), m.StampRate != 0:
		return "", p.damaged(errors.New("what the recorder sent carries no clock"))
	case came.from > early, came.to < late, came.from < asked.from-outward, came.to > asked.to+outward:
		return "", p.damaged(fmt.Errorf("the recorder sent %s instead of %s", came.text(), asked.text()))
	case m.Verdict() == media.Damaged:
		return "", p.damaged(errors.New("what the recorder sent is damaged: " + m.Reason()))
	case !exact:
		return "", p.damaged(fmt.Errorf("%w: the recorder sent %s instead of %s", ErrOdd, came.text(), asked.text()))
	case !p.clean(m):
		return "", p.damaged(fmt.Errorf("%w: %s", ErrOdd, m.Reason()))
	}
	return "fetched by time: the recorder sent " + came.text() + " of it", nil
}

// provePiece makes sure that a piece yields nothing but the clip.
func (p *Part) provePiece(pr *proof) error {
	if pr.movie != nil && pr.movie.Clip == p.item.clip() && !pr.beside {
		return nil
	}
	if pr.movie == nil {
		return p.damaged(fmt.Errorf("%w: %s", ErrOdd, pr.done.notes()))
	}
	if err := p.archive.removePart(pr.movie.fileID()); err != nil {
		return p.archive.fail("remove", pr.movie.fileID().part(), err)
	}
	return p.damaged(fmt.Errorf("%w: %s", ErrOdd, pr.movie.notes()))
}

// clean reports whether a file holds everything that a report covers. In a
// piece, pictures before the first key frame are more than was asked for.
func (p *Part) clean(m *media.Report) bool {
	return m.Clean() || !p.Whole() && len(m.Problems) == 1 && m.Problem(media.LateKeyFrame).Count > 0
}
