package command

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/sheet"
)

func TestMain(m *testing.M) {
	// The real programs that keep a machine awake are never run.
	testscript.Main(m, map[string]func(){"hikgrab": hikgrab, "systemd-inhibit": inhibit, "caffeinate": inhibit})
}

// hikgrab runs the program as main does.
func hikgrab() {
	p := Program{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	if from := net.ParseIP(os.Getenv(fromKey)); from != nil {
		p.dial = (&net.Dialer{LocalAddr: &net.TCPAddr{IP: from}}).DialContext
	}
	os.Exit(p.Run(context.Background(), os.Args[1:]))
}

// Help fits the narrowest terminal in use.
func TestHelpFits80Columns(t *testing.T) {
	root := (&app{}).commands()
	for _, c := range append(root.Commands(), root) {
		if c.Name() == "licenses" {
			continue // they are printed verbatim
		}
		var b strings.Builder
		c.SetOut(&b)
		if err := c.Help(); err != nil || b.Len() == 0 {
			t.Errorf("%s: %v", c.Name(), err)
		}
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 {
				t.Errorf("%s: %d columns: %s", c.Name(), n, line)
			}
		}
	}
}

// The scripts in testdata/script use hikgrab as an operator does, against
// simulated recorders on loopback. Their own commands are the methods of stage.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			s := &stage{recorders: map[string]*simulator.Recorder{}}
			env.Values[stageKey{}] = s
			env.Setenv("NO_COLOR", "1")
			env.Setenv("GORACE", "atexit_sleep_ms=10") // the race detector sleeps a second at every exit
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"recorders": recordersCmd, "fill": fillCmd, "exits": exitsCmd, "delivered": deliveredCmd,
			"contacted": contactedCmd, "refused": refusedCmd, "downloads": downloadsCmd, "nosecret": nosecretCmd, "unpack": unpackCmd,
			"jsonlines": jsonlinesCmd, "await": awaitCmd, "hostile": hostileCmd, "harmless": harmlessCmd,
		},
		RequireExplicitExec: true,
	})
}

func TestPasswordOfTheSheet(t *testing.T) {
	in, out, err := os.Pipe() // no terminal, so no prompts
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer out.Close()
	a := &app{Program: Program{Stdin: in, Stderr: out}}
	t.Setenv("HIKGRAB_SHEET_PASSWORD", "")
	if got, err := a.sheetPassword(); got != "" || err != nil {
		t.Errorf("an empty password gives %q, %v", got, err)
	}
	t.Setenv("HIKGRAB_SHEET_PASSWORD", "open sesame")
	if got, err := a.sheetPassword(); got != "open sesame" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if err := os.Unsetenv("HIKGRAB_SHEET_PASSWORD"); err != nil { // t.Setenv restores it
		t.Fatal(err)
	}
	if got, err := a.sheetPassword(); err == nil || !strings.Contains(err.Error(), "HIKGRAB_SHEET_PASSWORD") {
		t.Errorf("without terminal and variable: %q, %v", got, err)
	}
}

// Where several worksheets look like tasks, or the one that is read is empty, the
// command says how to choose one.
func TestSeveralWorksheetsAskForOne(t *testing.T) {
	a := &app{}
	root := a.commands()
	path := filepath.Join("..", "..", "tasks", "sheet", "testdata", "two-lists.xlsx")
	if _, err := a.readSheet(root, path); !errors.Is(err, sheet.ErrSheets) || !strings.HasSuffix(err.Error(), "Октябрь, Ноябрь; choose one with --sheet") {
		t.Errorf("got %v", err)
	}
	a.flags.Sheet = "Ноябрь"
	if _, err := a.readSheet(root, path); err != nil {
		t.Errorf("with the one that is named: %v", err)
	}
	a.flags.Sheet = "Empty page"
	path = filepath.Join(filepath.Dir(path), "pages.xlsx")
	if _, err := a.readSheet(root, path); !errors.Is(err, sheet.ErrEmpty) || !strings.HasSuffix(err.Error(), "Notes, Autumn 2026; choose one with --sheet") {
		t.Errorf("with an empty one: %v", err)
	}
}

func TestLeavingDoesNotWaitForADiskThatHangs(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	if err := within(time.Millisecond, func() error { <-hang; return nil }); !errors.Is(err, errHangs) {
		t.Errorf("got %v", err)
	}
	if err := within(time.Hour, func() error { return io.ErrClosedPipe }); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}

func TestLoginsOfTheDemo(t *testing.T) {
	address, err := nvr.ParseAddress("127.0.0.9:80")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	list := []tasks.Task{{Address: address, Login: nvr.Login{User: "admin", Password: "it's"}}}
	if err := tellLogins(&b, list); err != nil {
		t.Fatal(err)
	}
	want := "curl --digest --user " + shellAtHand().quote("admin:it's") + " http://127.0.0.9/ISAPI/System/deviceInfo"
	if got := b.String(); !strings.Contains(got, want) || !strings.Contains(got, "password it's") {
		t.Errorf("got\n%s\nwant in it\n%s", got, want)
	}
}
