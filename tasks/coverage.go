package tasks

import (
	"cmp"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
)

// GapLimit is the longest time without a recording on disk that is not a gap:
// recorders leave a second between two files.
const GapLimit = 2 * time.Second

// Coverage compares what was asked of a camera with what the recorder had and
// what is on disk. All times are the recorder's wall clock.
type Coverage struct {
	Recorder RecorderView
	Camera   CameraView
	Asked    []Span    // without what lies in the future of the recorder's clock
	Earlier  bool      // known from earlier runs only; times asked and gaps are unknown
	Period   Span      // asked for when it was last known; zero ends are open
	At       time.Time // time of that; zero if it never ended

	AskedTime    time.Duration // of Asked
	RecordedTime time.Duration // the part that the recorder had
	OnDiskTime   time.Duration // the part that is on disk
	First, Last  time.Time     // of what is on disk; zero if there is nothing
	Gaps         []CoverageGap // longer than GapLimit, earliest first
	Stretches    []Stretch     // all of Asked, split where the presence changes, earliest first
	Lost         []Loss        // recordings that could not be had, earliest first
}

// Loss is a recording that could not be had.
type Loss struct {
	Span
	Failure Failure
}

// CoverageGap is a part of what was asked that is not on disk.
type CoverageGap struct {
	Span
	Recorded bool // the recorder had it, so it can still be fetched
}

// Everything reports whether a span begins where a search for everything
// begins, so that nobody expects recordings from there on.
func Everything(s Span) bool { return s.From.Equal(oldest) }

// Stretch is a part of what was asked with one presence throughout.
type Stretch struct {
	Span
	Presence Presence
}

// Presence says what happened to a part of what was asked.
type Presence int

// Where recordings overlap, the later presence in this list counts.
const (
	Unknown     Presence = iota // the recorder has not said what it has
	NotRecorded                 // the recorder has nothing
	Growing                     // the recorder still writes it; the next run fetches it
	LeftOut                     // the operator skipped it
	Lost                        // could not be had
	ToFetch                     // on the recorder, not on disk yet
	ToRetry                     // an attempt failed, the next has a time
	Coming                      // being downloaded
	OnDisk
	numPresences
)

func (p Presence) recorded() bool { return p > NotRecorded }

// presenceOf returns the presence of a recording of a camera in state s. If the
// camera has ended, a waiting recording never comes; while it is paused,
// neither does the next try.
func presenceOf(r RecordingState, s State) Presence {
	switch {
	case r == RecordingDone:
		return OnDisk
	case r == RecordingActive:
		return Coming
	case s == Skipped:
		return LeftOut
	case r == RecordingFailed || s.Ended():
		return Lost
	case r == RecordingRetrying && s != Paused && s != Pausing:
		return ToRetry
	}
	return ToFetch
}

// Coverage returns the coverage of every camera, in the order of a snapshot. It
// does not see gaps within a file: the manifest has the file's duration.
func (q *Queue) Coverage() []Coverage {
	var s Snapshot
	q.Snapshot(&s)
	all := make([]Coverage, 0, len(s.Cameras))
	for i := range s.Recorders {
		all = append(all, s.Coverage(&s.Recorders[i], q.Camera)...)
	}
	return all
}

// Coverage returns the coverage of a recorder's cameras in the snapshot; detail
// returns their recordings.
func (s *Snapshot) Coverage(r *RecorderView, detail func(CameraID) (CameraDetail, bool)) (all []Coverage) {
	for _, c := range s.Of(r) {
		if d, ok := detail(c.ID); ok {
			covered := CoverageOf(d, r.Clock(s.At))
			covered.Recorder = *r
			all = append(all, covered)
		}
	}
	return all
}

// Clock returns what the recorder's clock shows at a moment, or the zero time
// if that is unknown.
func (r *RecorderView) Clock(at time.Time) time.Time {
	if !r.Device.ClockKnown {
		return time.Time{}
	}
	return r.Device.WallClock(at)
}

