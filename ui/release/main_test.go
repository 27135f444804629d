package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/hikgrab/ui/command"
	"example.com/hikgrab/ui/topics"
)

// Every command and topic has a page, and two builds of one commit write the
// same bytes.
func TestPackagesHoldAPageForEverything(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1700000000")
	first, second := t.TempDir(), t.TempDir()
	for _, dir := range []string{first, second} {
		if err := write(dir); err != nil {
			t.Fatal(err)
		}
	}
	var want []string
	for _, c := range (command.Program{}).Tree().Commands() {
		if c.IsAvailableCommand() && c.Name() != "completion" && c.Name() != "help" {
			want = append(want, "man/hikgrab-"+c.Name()+".1")
		}
	}
	for _, topic := range topics.All() {
		if topic.Name != "licenses" {
			want = append(want, "man/hikgrab-"+topic.Name+".7")
		}
	}
	want = append(want, "man/hikgrab.1", "LICENSES.txt", "completions/_hikgrab", "completions/hikgrab.bash", "completions/hikgrab.fish", "completions/hikgrab.ps1")
	var got []string
	for path, text := range files(t, first) {
		got = append(got, path)
		if again := files(t, second)[path]; again != text || text == "" {
			t.Errorf("%s is empty or differs from build to build", path)
		}
		if strings.HasSuffix(path, ".1") && !strings.Contains(text, "Nov 2023") {
			t.Errorf("%s does not bear the day of the commit", path)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// Text that looks like a roff request stays text.
func TestPageKeepsEveryLine(t *testing.T) {
	got := page(topics.Topic{Name: "x-y", Short: "it's", Text: ".hikgrab/ is\n'quoted' - C:\\dir\n"})
	for _, want := range []string{"\\&.hikgrab/ is\n", "\\(aqquoted\\(aq \\- C:\\edir\n", ".TH HIKGRAB-X\\-Y 7"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	for _, pattern := range []string{"*", "*/*"} {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				continue // a directory
			}
			name, _ := filepath.Rel(dir, path)
			found[filepath.ToSlash(name)] = string(text)
		}
	}
	return found
}
