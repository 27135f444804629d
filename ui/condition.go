package ui

import (
	"strings"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// condition is what the rule under the header says: what is out of the
// ordinary and what ends it. The most pressing comes first.
func (m *model) condition() (string, paint) {
	s, look := &m.snap, &m.styles
	switch {
	case m.leaving == leaveStopping:
		return "stopping: what is on disk stays, and the next run continues there; ctrl+c quits at once", look.warn
	case s.Disk.Held != "":
		return clean(s.Disk.Held) + "; downloads wait", look.bad
	case m.frozen:
		return "FROZEN: downloads continue; F unfreezes", look.warn
	case m.leaving == leaveDraining:
		what := "finishing " + units.Count(s.Active, "file")
		if making := deriving(s.Cameras); s.Active == 0 && making != "" {
			what = "finishing the " + making
		}
		return what + ", then quitting; q asks again", look.warn
	case s.Finished:
		return m.finished(s), look.title
	case s.Short() > 0:
		return "will not fit: " + units.Size(s.Needed) + " still to come, " + units.Size(s.Disk.Free) + " free; free some space meanwhile", look.warn
	case s.AllPaused:
		return "everything is paused; P resumes", look.warn
	case blocked(s):
		return "nothing can continue: each recorder's line says why; r tries again", look.bad
	}
	return "", look.faint
}

// blocked reports whether nothing can go on without the operator: all that is
// left waits for a recorder that is held with no end.
func blocked(s *tasks.Snapshot) bool {
	c := s.Counts
	if s.Finished || s.Active > 0 || c[tasks.Searching]+c[tasks.Retrying]+c[tasks.Downloading]+c[tasks.Pausing] > 0 {
		return false
	}
	for i := range s.Recorders {
		r := &s.Recorders[i]
		if r.Counts[tasks.Waiting] > 0 && (!r.Hold.Held() || !r.Hold.Until.IsZero()) {
			return false
		}
	}
	return c[tasks.Waiting] > 0 // else the operator paused it, and knows
}

// finished says how it ended and how to leave.
func (p *pen) finished(s *tasks.Snapshot) string {
	c, all := s.Counts, p.nouns.rows(len(s.Cameras))
	done, nothing := itoa(c[tasks.Done]), ""
	if n := c[tasks.Empty]; n > 0 {
		nothing = itoa(n) + agree(n, " has", " have") + " nothing in the period"
	}
	text, keys := "", "q quits"
	switch bad := troubles(c); {
	case bad > 0:
		text, keys = itoa(bad)+" of "+all+" not complete", "e finds, R retries, q quits"
	case c[tasks.Done] == 0 && nothing != "" && c[tasks.Skipped] == 0:
		text, nothing = "nothing was recorded in the period on any camera", ""
	case c[tasks.Skipped] > 0:
		text = done + " complete, " + itoa(c[tasks.Skipped]) + " skipped"
	case nothing != "":
		text = done + " of " + all + " complete"
	default:
		text = agree(c[tasks.Done], "", "all ") + p.nouns.rows(c[tasks.Done]) + " complete"
	}
	return "finished: " + join(", ", text, nothing) + "; " + keys
}

// agree is the word that goes with one of something, or with many.
func agree(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// looking says how the list is looked at, and where in it when it is longer than
// its window and w cells have room for that as well.
func (p *pen) looking(l *list, cameras, w int) string {
	parts := []string{l.filter.state.String()}
	if l.filter.on() {
		parts = append(parts, itoa(l.shown)+" of "+itoa(cameras))
	}
	if n := len(l.marks); n > 0 {
		parts = append(parts, itoa(n)+" marked")
	}
	by := l.order.key.String()
	if l.order.reverse {
		by += ", reversed"
	}
	sep := " " + p.glyphs.dot + " "
	text := strings.Join(append(parts, by), sep)
	if n := len(l.rows); n > l.height {
		if place := sep + "row " + itoa(l.cursor+1) + " of " + itoa(n); width(text)+width(place) <= w {
			text += place
		}
	}
	return text
}
