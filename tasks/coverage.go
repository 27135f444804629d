package tasks

import (
	"cmp"
	"slices"
	"time"
)

// GapLimit is how long nothing must be on disk before Coverage calls that a
// gap: recorders leave a second between two files.
const GapLimit = 2 * time.Second

// Coverage compares what was asked of a camera with what the recorder had and
// with what is on disk. All times are the recorder's wall clock.
type Coverage struct {
	Recorder RecorderView
	Camera   CameraView
	Asked    []Span // what lies in the future of the recorder's clock left out

	AskedTime    time.Duration // of Asked
	RecordedTime time.Duration // of it, what the recorder had
	OnDiskTime   time.Duration // of it, what is on disk
	First, Last  time.Time     // begin and end of what is on disk; zero when there is nothing
	Gaps         []CoverageGap // longer than GapLimit, earliest first
}

// CoverageGap is a part of what was asked that is not on disk.
type CoverageGap struct {
	Span
	Recorded bool // the recorder had it, so that it can still be fetched
}

// Coverage returns the coverage of every camera, in the order of a snapshot.
// Gaps within a file are not seen here: the manifest has its duration.
func (q *Queue) Coverage() []Coverage {
	var s Snapshot
	q.Snapshot(&s)
	all := make([]Coverage, 0, len(s.Cameras))
	for _, r := range s.Recorders {
		for _, c := range s.Cameras[r.First : r.First+r.Count] {
			d, ok := q.Camera(c.ID)
			if !ok {
				continue
			}
			var until time.Time
			if r.Device.ClockKnown {
				until = r.Device.WallClock(s.At)
			}
			covered := CoverageOf(d, until)
			covered.Recorder = r
			all = append(all, covered)
		}
	}
	return all
}

// CoverageOf returns the coverage of one camera, up to a time of the recorder's
// clock; the zero time means everything that was asked. It leaves Recorder
// empty.
func CoverageOf(d CameraDetail, until time.Time) Coverage {
	c := Coverage{Camera: d.CameraView}
	for _, s := range d.Periods {
		if !until.IsZero() && s.To.After(until) {
			s.To = until
		}
		if s.To.After(s.From) {
			c.Asked = append(c.Asked, s)
		}
	}
	var had, here []Span
	for _, r := range d.Recordings {
		span := Span{r.Start, r.End}
		had = append(had, span)
		if r.State != RecordingDone {
			continue
		}
		here = append(here, span)
		if c.First.IsZero() || r.Start.Before(c.First) {
			c.First = r.Start
		}
		if r.End.After(c.Last) {
			c.Last = r.End
		}
	}
	c.Asked = joined(c.Asked)
	recorded, onDisk := within(joined(had), c.Asked), within(joined(here), c.Asked)
	c.AskedTime, c.RecordedTime, c.OnDiskTime = length(c.Asked), length(recorded), length(onDisk)
	for _, missing := range without(c.Asked, onDisk) {
		lost := within(recorded, []Span{missing})
		for _, s := range lost {
			c.addGap(s, true)
		}
		for _, s := range without([]Span{missing}, lost) {
			c.addGap(s, false)
		}
	}
	slices.SortFunc(c.Gaps, func(a, b CoverageGap) int { return a.From.Compare(b.From) })
	return c
}

func (c *Coverage) addGap(s Span, recorded bool) {
	if s.To.Sub(s.From) > GapLimit {
		c.Gaps = append(c.Gaps, CoverageGap{Span: s, Recorded: recorded})
	}
}

// joined returns spans in order, those that overlap or touch as one.
func joined(spans []Span) []Span {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b Span) int { return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To)) })
	var all []Span
	for _, s := range spans {
		switch n := len(all); {
		case !s.To.After(s.From):
		case n > 0 && !s.From.After(all[n-1].To):
			if s.To.After(all[n-1].To) {
				all[n-1].To = s.To
			}
		default:
			all = append(all, s)
		}
	}
	return all
}

// within returns the parts of spans that lie in bounds. Both are in order and
// without overlaps.
func within(spans, bounds []Span) []Span {
	var parts []Span
	for i, j := 0, 0; i < len(spans) && j < len(bounds); {
		part := Span{later(spans[i].From, bounds[j].From), earlier(spans[i].To, bounds[j].To)}
		if part.To.After(part.From) {
			parts = append(parts, part)
		}
		if spans[i].To.Before(bounds[j].To) {
			i++
		} else {
			j++
		}
	}
	return parts
}

// without returns the parts of bounds that no span covers.
func without(bounds, spans []Span) []Span {
	var parts []Span
	for _, b := range bounds {
		at := b.From
		for _, s := range within(spans, []Span{b}) {
			if s.From.After(at) {
				parts = append(parts, Span{at, s.From})
			}
			at = s.To
		}
		if b.To.After(at) {
			parts = append(parts, Span{at, b.To})
		}
	}
	return parts
}

func length(spans []Span) (sum time.Duration) {
	for _, s := range spans {
		sum += s.To.Sub(s.From)
	}
	return sum
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Of returns the coverage of the cameras that a task asks for.
func (t Task) Of(all []Coverage) []Coverage {
	var mine []Coverage
	for _, c := range all {
		if c.Recorder.Address == t.Address.String() && t.asksFor(c.Camera) {
			mine = append(mine, c)
		}
	}
	return mine
}

// asksFor reports whether a task names a camera of its recorder.
func (t Task) asksFor(c CameraView) bool {
	if len(t.Cameras) == 0 {
		return c.Channel == 0 || c.Stream == orMain(t.Stream)
	}
	return slices.ContainsFunc(t.Cameras, func(p Pick) bool {
		return p.Channel == c.Channel && orMain(cmp.Or(p.Stream, t.Stream)) == c.Stream
	})
}
