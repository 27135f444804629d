package plain

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; -update writes it anew\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}

// printer is the part of Lines and JSON that runs and surveys use.
type printer interface {
	Notice(at time.Time, text string) error
	Events(events []tasks.Event) error
	Gap(at time.Time, missed uint64) error
	Progress(s *tasks.Snapshot) error
	Summary(r Report) error
	Finding(at time.Time, f tasks.Finding) error
	Found(at time.Time, t SurveyTotals) error
}

// everything makes p write one of each.
func everything(t *testing.T, p printer) {
	t.Helper()
	s := sample()
	steps := []error{
		p.Notice(moment1842, "Sheet1!F1: the column “remarks” is ignored"),
		p.Events(happenings()),
		p.Gap(moment1842, 12),
		p.Progress(s),
	}
	s.TotalKnown = false
	steps = append(steps, p.Progress(s), p.Summary(Report{
		Snapshot: s, ExitCode: 3, Manifest: "recordings/manifest.csv", Log: "recordings/.hikgrab/log.log",
		Retry: "hikgrab --only failed tasks.xlsx", Continue: "hikgrab tasks.xlsx",
	}))
	for i, err := range steps {
		if err != nil {
			t.Errorf("step %d: %v", i, err)
		}
	}
}

func TestLines(t *testing.T) {
	var b bytes.Buffer
	everything(t, NewLines(&b, false))
	golden(t, "lines", b.Bytes())
}

// On a terminal a long line breaks between words and continues under its text.
func TestLinesOnATerminal(t *testing.T) {
	var b bytes.Buffer
	l := NewLines(&b, false)
	l.columns = func() int { return 60 }
	if err := l.Events(happenings()[3:4]); err != nil {
		t.Fatal(err)
	}
	want := `18:42:08  retry    10.20.0.11 ch03  nothing came for 30 s,
                   attempt 2 of 5 in 12 s
`
	if got := b.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	b.Reset()
	l.columns = func() int { return 0 } // the terminal is gone
	if err := l.Events(happenings()); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\n"); n != len(happenings()) {
		t.Errorf("%d lines of %d events", n, len(happenings()))
	}
}

// A summary fits the terminal, except for paths and commands, which are to be
// copied whole.
func TestSummaryFits(t *testing.T) {
	const path = "/srv/archive/recordings/of/the/northern/warehouse/.hikgrab/log-20261103-184208.log"
	s := sample()
	s.Recorders[0].Name, s.Cameras[1].Name = "倉庫", "倉庫の入口カメラ、北側、二番目の門のとなり、雨どいの下"
	short := tasks.Failure{Kind: "short", What: "the recording ended too early: the recorder sent nothing", Remedy: nvr.CheckStorage}
	s.Cameras[0].State, s.Cameras[0].Files, s.Cameras[0].Recordings = tasks.Incomplete, 1, 9
	s.Cameras[3].State = tasks.Empty
	for _, i := range []int{0, 1} {
		s.Cameras[i].Failure = short
	}
	tally(s)
	var b bytes.Buffer
	l := NewLines(&b, false)
	l.columns = func() int { return 80 }
	if err := l.Summary(Report{
		Snapshot: s, ExitCode: 3, Manifest: "recordings/manifest.csv", Result: "recordings/tasks.result.xlsx", Log: path,
		Retry:    "hikgrab --only failed --plain --retries 2 --timeout 3s --out recordings --from 2026-11-22 tasks.xlsx",
		RawFiles: 37, RawBytes: 12_345_678_901,
	}); err != nil {
		t.Fatal(err)
	}
	golden(t, "summary", b.Bytes())
	for line := range strings.Lines(b.String()) {
		line = strings.TrimRight(line, "\n")
		if ansi.StringWidth(line) > 80 && !strings.HasPrefix(line, "    /") && !strings.HasPrefix(line, "    hikgrab") {
			t.Errorf("%d cells: %q", ansi.StringWidth(line), line)
		}
	}
}

// Of many cameras with the same failure, only some are named.
func TestSummaryOfManyAlike(t *testing.T) {
	s := &tasks.Snapshot{Recorders: []tasks.RecorderView{{Address: "10.20.0.11", Count: 60}}}
	for i := range 60 {
		state := tasks.Failed
		if i < 10 {
			state = tasks.Done
		}
		s.Cameras = append(s.Cameras, tasks.CameraView{
			Channel: i + 1, Track: nvr.TrackOf(i+1, nvr.Main), State: state, Failure: tasks.Failure{Kind: "gone", What: "it is gone", Remedy: nvr.FetchSooner},
		})
	}
	tally(s)
	var b bytes.Buffer
	if err := NewLines(&b, false).Summary(Report{Snapshot: s}); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	if strings.Count(got, "it is gone") != 1 || strings.Count(got, "10.20.0.11 ch") != mostNamed || !strings.Contains(got, "and 30 more") || !strings.Contains(got, "failed 50") {
		t.Errorf("got\n%s", got)
	}
}

