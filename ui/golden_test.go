package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/hikgrab/tasks"
)

// screens are the states with golden pictures: the queue, and the operator's
// keys.
var screens = []struct {
	name  string
	queue func() *fakeQueue
	keys  []string
	with  []func(*Options)
	sizes []string
}{
	{name: "site", queue: siteQueue, keys: []string{"down", "down"}, sizes: []string{"140x40", "80x24", "60x20", "40x10"}},
	{name: "ascii", queue: siteQueue, keys: []string{"down", "down"}, with: []func(*Options){ascii}, sizes: []string{"140x40", "80x24"}},
	{name: "empty", queue: emptyQueue, sizes: []string{"80x24"}},
	{name: "searching", queue: searchQueue, sizes: []string{"80x24", "40x10"}},
	{name: "held", queue: heldQueue, sizes: []string{"140x40", "80x24", "40x10"}},
	{name: "done", queue: func() *fakeQueue { return endQueue(tasks.Done) }, sizes: []string{"80x24", "60x20"}},
	{name: "all-failed", queue: func() *fakeQueue { return endQueue(tasks.Failed) }, sizes: []string{"140x40", "80x24"}},
	{name: "mixed-end", queue: func() *fakeQueue { return endQueue(tasks.Done, tasks.Skipped, tasks.Done) }, sizes: []string{"80x24"}},
	{name: "crowd", queue: func() *fakeQueue { return crowdQueue(40, 500) }, sizes: []string{"140x40", "80x24"}},
	{name: "scrolled", queue: siteQueue, keys: []string{"G", "up", "up", "up", "up", "up", "up", "up", "up", "up"}, sizes: []string{"80x24"}},
	{name: "filter", queue: siteQueue, keys: []string{"/", "р", "а", "м", "п", "а"}, sizes: []string{"80x24", "40x10"}},
	{name: "no-match", queue: siteQueue, keys: []string{"/", "z", "z", "enter"}, sizes: []string{"80x24"}},
	{name: "failed-filter", queue: siteQueue, keys: []string{"3"}, sizes: []string{"80x24"}},
	{name: "help", queue: siteQueue, keys: []string{"?"}, sizes: []string{"140x40", "80x24", "40x10"}},
	{name: "help-ascii", queue: siteQueue, keys: []string{"?"}, with: []func(*Options){ascii, func(o *Options) { o.Log = "recordings/.hikgrab/log-20261103-172926.log" }}, sizes: []string{"140x50"}},
	{name: "quit", queue: siteQueue, keys: []string{"q"}, sizes: []string{"80x24", "40x10"}},
	{name: "skip-recorder", queue: siteQueue, keys: []string{"s"}, sizes: []string{"80x24"}},
	{name: "bandwidth", queue: siteQueue, keys: []string{"b", "2", "x", "enter"}, sizes: []string{"80x24"}},
	{name: "details", queue: siteQueue, keys: []string{"down", "down", "i"}, sizes: []string{"140x40", "80x24"}},
	{name: "recorder-details", queue: siteQueue, keys: []string{"i"}, sizes: []string{"140x40", "80x24"}},
	{name: "recorder-ascii", queue: siteQueue, keys: []string{"i"}, with: []func(*Options){ascii}, sizes: []string{"80x24"}},
	{name: "marked", queue: siteQueue, keys: []string{"down", "v", "v", "down", "V"}, sizes: []string{"80x24"}},
	{name: "paused", queue: siteQueue, keys: []string{"P"}, sizes: []string{"80x24"}},
	{name: "frozen", queue: siteQueue, keys: []string{"F"}, sizes: []string{"80x24"}},
	{name: "fleet", queue: fleetQueue, keys: []string{"down", "down"}, sizes: []string{"140x40", "80x24", "40x10"}},
	{name: "fleet-details", queue: fleetQueue, keys: []string{"i"}, sizes: []string{"80x24"}},
	{name: "machines", queue: fleetQueue, keys: []string{"m", "down"}, sizes: []string{"140x40", "80x24", "40x10"}},
	{name: "machines-ascii", queue: fleetQueue, keys: []string{"m"}, with: []func(*Options){ascii}, sizes: []string{"80x24"}},
	{name: "fleet-quit", queue: fleetQueue, keys: []string{"q"}, sizes: []string{"80x24"}},
	{name: "give-up", queue: fleetQueue, keys: []string{"m", "down", "x"}, sizes: []string{"80x24"}},
	{name: "collect", queue: collectQueue, keys: []string{"down"}, with: []func(*Options){files}, sizes: []string{"140x40", "80x24", "40x10"}},
	{name: "collect-held", queue: collectQueue, keys: []string{"G"}, with: []func(*Options){files}, sizes: []string{"80x24"}},
	{name: "collect-quit", queue: collectQueue, keys: []string{"q"}, with: []func(*Options){files}, sizes: []string{"80x24"}},
	{name: "small", queue: siteQueue, sizes: []string{"38x9", "20x5"}},
}

func TestGoldenScreens(t *testing.T) {
	for _, s := range screens {
		for _, size := range s.sizes {
			t.Run(s.name+"-"+size, func(t *testing.T) {
				var w, h int
				if _, err := fmt.Sscanf(size, "%dx%d", &w, &h); err != nil {
					t.Fatal(err)
				}
				m := newScreen(s.queue(), w, h, s.with...)
				press(m, s.keys...)
				got := m.View() + "\n"
				checkBounds(t, m, w, h)
				golden(t, s.name+"-"+size, got)
			})
		}
	}
}

// golden compares got with a file in testdata, or updates the file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; look at it, and if it is better run the test with -update\n--- got\n%s--- want\n%s", path, got, want)
	}
}

// checkBounds fails if the frame leaves the terminal, or would without the
// final cut. Only very small terminals may need more lines.
func checkBounds(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, m *model, w, h int,
) {
	t.Helper()
	lines := strings.Split(m.View(), "\n")
	if len(lines) > h {
		t.Fatalf("%d×%d: %d lines", w, h, len(lines))
	}
	parts := m.parts()
	if len(parts) > h && !m.layout.small {
		t.Fatalf("%d×%d: %d lines drawn", w, h, len(parts))
	}
	for i, line := range append(lines, parts...) {
		if got := width(line); got > w {
			t.Fatalf("%d×%d: line %d is %d wide: %q", w, h, i%len(lines)+1, got, line)
		}
	}
}
