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

// filter decides which cameras the list shows; the zero value shows all.
type filter struct {
	state  stateFilter
	text   string // as typed
	needle string // what the text looks for, in lower case; empty looks for nothing
	not    bool   // the text begins with "!", which inverts it
}

func newFilter(state stateFilter, text string) filter {
	needle, not := strings.CutPrefix(text, "!")
	return filter{state, text, strings.ToLower(strings.TrimSpace(needle)), not}
}

// on reports whether the filter may hide anything.
func (f *filter) on() bool { return f.state != filterAll || f.needle != "" }

// recorder reports whether the text occurs in the names of r. If so, all its
// cameras match.
func (f *filter) recorder(r *tasks.RecorderView) bool {
	return f.needle != "" && contains(f.needle, r.Address, r.Name, r.Device.Model)
}

// camera reports whether c passes; byRecorder is the result of recorder for its
// recorder.
func (f *filter) camera(c *tasks.CameraView, byRecorder bool) bool {
	if f.state != filterAll && filterOf[c.State] != f.state {
		return false
	}
	return f.needle == "" || (byRecorder || contains(f.needle, c.Label(), c.Name, c.State.String())) != f.not
}

func contains(needle string, texts ...string) bool {
	for _, text := range texts {
		if strings.Contains(strings.ToLower(text), needle) {
			return true
		}
	}
	return false
}