// CoverageOf returns the coverage of one camera, up to a time on the recorder's
// clock; the zero time means everything that was asked. It leaves Recorder
// empty.
func CoverageOf(d CameraDetail, until time.Time) Coverage {
	c := Coverage{Camera: d.CameraView}
	for _, s := range d.Periods {
		if Everything(s) && len(d.Recordings) > 0 {
			s.From = slices.MinFunc(d.Recordings, func(a, b RecordingView) int { return a.Start.Compare(b.Start) }).Start
		}
		if !until.IsZero() && s.To.After(until) {
			s.To = until
		}
		if s.To.After(s.From) {
			c.Asked = append(c.Asked, s)
		}
	}
	c.Asked = joined(c.Asked)
	c.AskedTime = length(c.Asked)
	var by [numPresences][]Span
	by[Growing] = d.Growing
	for _, r := range d.Recordings {
		p := presenceOf(r.State, d.State)
		by[p] = append(by[p], Span{From: r.Start, To: r.End})
		if p == Lost {
			c.Lost = append(c.Lost, Loss{Span{From: r.Start, To: r.End}, r.Failure})
		}
		if p == OnDisk {
			c.hold(r.Start, r.End)
		}
	}
	slices.SortStableFunc(c.Lost, func(a, b Loss) int { return a.From.Compare(b.From) })
	rest := NotRecorded // is where no recording is known
	if d.State == Searching || len(d.Recordings) == 0 && d.State != Empty && d.State != Done {
		rest = Unknown
	}
	c.divide(&by, rest)
	c.findGaps()
	return c
}

// hold adds a recording to what is on disk.
func (c *Coverage) hold(start, end time.Time) {
	if c.First.IsZero() || start.Before(c.First) {
		c.First = start
	}
	c.Last = later(c.Last, end)
}

// divide cuts what was asked into stretches. Each presence, most important
// first, takes what none before it has taken; what is left gets rest.
func (c *Coverage) divide(by *[numPresences][]Span, rest Presence) {
	left := c.Asked
	add := func(spans []Span, p Presence) {
		for _, s := range spans {
			c.Stretches = append(c.Stretches, Stretch{s, p})
		}
	}
	for p := OnDisk; p.recorded(); p-- {
		spans := within(joined(by[p]), left)
		left = without(left, spans)
		add(spans, p)
		c.RecordedTime += length(spans)
		if p == OnDisk {
			c.OnDiskTime = length(spans)
		}
	}
	add(left, rest)
	slices.SortFunc(c.Stretches, func(a, b Stretch) int { return a.From.Compare(b.From) })
}

// findGaps collects what is not on disk. Adjacent stretches that the recorder
// had are one gap, whatever happened to them.
func (c *Coverage) findGaps() {
	for _, s := range c.Stretches {
		if s.Presence == OnDisk {
			continue
		}
		recorded := s.Presence.recorded()
		if n := len(c.Gaps); n > 0 && c.Gaps[n-1].Recorded == recorded && c.Gaps[n-1].To.Equal(s.From) {
			c.Gaps[n-1].To = s.To
			continue
		}
		c.Gaps = append(c.Gaps, CoverageGap{Span: s.Span, Recorded: recorded})
	}
	c.Gaps = slices.DeleteFunc(c.Gaps, func(g CoverageGap) bool { return g.To.Sub(g.From) <= GapLimit })
}

// Of returns the coverage of the cameras that a task asks for.
func (t Task) Of(all []Coverage) []Coverage {
	return slices.DeleteFunc(slices.Clone(all), func(c Coverage) bool {
		return c.Recorder.Address != t.Address.String() || c.Recorder.Network != t.Network || !t.AsksFor(c.Camera)
	})
}

// AsksFor reports whether a task asks for a camera of its recorder.
func (t Task) AsksFor(c CameraView) bool {
	if len(t.Cameras) == 0 {
		return c.Channel == 0 || c.Stream == cmp.Or(t.Stream, nvr.Main)
	}
	return slices.ContainsFunc(t.Cameras, func(p Pick) bool {
		if p.Name != "" && c.Channel == 0 {
			return true // the line for names that no camera has
		}
		same := p.Name == "" && p.Channel == c.Channel || p.Name != "" && sameName(p.Name, c.Name)
		return same && cmp.Or(p.Stream, t.Stream, nvr.Main) == c.Stream
	})
}