func TestLinesInASCIIUsesNoGlyphsOfItsOwn(t *testing.T) {
	var b bytes.Buffer
	s := sample()
	s.TotalKnown = false
	if err := NewLines(&b, true).Progress(s); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); strings.ContainsFunc(got, func(r rune) bool { return r > 126 }) || !strings.Contains(got, ">= ") {
		t.Errorf("not ASCII: %s", got)
	}
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	everything(t, NewJSON(&b))
	golden(t, "json", b.Bytes())
}

func TestSummaryOfARunThatWasStopped(t *testing.T) {
	s := sample()
	s.Cameras[0].State = tasks.Paused
	tally(s)
	var b bytes.Buffer
	if err := NewLines(&b, false).Summary(Report{Snapshot: s, Retry: "hikgrab --only failed", Continue: "hikgrab tasks.xlsx"}); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); !strings.Contains(got, "left 1") || !strings.Contains(got, "continue       hikgrab tasks.xlsx") || strings.Contains(got, "--only failed") {
		t.Errorf("what is left does not come with the command that goes on:\n%s", got)
	}
}

func TestSummaryWhenNothingIsNew(t *testing.T) {
	s := &tasks.Snapshot{
		Files: 12, Recordings: 12, Bytes: 3 * gib, Total: 3 * gib, TotalKnown: true,
		Cameras: []tasks.CameraView{{State: tasks.Done}, {State: tasks.Empty}},
	}
	tally(s)
	var b bytes.Buffer
	if err := NewLines(&b, false).Summary(Report{Snapshot: s, Retry: "again"}); err != nil {
		t.Fatal(err)
	}
	want := "hikgrab: 1 of 2 cameras complete, 1 has nothing in the period, nothing new to fetch: 12 files (3.00 GiB) already here\n"
	if got := b.String(); !strings.HasPrefix(got, want) || strings.Contains(got, "--only failed") {
		t.Errorf("got:\n%swant it to begin with:\n%s", got, want)
	}
}

func surveyed() []tasks.Finding {
	day := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	span := tasks.Span{From: day, To: day.Add(24*time.Hour - time.Second)}
	return []tasks.Finding{
		{
			Address: "10.20.0.11", Name: "Склад Север", Source: "tasks.xlsx  Sheet1!A2", SignedIn: true,
			Device: nvr.Device{
				Name: "NVR", Model: "DS-7616NXI-K2", Serial: "S1", Firmware: "V4.84.010", Kind: nvr.NVR,
				ClockKnown: true, WallOffset: 3*time.Hour + 5*time.Minute, ClockError: 5 * time.Minute, ZoneKnown: true,
			},
			Disks:  []nvr.Disk{{Name: "hdda", Status: "ok", Capacity: 4 << 40}, {Name: "hddb", Status: "error", Capacity: 4 << 40}},
			Oldest: time.Date(2026, 10, 7, 4, 12, 0, 0, time.UTC), LoginTries: 7, Clock: nvr.ClockLocal, Notices: []nvr.Notice{{What: "this NVR may search by UTC and not, as others do, by its wall clock", Remedy: nvr.SearchByUTC}},
			Cameras: []tasks.CameraFinding{
				{
					Track: 101, Name: "Въезд", Period: span, Recordings: 96, Bytes: 92 * gib, First: day,
					Last: day.Add(24 * time.Hour), Recorded: 24 * time.Hour, Kinds: map[string]int{"timing": 90, "motion": 5, "": 1}, Others: 2,
				},
				{Track: 202, Name: "Склад №7, рампа", Offline: true, Period: span, Reason: "it was not recording then"},
				{Track: 301, Period: span, Failure: tasks.Failure{Kind: "forbidden", What: "no right to play back", Remedy: nvr.GrantPlayback}},
			},
		},
		{
			Address: "10.20.0.14", Source: "tasks.xlsx  Sheet1!A7",
			Failure: tasks.Failure{Kind: "auth", What: "the login was refused", Remedy: nvr.CheckLogin},
		},
	}
}

func TestSurvey(t *testing.T) {
	for name, make := range map[string]func(*bytes.Buffer) printer{
		"check_lines": func(b *bytes.Buffer) printer { return NewLines(b, false) },
		"check_json":  func(b *bytes.Buffer) printer { return NewJSON(b) },
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			var totals SurveyTotals
			p := make(&b)
			for _, f := range surveyed() {
				totals.Add(f)
				if err := p.Finding(moment1842, f); err != nil {
					t.Fatal(err)
				}
			}
			if err := p.Found(moment1842, totals); err != nil {
				t.Fatal(err)
			}
			golden(t, name, b.Bytes())
			if got := totals.ExitCode(); got != ExitFailed {
				t.Errorf("exit code %d, want %d", got, ExitFailed)
			}
		})
	}
}

