package main

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
)

// Imports run main → ui → tasks → nvr and never back, and each library that
// shapes the code around it stays in one place. Imports of tests do not count.
func TestArrowsRunOneWay(t *testing.T) {
	const module = "example.com/hikgrab"
	forbidden := []struct{ from, to, why string }{
		{module + "/nvr", module + "/tasks", "nvr knows nothing of tasks"},
		{module + "/nvr", module + "/ui", "nvr knows nothing of screens"},
		{module + "/tasks", module + "/ui", "the domain has no face"},
		{module + "/nvr", "github.com/spf13", "flags and commands are for ui/command and ui/flags"},
		{module + "/tasks", "github.com/spf13", "flags and commands are for ui/command and ui/flags"},
		{module + "/nvr", "github.com/charmbracelet/bubbletea", "the terminal is ui's"},
		{module + "/nvr", "github.com/charmbracelet/lipgloss", "the terminal is ui's"},
		{module + "/tasks", "github.com/charmbracelet/bubbletea", "the terminal is ui's"},
		{module + "/tasks", "github.com/charmbracelet/lipgloss", "the terminal is ui's"},
		{module + "/nvr", "github.com/xuri", "spreadsheets are tasks/sheet's"},
		{module + "/tasks/fleet", module + "/tasks/fleet/hub", "the rules know no sockets"},
		{module + "/ui/plain", "github.com/charmbracelet/bubbletea", "plain output has no screen"},
		{module + "/ui/units", module, "numbers need nothing"},
		{module, module + "/nvr/media/mediatest", "it is for tests"},
	}
	under := func(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }
	packages := 0
	for line := range strings.Lines(list(t, "-f", `{{.ImportPath}} {{join .Deps " "}}`, "./...")) {
		fields := strings.Fields(line)
		packages++
		for _, rule := range forbidden {
			if !under(fields[0], rule.from) {
				continue
			}
			for _, dep := range fields[1:] {
				if under(dep, rule.to) {
					t.Errorf("%s needs %s: %s", fields[0], dep, rule.why)
				}
			}
		}
	}
	if packages < 10 {
		t.Fatalf("only %d packages were looked at", packages)
	}
}

// Only one package may import a library that shapes all code around it.
func TestLibrariesStayInTheirPlace(t *testing.T) {
	places := map[string]string{
		"github.com/xuri/excelize":           "example.com/hikgrab/tasks/sheet",
		"github.com/charmbracelet/bubbletea": "example.com/hikgrab/ui",
		"github.com/charmbracelet/lipgloss":  "example.com/hikgrab/ui",
		"github.com/charmbracelet/bubbles":   "example.com/hikgrab/ui",
		"github.com/gofrs/flock":             "example.com/hikgrab/tasks/archive/disk",
		"github.com/icholy/digest":           "example.com/hikgrab/nvr",
		"github.com/nats-io":                 "example.com/hikgrab/tasks/fleet/hub",
	}
	for line := range strings.Lines(list(t, "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")) {
		fields := strings.Fields(line)
		for _, dep := range fields[1:] {
			for library, place := range places {
				if strings.HasPrefix(dep, library) && !strings.HasPrefix(fields[0], place) {
					t.Errorf("%s imports %s, which is for %s", fields[0], dep, place)
				}
			}
		}
	}
}

// list asks the Go tool about the packages of this module.
func list(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...).Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	return string(out)
}
