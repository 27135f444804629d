package worker

import (
	"context"
	"slices"
	"time"

	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/derive"
)

// Derive makes files from one camera's recordings.
type Derive struct {
	Archive *archive.Archive
	Camera  derive.Camera
	Items   []archive.Item // the recordings, all on disk; if empty, all the camera's files
	Windows []Window
	Join    bool         // one MP4 per window
	Every   derive.Every // stills; the zero value makes none

	Progress *Progress
}

// Window is the part of the recorder's wall clock that one file covers.
type Window struct {
	archive.Span
	Everything bool // begin and end are those of the recordings on disk
}

// Progress shows how far a running Derive is.
type Progress struct {
	Joining, Stills derive.Progress
}

// Derived is the result of a Derive.
type Derived struct {
	Files []archive.Derived // made by this call
	Notes []string          // what the files lack, one sentence each
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

// window returns the window to make for s. If everything was asked for, the
// recordings on disk set its ends.
func (m Derive) window(s Window) archive.Span {
	w := archive.Span{From: s.From, To: PastMidnight(s.To)}
	if !s.Everything {
		return w
	}
	later := func(f archive.Finished) bool { return f.End.After(s.To) }
	if w.From = (time.Time{}); !slices.ContainsFunc(m.Camera.Files, later) {
		w.To = time.Time{}
	}
	return w
}

// goesOn reports whether to try the next step: an error in one window, or in
// joining, need not affect the others, but a full disk does.
func (m *Derived) goesOn(ctx context.Context) bool {
	return ctx.Err() == nil && archive.KindOf(m.Err) != archive.Full
}

// take adds one result. It keeps the first of several errors.
func (m *Derived) take(r derive.Result, err error) {
	m.Files = append(m.Files, r.Made...)
	m.Notes = append(m.Notes, r.Notes...)
	if m.Err == nil {
		m.Err = err
	}
}

// View returns the current step, and how much of it is done, from 0 to 1.
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

// PastMidnight extends an end of 23:59:59 to midnight. Recorders end a day at
// 23:59:59, but in an MP4 that last second holds many frames.
func PastMidnight(to time.Time) time.Time {
	if h, m, s := to.Clock(); h == 23 && m == 59 && s == 59 && to.Nanosecond() == 0 {
		return to.Add(time.Second)
	}
	return to
}
