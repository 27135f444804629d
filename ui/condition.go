package ui

import (
	"strings"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// condition returns the text of the rule under the header: the most urgent
// problem, and what ends it.
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
		if files := deriving(s.Cameras); s.Active == 0 && files != "" {
			what = "finishing the " + files
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

// blocked reports whether the run needs the operator: all that is left waits
// for recorders held with no end.
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
	return c[tasks.Waiting] > 0 // otherwise the operator paused it, and knows
}

// finished says how the run ended and how to quit.
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

// agree returns the word for one, or for many.
func agree(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// looking describes the filter and order of the list, and, if it scrolls and w
// cells have room, the position in it.
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
