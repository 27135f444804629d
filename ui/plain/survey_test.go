package plain

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// TestSurveyFitsTheTerminal uses long names, long reasons and many cameras with
// the same failure. No line may be wider than the terminal, and each reason is
// given once.
func TestSurveyFitsTheTerminal(t *testing.T) {
	right := tasks.Failure{Kind: "forbidden", What: "the login works, but this user may not do that", Remedy: nvr.GrantPlayback}
	f := tasks.Finding{
		Address: "10.20.0.11", SignedIn: true, LoginTries: 3,
		Cameras: []tasks.CameraFinding{
			{Track: 101, Name: "Очень длинное имя камеры на складе, ворота", Recordings: 3, Bytes: 1 << 40, Recorded: 30 * time.Hour},
			{Track: 201, Name: "Gate", Offline: true, Reason: "the recorder has no recordings of it: check the recording schedule, the disk, and that user admin may play it back"},
			{Track: 301, Failure: right},
			{Track: 401, Failure: right},
			{Track: 702, Failure: right},
			{Track: 801, Recordings: 504, Failure: tasks.Failure{Kind: "busy", What: "the recorder refuses only the search of this camera"}},
		},
	}
	for _, ascii := range []bool{false, true} {
		var b bytes.Buffer
		if err := NewLines(&b, ascii).Finding(time.Now(), f); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(b.String(), "\n") {
			if w := ansi.StringWidth(line); w > surveyWidth || strings.HasSuffix(line, " ") {
				t.Errorf("%d cells: %q", w, line)
			}
		}
		if got := b.String(); strings.Count(got, "remote") != 1 || !strings.Contains(got, "ch03-ch04, ch07 sub  failed") ||
			!strings.Contains(got, "ch08  at least 504 recordings  failed") || strings.Contains(got, "press r") {
			t.Errorf("got\n%s", got)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"as it is", 10, []string{"as it is"}},
		{"one two three", 7, []string{"one two", "three"}},
		{"one  two", 5, []string{"one", "two"}},
		{"one  two", 3, []string{"one", "two"}},
		{"длинные слова", 8, []string{"длинные", "слова"}},
		{"倉庫 入口", 7, []string{"倉庫", "入口"}},
		{"a-word-of-its-own here", 6, []string{"a-word-of-its-own", "here"}},
	} {
		if got := wrap(c.text, c.width); !slices.Equal(got, c.want) {
			t.Errorf("%q in %d: %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

func TestSurveyWarnsOfAFullDisk(t *testing.T) {
	var b bytes.Buffer
	if err := NewLines(&b, false).Found(time.Now(), SurveyTotals{Recorders: 1, Cameras: 1, Recordings: 9, Bytes: 4 << 40, Free: 73 << 30}); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); !strings.Contains(got, "needs 4.00 TiB") || !strings.Contains(got, "73.0 GiB free") {
		t.Errorf("got\n%s", got)
	}
	if n := (SurveyTotals{Bytes: 1, Free: -1}).Short(); n != 0 {
		t.Errorf("%d bytes short where nobody knows", n)
	}
}
