package plain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/remedy"
	"example.com/hikgrab/ui/units"
)

// Report is the result of a run.
type Report struct {
	Snapshot *tasks.Snapshot
	ExitCode int
	Manifest string // path; empty if there is none
	Result   string // path of the result sheet; empty if there is none
	Page     string // path of the page; empty if there is none
	Log      string // path; empty if there is none
	Retry    string // command to retry what failed
	Continue string // command to continue with what is left
	Coverage []tasks.Coverage
	Files    bool // the run only collected files

	// Recordings kept as the recorder sent them, next to their MP4s, though only
	// MP4s were asked for.
	RawFiles int
	RawBytes int64
}

// Summary writes the result of the run: totals, what failed and why, where the
// files are, and the next command.
func (l *Lines) Summary(r Report) error {
	s := r.Snapshot
	l.hang("hikgrab: ", headline(s, r.Files))
	l.troubles(s)
	if n := s.Counts[tasks.Skipped]; n > 0 {
		l.entry(fmt.Sprintf("skipped %d", n), "by the operator")
	}
	l.nothing(s)
	left := s.Counts.Open()
	if left > 0 {
		l.entry(fmt.Sprintf("left %d", left), "stopped before the end; the next run continues there")
	}
	if r.RawFiles > 0 {
		l.entry("raw kept", fmt.Sprintf("%s (%s) beside MP4s that do not hold everything; the manifest's notes say why. If it is the sound, --audio drop keeps no raw files",
			units.Count(r.RawFiles, "file"), units.Size(r.RawBytes)))
	}
	if left > 0 && s.TotalKnown && s.Disk.Free >= 0 && s.Needed > s.Disk.Free {
		l.entry("disk", WillNotFit(s))
	}
	l.place("manifest", r.Manifest)
	l.place("result", r.Result)
	l.place("page", r.Page)
	l.place("log", r.Log)
	if left > 0 && r.Continue != "" {
		l.place("continue", r.Continue)
	} else if s.Counts[tasks.Failed]+s.Counts[tasks.Incomplete] > 0 {
		l.place("retry", r.Retry)
	}
	return l.w.Flush()
}

// nothing lists what has no recordings in the period. Recorders without any
// come first, because their clock, their disk or the sheet may be wrong.
func (l *Lines) nothing(s *tasks.Snapshot) {
	n := s.Counts[tasks.Empty]
	if n == 0 || slices.ContainsFunc(s.Cameras, func(c tasks.CameraView) bool { return c.Reason != "" }) {
		return // troubles lists them, with reasons
	}
	word := fmt.Sprintf("empty %d", n)
	told := 0
	for _, r := range s.Recorders {
		if r.Counts[tasks.Empty] != r.Count || r.Count == 0 {
			continue
		}
		if told++; told > mostNamed {
			continue
		}
		l.entry(word, strings.TrimSpace(r.Address+" "+r.Name)+", "+allOf(r.Count, s.Cameras[r.First].Channel == 0))
		word = ""
		n -= r.Count
	}
	if told > mostNamed {
		l.entry(word, fmt.Sprintf("and %d recorders more", told-mostNamed))
	} else if n > 0 && told > 0 {
		l.entry(word, fmt.Sprintf("and %s of other recorders", units.Count(n, "camera")))
	} else if n > 0 {
		l.entry(word, "nothing is recorded in the period that was asked for")
		return
	}
	l.below("check the dates in the sheet, and on the recorder its clock, its disk and its recording schedule")
}

const (
	entryWidth  = 13 // for the first word of a summary line: "incomplete 12"
	entryIndent = 2 + entryWidth + 2
)

// entry writes a sentence after a word.
func (l *Lines) entry(word, text string) {
	l.hang(fmt.Sprintf("  %-*s  ", entryWidth, word), text)
}

// below writes an indented sentence under an entry.
func (l *Lines) below(text string) {
	l.hang(strings.Repeat(" ", entryIndent+2), text)
}

// place writes a path or command after a word, or below it if it does not fit.
// It is never broken, so that it can be copied.
func (l *Lines) place(word, text string) {
	text = clean(text)
	switch {
	case text == "":
	case entryIndent+ansi.StringWidth(text) <= l.room():
		fmt.Fprintf(l.w, "  %-*s  %s\n", entryWidth, word, text)
	default:
		fmt.Fprintf(l.w, "  %s\n    %s\n", word, text)
	}
}

