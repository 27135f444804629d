package plain

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"testing"

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

// closed is output that nobody reads.
type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, brokenPipe[0] }

func TestSurveyThatNobodyReads(t *testing.T) {
	code, err := Survey(t.Context(), unreachable(), tasks.Options{Dial: nobody}, NewJSON(closed{}))
	if !Gone(err) {
		t.Errorf("exit code %d, %v; want an error that Gone knows", code, err)
	}
}

func TestLoginsOfTheDemo(t *testing.T) {
	list := unreachable()
	list[0].Login.Password = "it's"
	var b bytes.Buffer
	if err := Logins(&b, list); err != nil {
		t.Fatal(err)
	}
	want := "curl --digest --user " + Command("admin:it's") + " http://10.0.0.1/ISAPI/System/deviceInfo"
	if got := b.String(); !strings.Contains(got, want) || !strings.Contains(got, "password it's") {
		t.Errorf("got\n%s\nwant in it\n%s", got, want)
	}
}

func TestHintsWithoutAScreenSpeakOfNoKeys(t *testing.T) {
	for hint, want := range map[string]string{
		"check user and password in the sheet, then press r": "check user and password in the sheet, then retry",
		"press r to try again":                               "retry to try again",
		"express riders":                                     "express riders",
	} {
		if got := keyless(hint); got != want {
			t.Errorf("%q becomes %q, want %q", hint, got, want)
		}
	}
}
