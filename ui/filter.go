package ui

import (
	"strings"

	"example.com/hikgrab/tasks"
)

// stateFilter limits the list to cameras in certain states. Besides filterAll,
// every state belongs to exactly one filter.
type stateFilter int

const (
	filterAll stateFilter = iota
	filterActive
	filterFailed
	filterWaiting
	filterDone
	filterStopped
	numFilters
)

var filterNames = [numFilters]string{"all", "active", "failed", "waiting", "done", "stopped"}

func (f stateFilter) String() string { return filterNames[f] }

var filterOf = [len(tasks.Counts{})]stateFilter{
	tasks.Searching: filterActive, tasks.Downloading: filterActive, tasks.Retrying: filterActive,
	tasks.Failed: filterFailed, tasks.Incomplete: filterFailed, tasks.Waiting: filterWaiting, tasks.Done: filterDone, tasks.Empty: filterDone,
	tasks.Pausing: filterStopped, tasks.Paused: filterStopped, tasks.Skipped: filterStopped,
}

// filter decides which cameras the list shows.
type filter struct {
	state stateFilter
	text  string // as typed; a leading "!" inverts it
}

// on reports whether the filter may hide anything.
func (f filter) on() bool { return f.state != filterAll || f.needle() != "" }

// needle returns the text to look for, without the leading "!".
func (f filter) needle() string {
	return strings.ToLower(strings.TrimSpace(strings.TrimPrefix(f.text, "!")))
}

// matcher decides whether a camera passes a filter. It is made once per use, so
// that the text is prepared once.
type matcher struct {
	state  stateFilter
	needle string
	not    bool
}

func (f filter) matcher() matcher {
	return matcher{state: f.state, needle: f.needle(), not: strings.HasPrefix(f.text, "!")}
}

// recorder reports whether the text occurs in the names of r. If so, all its
// cameras match.
func (m matcher) recorder(r *tasks.RecorderView) bool {
	return contains(m.needle, r.Address, r.Name, r.Device.Model)
}

// camera reports whether c passes; byRecorder is the result of recorder for its
// recorder.
func (m matcher) camera(c *tasks.CameraView, byRecorder bool) bool {
	if m.state != filterAll && filterOf[c.State] != m.state {
		return false
	}
	if m.needle == "" {
		return true
	}
	return (byRecorder || contains(m.needle, c.Label(), c.Name, c.State.String())) != m.not
}

func contains(needle string, texts ...string) bool {
	for _, text := range texts {
		if strings.Contains(strings.ToLower(text), needle) {
			return true
		}
	}
	return false
}
