package ui

import (
	"strings"

	"example.com/hikgrab/tasks"
)

// stateFilter narrows the list to cameras in some states. Every state belongs
// to exactly one filter beside filterAll.
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
	text  string // as typed; "!" in front turns it round
}

// on reports whether anything may be left out.
func (f filter) on() bool { return f.state != filterAll || f.needle() != "" }

// needle is the text to look for, without the mark that turns it round.
func (f filter) needle() string {
	return strings.ToLower(strings.TrimSpace(strings.TrimPrefix(f.text, "!")))
}

// matcher tells of cameras whether they pass a filter; made once per use, so
// that the text is prepared once.
type matcher struct {
	state  stateFilter
	needle string
	not    bool
}

func (f filter) matcher() matcher {
	return matcher{state: f.state, needle: f.needle(), not: strings.HasPrefix(f.text, "!")}
}

// recorder reports whether the text occurs in what names r, in which case all
// its cameras count as found.
func (m matcher) recorder(r *tasks.RecorderView) bool {
	return contains(m.needle, r.Address, r.Name, r.Device.Model)
}

// camera reports whether c passes; byRecorder is what recorder said of its
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
