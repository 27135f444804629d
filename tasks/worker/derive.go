package worker

import (
	"context"
	"slices"
	"time"

	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/derive"
)

// Derive is everything that is needed to make files of one camera's recordings.
type Derive struct {
	Archive *archive.Archive
	Camera  derive.Camera
	Items   []archive.Item // the recordings, all on disk; none means the camera's files
	Windows []Window
	Join    bool         // one MP4 for each window
	Every   derive.Every // stills; the zero value makes none

	Progress *Progress
}

// Window is a stretch of the recorder's wall clock that one file is made of.
type Window struct {
	archive.Span
	Everything bool // what there is names its ends
}

// Progress is how a Derive under way shows how far it is.
type Progress struct {
	Joining, Stills derive.Progress
}

// Derived is what became of a Derive.
type Derived struct {
	Files []archive.Derived // made now
	Notes []string          // what is not in them, each a sentence
	Took  time.Duration
	Err   error
}

// Do makes the files.
func (m Derive) Do(ctx context.Context) (out Derived) {
	began := time.Now()
	defer func() {
		out.Err = left(ctx, caught(recover(), out.Err))
		out.Took = time.Since(began)
	}()
	if len(m.Items) > 0 {
		m.Camera.Files = m.Archive.FinishedOf(m.Items)
	}
	for _, s := range m.Windows {
		w := m.window(s)
		if m.Join {
			out.take(derive.Join(ctx, m.Archive, m.Camera, w, &m.Progress.Joining))
		}
		if m.Every != (derive.Every{}) && out.goesOn(ctx) {
			out.take(derive.Frames(ctx, m.Archive, m.Camera, w, m.Every, &m.Progress.Stills))
		}
		if !out.goesOn(ctx) {
			break
		}
	}
	return out
}

// window returns the stretch that s stands for: where everything was asked for,
// what there is names its ends.
func (m Derive) window(s Window) derive.Window {
	w := derive.Window{From: s.From, To: PastMidnight(s.To)}
	if !s.Everything {
		return w
	}
	later := func(f archive.Finished) bool { return f.End.After(s.To) }
	if w.From = (time.Time{}); !slices.ContainsFunc(m.Camera.Files, later) {
		w.To = time.Time{}
	}
	return w
}

// goesOn reports whether the next is worth trying: what went wrong with one
// period, or with joining, need not go wrong with others.
func (m *Derived) goesOn(ctx context.Context) bool {
	return ctx.Err() == nil && archive.KindOf(m.Err) != archive.Full
}

// take takes in one result. Of several failures the first is told.
func (m *Derived) take(r derive.Result, err error) {
	m.Files = append(m.Files, r.Made...)
	m.Notes = append(m.Notes, r.Notes...)
	if m.Err == nil {
		m.Err = err
	}
}

// View returns what the worker is at, and how much of that is done, 0 to 1.
func (p *Progress) View() (what string, done float64) {
	for _, step := range []struct {
		word string
		at   *derive.Progress
	}{{"stills", &p.Stills}, {"joining", &p.Joining}} {
		if total := step.at.Total.Load(); total > 0 {
			return step.word, min(float64(step.at.Done.Load())/float64(total), 1)
		}
	}
	return "joining", 0
}

// PastMidnight takes the last second of a day in: to recorders it is where the
// day ends, in an MP4 a second is many pictures.
func PastMidnight(to time.Time) time.Time {
	if h, m, s := to.Clock(); h == 23 && m == 59 && s == 59 && to.Nanosecond() == 0 {
		return to.Add(time.Second)
	}
	return to
}
