package plain

import (
	"fmt"
	"slices"
	"time"

	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/ui/units"
)

// VerifyCodes explains the exit codes of "hikgrab verify", for --help.
const VerifyCodes = `Exit codes:
  0    everything is as the manifest says
  1    unexpected error
  2    there is no manifest
  3    a file is missing, changed, unreadable, or not listed
  130  stopped by the operator`

// VerifyRecord is type verify: one file that differs from the manifest.
type VerifyRecord struct {
	Type   string    `json:"type"`
	Time   time.Time `json:"time"`
	Kind   string    `json:"kind"` // missing, changed, extra, unreadable or outdated
	Path   string    `json:"path"` // under the directory, with slashes
	Detail string    `json:"detail,omitempty"`
}

// VerifySummaryRecord is type verify_summary, the last line of "hikgrab verify".
type VerifySummaryRecord struct {
	Type       string    `json:"type"`
	Time       time.Time `json:"time"`
	ExitCode   int       `json:"exit_code"`
	Files      int       `json:"files"` // listed in the manifest
	Bytes      int64     `json:"bytes"` // of these files, as listed
	Missing    int       `json:"missing"`
	Changed    int       `json:"changed"`
	Extra      int       `json:"extra"`
	Unreadable int       `json:"unreadable"`
	Outdated   int       `json:"outdated"` // unchanged, and not a failure
}

// VerifyCode returns the exit code of "hikgrab verify".
func VerifyCode(v archive.Verification) int {
	if len(v.Deviations) > 0 {
		return ExitFailed
	}
	return ExitComplete
}

// Verified writes the files that differ, and the totals.
func (l *Lines) Verified(_ time.Time, v archive.Verification) error {
	for _, d := range slices.Concat(v.Deviations, v.Outdated) {
		text := fmt.Sprintf("%-10s  %s", d.Kind, clean(d.Path))
		if d.Detail != "" {
			text += "  " + clean(d.Detail)
		}
		fmt.Fprintln(l.w, text)
	}
	fmt.Fprintf(l.w, "hikgrab: %s (%s) listed", units.Count(v.Files, "file"), units.Size(v.Bytes))
	if len(v.Deviations) == 0 {
		fmt.Fprint(l.w, ", all as they were")
	}
	counts := countsOf(v)
	for _, kind := range []archive.Difference{archive.Missing, archive.Changed, archive.Extra, archive.Unreadable} {
		if n := counts[kind]; n > 0 {
			fmt.Fprintf(l.w, ", %d %s", n, kind)
		}
	}
	if n := len(v.Outdated); n > 0 {
		fmt.Fprintf(l.w, "; %d %s", n, archive.Outdated)
	}
	fmt.Fprintln(l.w)
	return l.w.Flush()
}

// Verified writes the files that differ, and the totals.
func (j *JSON) Verified(at time.Time, v archive.Verification) error {
	var records []any
	for _, d := range slices.Concat(v.Deviations, v.Outdated) {
		records = append(records, VerifyRecord{Type: "verify", Time: stamp(at), Kind: string(d.Kind), Path: clean(d.Path), Detail: clean(d.Detail)})
	}
	counts := countsOf(v)
	return j.write(append(records, VerifySummaryRecord{
		Type: "verify_summary", Time: stamp(at), ExitCode: VerifyCode(v), Files: v.Files, Bytes: v.Bytes,
		Missing: counts[archive.Missing], Changed: counts[archive.Changed],
		Extra: counts[archive.Extra], Unreadable: counts[archive.Unreadable], Outdated: len(v.Outdated),
	})...)
}

func countsOf(v archive.Verification) map[archive.Difference]int {
	counts := map[archive.Difference]int{}
	for _, d := range v.Deviations {
		counts[d.Kind]++
	}
	return counts
}
