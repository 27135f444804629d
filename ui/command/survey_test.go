package command

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/plain"
)

// nobody dials a network on which no recorder answers.
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
	var code int
	var err error
	synctest.Test(t, func(t *testing.T) {
		code, err = survey(t.Context(), unreachable(), tasks.Options{Dial: nobody}, -1, plain.NewLines(&b, false))
	})
	if err != nil || code != plain.ExitFailed {
		t.Errorf("exit code %d, %v; want %d", code, err, plain.ExitFailed)
	}
	got := b.String()
	for _, want := range []string{"10.0.0.1", "tasks.xlsx  Sheet1!A2", "hikgrab: 1 recorder, 0 cameras", "failed  1 recorder"} {
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
	code, err := survey(ctx, unreachable(), tasks.Options{Dial: nobody}, -1, plain.NewLines(&bytes.Buffer{}, false))
	if err != nil || code != plain.ExitStopped {
		t.Errorf("exit code %d, %v; want %d", code, err, plain.ExitStopped)
	}
}

// closed is an output whose reader is gone.
type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, brokenPipe[0] }

func TestSurveyThatNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		code, err := survey(t.Context(), unreachable(), tasks.Options{Dial: nobody}, -1, plain.NewJSON(closed{}))
		if !gone(err) {
			t.Errorf("exit code %d, %v; want an error that gone knows", code, err)
		}
	})
}

// Findings are written in the order of the sheet, in whatever order recorders
// answer.
func TestFindingsInTheOrderOfTheSheet(t *testing.T) {
	var list []tasks.Task
	for _, host := range []string{"10.0.0.1", "10.0.0.2", "10.0.0.1", "10.0.0.3"} {
		list = append(list, tasks.Task{Address: nvr.Address{Host: host, Port: 80}})
	}
	var got []string
	turn := inTurn(list, func(f tasks.Finding) { got = append(got, f.Address) })
	for _, step := range []struct{ comes, written string }{
		{"10.0.0.3", ""}, {"10.0.0.1", "10.0.0.1"}, {"10.0.0.2", "10.0.0.1 10.0.0.2 10.0.0.3"}, {"10.0.0.2", "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.2"},
	} {
		turn(tasks.Finding{Address: step.comes})
		if written := strings.Join(got, " "); written != step.written {
			t.Errorf("after %s %q is written, want %q", step.comes, written, step.written)
		}
	}
}