func headline(s *tasks.Snapshot, files bool) string {
	collected := s.Collected()
	var heads []string
	if cameras := len(s.Cameras) - collected.Rows; cameras > 0 || !files {
		heads = append(heads, fmt.Sprintf("%d of %s complete", s.Counts[tasks.Done]-collected.Done, units.Count(cameras, "camera")))
	}
	switch {
	case collected.Files > 0:
		heads = append(heads, fmt.Sprintf("%d of %s collected", collected.Here, units.Count(collected.Files, "file")))
	case files:
		heads = append(heads, "every file that the machines reported is here")
	}
	head := strings.Join(heads, ", ")
	switch n := s.Counts[tasks.Empty]; {
	case nothingAnywhere(s):
		head += ", nothing was recorded in the period on any of them"
	case n == 1:
		head += ", 1 has nothing in the period"
	case n > 1:
		head += fmt.Sprintf(", %d have nothing in the period", n)
	}
	if s.Fetched == 0 {
		if s.Files > 0 {
			head += fmt.Sprintf(", nothing new to fetch: %s (%s) already here", units.Count(s.Files, "file"), units.Size(s.Bytes))
		}
		return head
	}
	head += fmt.Sprintf(", %s in %s", units.Size(s.Fetched), units.Duration(s.Elapsed))
	if rate := averageRate(s); rate > 0 {
		head += fmt.Sprintf(" (%s)", units.Rate(rate))
	}
	return head
}

// averageRate returns bytes per second; 0 if no time has passed.
func averageRate(s *tasks.Snapshot) float64 {
	if s.Elapsed <= 0 {
		return 0
	}
	return float64(s.Fetched) / s.Elapsed.Seconds()
}

// trouble is one entry in the list of failures: a camera, or a recorder whose
// cameras all ended the same way.
type trouble struct {
	state  tasks.State
	who    string
	what   string
	source string // row of the sheet, for a whole recorder
	remedy nvr.Remedy
}

// mostAlike limits how many cameras with the same failure are named; the result
// sheet has all.
const mostNamed = 20

// troubles writes what failed and what to do. Neighbours with the same cause
// share an entry.
func (l *Lines) troubles(s *tasks.Snapshot) {
	list := troublesOf(s)
	var told tasks.State
	for len(list) > 0 {
		first := list[0]
		same := 1
		for same < len(list) && list[same].state == first.state && list[same].what == first.what && list[same].advice() == first.advice() {
			same++
		}
		for i, t := range list[:same] {
			word := ""
			if told != t.state {
				word, told = fmt.Sprintf("%s %d", t.state, s.Counts[t.state]), t.state
			}
			if i == mostNamed && same > mostNamed+1 {
				l.entry(word, fmt.Sprintf("and %d more", same-mostNamed))
				break
			}
			l.entry(word, t.who)
		}
		l.below(first.what)
		if advice := first.advice(); advice != "" {
			l.below("to do: " + advice)
		}
		list = list[same:]
	}
}

func (t trouble) advice() string {
	advice := remedy.Run(t.remedy)
	if t.source != "" && advice != "" {
		return t.source + ": " + advice
	}
	return t.source + advice
}

// troublesOf lists what failed, then what is incomplete, then what is empty, in
// the order of the sheet.
func troublesOf(s *tasks.Snapshot) []trouble {
	var list []trouble
	for _, state := range []tasks.State{tasks.Failed, tasks.Incomplete, tasks.Empty} {
		for _, r := range s.Recorders {
			cameras := s.Cameras[r.First : r.First+r.Count]
			if whole, ok := wholeRecorder(r, cameras, state); ok {
				list = append(list, whole)
				continue
			}
			for _, c := range cameras {
				if c.State == state && (state != tasks.Empty || c.Reason != "") {
					list = append(list, trouble{
						state: state, who: r.Address + " " + cameraOf(c.Channel, c.Track, c.Name) + filesHere(c),
						what: cmp.Or(c.Reason, c.Failure.What), remedy: c.Failure.Remedy,
					})
				}
			}
		}
	}
	return list
}

// filesHere says how much of an incomplete camera is on disk.
func filesHere(c tasks.CameraView) string {
	if c.State != tasks.Incomplete {
		return ""
	}
	all := units.Count(c.Recordings, "recording")
	if c.Partial {
		all = "at least " + all
	}
	return fmt.Sprintf(", %d of %s here", c.Files, all)
}

// wholeRecorder returns one entry for a recorder if all its cameras are in that
// state for the same reason.
func wholeRecorder(r tasks.RecorderView, cameras []tasks.CameraView, state tasks.State) (trouble, bool) {
	if len(cameras) == 0 || state != tasks.Failed {
		return trouble{}, false
	}
	cause := cameras[0].Failure
	for _, c := range cameras {
		if c.State != state || c.Failure.Kind != cause.Kind || c.Failure.What != cause.What {
			return trouble{}, false
		}
	}
	who := strings.TrimSpace(r.Address + " " + r.Name)
	if r.Collected {
		who += ", all " + units.Count(len(cameras), "file")
	} else if len(cameras) > 1 || cameras[0].Channel == 0 {
		who += " (" + allOf(len(cameras), cameras[0].Channel == 0) + ")"
	} else {
		who = r.Address + " " + cameraOf(cameras[0].Channel, cameras[0].Track, cameras[0].Name)
	}
	return trouble{state: state, who: who, what: cause.What, source: r.Source, remedy: cause.Remedy}, true
}

func allOf(n int, unknown bool) string {
	if unknown {
		return "all cameras"
	}
	return fmt.Sprintf("all %d cameras", n)
}

// seconds converts a duration for JSON, to the millisecond.
func seconds(d time.Duration) float64 {
	return d.Round(time.Millisecond).Seconds()
}
