package nobg_test

import (
	"os/exec"
	"strings"
	"testing"
)

// Two things keep this package ahead of Bubble Tea: its import path, and that
// it imports nothing initialised later.
func TestInitialisedBeforeBubbleTea(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.ImportPath}}{{range .Imports}}\n{{.}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	path, imports, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if path >= "github.com/charmbracelet/bubbletea" {
		t.Errorf("%s sorts after Bubble Tea, so Bubble Tea asks the terminal first", path)
	}
	if imports != "github.com/charmbracelet/lipgloss" {
		t.Errorf("imports %q: each import beside Lip Gloss may delay the answer", imports)
	}
}