func TestSurveyWithoutFailuresIsComplete(t *testing.T) {
	var totals SurveyTotals
	totals.Add(tasks.Finding{SignedIn: true, Cameras: []tasks.CameraFinding{{Track: 101, Reason: "nothing then"}}})
	if totals.CamerasEmpty != 1 || totals.ExitCode() != ExitFailed {
		t.Errorf("%+v gives exit code %d, though no camera has anything", totals, totals.ExitCode())
	}
	totals.Add(tasks.Finding{SignedIn: true, Cameras: []tasks.CameraFinding{{Track: 101, Recordings: 1}}})
	if totals.CamerasEmpty != 1 || totals.ExitCode() != ExitComplete {
		t.Errorf("%+v gives exit code %d, want one empty camera and %d", totals, totals.ExitCode(), ExitComplete)
	}
}

// Field names are stable, so they share one style and each is explained.
func TestEveryFieldIsSnakeCaseAndHasItsOwnName(t *testing.T) {
	style := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	var walk func(t reflect.Type, seen map[string]bool) []string
	walk = func(rt reflect.Type, seen map[string]bool) []string {
		var bad []string
		for i := range rt.NumField() {
			f := rt.Field(i)
			if f.Anonymous {
				bad = append(bad, walk(f.Type, seen)...)
				continue
			}
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "-" { // not written
				continue
			}
			if !style.MatchString(name) || seen[name] {
				bad = append(bad, rt.Name()+"."+f.Name+" "+name)
			}
			seen[name] = true
		}
		return bad
	}
	for _, record := range []any{
		EventRecord{},
		FailureRecord{},
		GapRecord{},
		ProgressRecord{},
		SummaryRecord{},
		CameraRecord{},
		CheckRecord{},
		CheckCameraRecord{},
		CheckSummaryRecord{},
	} {
		if bad := walk(reflect.TypeOf(record), map[string]bool{}); bad != nil {
			t.Errorf("not snake_case, or twice: %v", bad)
		}
	}
}

func TestEveryTypeIsInTheHelp(t *testing.T) {
	help, err := os.ReadFile("../topics/json.txt")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	j := NewJSON(&b)
	everything(t, j)
	for _, f := range surveyed() {
		if err := j.Finding(moment1842, f); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Found(moment1842, SurveyTotals{}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		var record struct {
			Type string    `json:"type"`
			Time time.Time `json:"time"`
		}
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if record.Time.IsZero() || !strings.Contains(string(help), "\n  "+record.Type+" ") {
			t.Errorf("no time, or a type that the help does not explain: %s", line)
		}
	}
}

// Whatever a recorder names its cameras, a line stays one line and controls no
// terminal.
func TestNothingReachesTheTerminalRaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		evil := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text") + "\u202e\x1b[2J\u2028"
		e := tasks.Event{
			Address: evil, CameraName: evil, Message: evil, Channel: 1, Track: 101, Path: evil,
			Failure: tasks.Failure{Kind: "x", What: evil, Remedy: nvr.Remedy(evil)},
		}
		s := sample()
		s.Recorders[0].Name, s.Recorders[0].Source, s.Recorders[1].Name = evil, evil, evil
		for i := range s.Cameras {
			s.Cameras[i].Name, s.Cameras[i].Failure.What = evil, evil
		}
		s.Disk.Held = evil
		f := surveyed()[0]
		f.Name, f.Device.Model, f.Cameras[0].Name, f.Cameras[1].Reason = evil, evil, evil, evil
		var lines, objects bytes.Buffer
		for b, p := range map[*bytes.Buffer]printer{&lines: NewLines(&lines, false), &objects: NewJSON(&objects)} {
			for _, err := range []error{
				p.Notice(moment1842, evil), p.Events([]tasks.Event{e}), p.Progress(s),
				p.Summary(Report{Snapshot: s, Manifest: evil, Log: evil, Retry: evil}), p.Finding(moment1842, f),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			if strings.ContainsFunc(b.String(), func(r rune) bool { return r != '\n' && r != '\uFFFD' && nvr.Unfit(r) }) {
				t.Fatalf("a character that a terminal obeys: %q", b)
			}
		}
		if n := bytes.Count(objects.Bytes(), []byte("\n")); n != 5 {
			t.Fatalf("%d lines of JSON, want 5", n)
		}
	})
}
