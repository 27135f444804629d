package plain

import (
	"bytes"
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// nobody is a network on which no recorder answers.
func nobody(context.Context, string, string) (net.Conn, error) {
	return nil, errors.New("no route to host")
}

func unreachable() []tasks.Task {
	return []tasks.Task{{
		Source: "tasks.xlsx  Sheet1!A2", Address: nvr.Address{Host: "10.0.0.1", Port: 80},
		Login: nvr.Login{User: "admin", Password: "secret-of-admin"},
	}}
}

func TestSurveyOfARecorderThatDoesNotAnswer(t *testing.T) {
	var b bytes.Buffer
	code, err := Survey(t.Context(), unreachable(), tasks.Options{Dial: nobody}, NewLines(&b, false))
	if err != nil || code != ExitFailed {
		t.Errorf("exit code %d, %v; want %d", code, err, ExitFailed)
	}
	got := b.String()
	for _, want := range []string{"10.0.0.1", "tasks.xlsx  Sheet1!A2: ", "hikgrab: 1 recorder, 0 cameras", "failed  1 recorder"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	if strings.Contains(got, "secret-of-admin") {
		t.Errorf("the password is printed:\n%s", got)
	}
}

func TestSurveyThatTheOperatorStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	code, err := Survey(ctx, unreachable(), tasks.Options{Dial: nobody}, NewLines(&bytes.Buffer{}, false))
	if err != nil || code != ExitStopped {
		t.Errorf("exit code %d, %v; want %d", code, err, ExitStopped)
	}
}

// TestSurveyFitsTheTerminal has long names, long reasons and many cameras that
// fail alike: no line may be longer than a terminal is wide, and one reason is
// given once.
func TestSurveyFitsTheTerminal(t *testing.T) {
	right := tasks.Failure{Kind: "forbidden", What: "the login works, but this user may not do that", Remedy: nvr.GrantPlayback}
	f := tasks.Finding{
		Address: "10.20.0.11", SignedIn: true, LoginTries: 3,
		Cameras: []tasks.CameraFinding{
			{Track: 101, Name: "Очень длинное имя камеры на складе, ворота", Recordings: 3, Bytes: 1 << 40, Recorded: 30 * time.Hour},
			{Track: 201, Name: "Gate", Offline: true, Reason: "nothing of it is on the recorder: check the recording schedule, the disk, and that user admin may play it back"},
			{Track: 301, Failure: right},
			{Track: 401, Failure: right},
			{Track: 702, Failure: right},
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
		if got := b.String(); strings.Count(got, "remote") != 1 || !strings.Contains(got, "ch03-ch04, ch07 sub  failed") || strings.Contains(got, "press r") {
			t.Errorf("got\n%s", got)
		}
	}
}

// closed is output that nobody reads.
type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, brokenPipe[0] }

func TestSurveyThatNobodyReads(t *testing.T) {
	code, err := Survey(t.Context(), unreachable(), tasks.Options{Dial: nobody}, NewJSON(closed{}))
	if !Gone(err) {
		t.Errorf("exit code %d, %v; want an error that Gone knows", code, err)
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
