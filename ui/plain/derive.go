package plain

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/derive"
	"example.com/hikgrab/ui/units"
)

// DeriveCodes explains the exit codes of "hikgrab join", "cut" and "frames",
// for --help.
const DeriveCodes = `Exit codes:
  0    everything is made
  1    unexpected error
  2    bad usage, or there is no manifest
  3    something could not be made
  130  stopped by the operator`

// CollectCodes explains the exit codes of "hikgrab collect", for --help.
const CollectCodes = `Exit codes:
  0    every file is collected
  1    unexpected error
  2    bad usage
  3    some files could not be fetched, or their machine is not there
  4    nothing failed, something was skipped by the operator
  130  stopped by the operator with work left`

// MadeSummaryRecord is type made_summary, the last line of "hikgrab join", "cut"
// and "frames".
type MadeSummaryRecord struct {
	Type     string    `json:"type"`
	Time     time.Time `json:"time"`
	ExitCode int       `json:"exit_code"`
	MadeTotals
}

// MadeTotals sums up the results of all cameras.
type MadeTotals struct {
	Cameras int `json:"cameras"`
	Files   int `json:"files"`  // on disk now
	Fresh   int `json:"fresh"`  // of these, made by this run
	Failed  int `json:"failed"` // with at least one error
}

// CameraOf names a camera in a line: "10.20.0.11 ch02 sub Gate".
func CameraOf(c derive.Camera) string {
	return strings.TrimSpace(c.Recorder + " " + cameraOf(c.Track.Channel(), c.Track, c.Name))
}

// Made writes the files made from one camera's recordings.
func (l *Lines) Made(at time.Time, c derive.Camera, r derive.Result) error {
	for _, f := range r.Files {
		text := f.Path
		if f.Bytes > 0 {
			text += "  " + units.Size(f.Bytes)
		}
		if text += "  " + derive.Describe(f); madeBefore(r, f) {
			text += "  (made before)"
		}
		fmt.Fprintln(l.w, clean(text))
	}
	for _, n := range r.Notes {
		l.line(at, "notice", CameraOf(c)+": "+n)
	}
	return l.w.Flush()
}

// MadeAll writes the totals, once, at the end.
func (l *Lines) MadeAll(_ time.Time, t MadeTotals, code int) error {
	fmt.Fprintf(l.w, "hikgrab: %s, %d made now", units.Count(t.Files, "file"), t.Fresh)
	if t.Failed > 0 {
		fmt.Fprintf(l.w, "; %s failed", units.Count(t.Failed, "camera"))
	}
	if code == ExitStopped {
		fmt.Fprint(l.w, "; stopped before the end")
	}
	fmt.Fprintln(l.w)
	return l.w.Flush()
}

// madeBefore reports whether an earlier run made a file of r.
func madeBefore(r derive.Result, f archive.Derived) bool {
	return !slices.ContainsFunc(r.Made, func(made archive.Derived) bool { return made.Path == f.Path })
}

// MadeRecord is type made as written by "hikgrab join", "cut" and "frames".
type MadeRecord struct {
	EventRecord
	Before bool `json:"before,omitempty"` // an earlier run made it
}

// Made writes the files made from one camera's recordings.
func (j *JSON) Made(at time.Time, c derive.Camera, r derive.Result) error {
	var records []any
	for _, f := range r.Files {
		records = append(records, MadeRecord{Before: madeBefore(r, f), EventRecord: EventRecord{
			Type: string(tasks.EventMade), Time: stamp(at), Recorder: clean(c.Recorder), Channel: c.Track.Channel(), Track: int(c.Track),
			Camera: clean(c.Name), Path: clean(f.Path), Bytes: f.Bytes, Message: clean(derive.Describe(f)),
		}})
	}
	for _, n := range r.Notes {
		records = append(records, noticeRecord(at, CameraOf(c)+": "+n))
	}
	return j.write(records...)
}

// MadeAll writes the totals, once, at the end.
func (j *JSON) MadeAll(at time.Time, t MadeTotals, code int) error {
	return j.write(MadeSummaryRecord{"made_summary", stamp(at), code, t})
}
