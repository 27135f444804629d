package archive_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/hikgrab/tasks/archive"
)

// The journal: lines of JSON, each after its checksum.

// record is a line of the journal, as far as tests look at it.
type record struct {
	Type  string `json:"t"`
	ID    string `json:"id"`
	Movie int    `json:"format"`
	Clip  string `json:"clip"`
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`
}

// part returns where the file is while it is made.
func (r record) part() string {
	name := r.ID
	if r.Clip != "" {
		name += "." + r.Clip
	}
	if r.Movie == 1 {
		name += ".mp4"
	}
	return partsDir + "/" + name + ".part"
}

// line returns a line of the journal.
func line(text string) string {
	return fmt.Sprintf("%08x %s\n", crc32.Checksum([]byte(text), crc32.MakeTable(crc32.Castagnoli)), text)
}

var journalHeader = line(`{"t":"journal","version":3}`)

// readLine reads a line of the journal, which must be whole.
func readLine(t *testing.T, text []byte) (r record) {
	t.Helper()
	_, content, ok := strings.Cut(strings.TrimSuffix(string(text), "\n"), " ")
	if !ok || line(content) != string(text) || json.Unmarshal([]byte(content), &r) != nil {
		t.Fatalf("the journal has the line %q", text)
	}
	return r
}

func journalBytes(t *testing.T, dir string) []byte {
	t.Helper()
	b, err := os.ReadFile(pathOf(dir, journalName))
	must(t, err)
	return b
}

// readJournal reads a journal in which every line must be whole.
func readJournal(t *testing.T, dir string) (all []record) {
	t.Helper()
	for text := range bytes.Lines(journalBytes(t, dir)) {
		all = append(all, readLine(t, text))
	}
	return all
}

// vouched returns how many bytes of each part survive a power cut.
func vouched(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	kept := map[string]int64{}
	for _, r := range readJournal(t, dir) {
		switch {
		case r.Type == "kept" && r.Bytes > 0:
			kept[r.ID] = r.Bytes
		case r.Type == "kept", r.Type == "done":
			delete(kept, r.ID)
		}
	}
	return kept
}

func plantJournal(t *testing.T, dir string, b []byte) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Join(dir, ownDir), 0o700), os.WriteFile(pathOf(dir, journalName), b, 0o600))
}

// damagedJournals lists the journals that were set aside.
func damagedJournals(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, ownDir, "journal.damaged-*"))
	must(t, err)
	return names
}

// crash returns a directory as a crash leaves it right before the archive's
// last record, a "done": it contains only the journal. Announced is the line
// that says which file was about to get its name.
func crash(t *testing.T, a *archive.Archive) (dir string, announced record) {
	t.Helper()
	must(t, a.Close())
	dir = t.TempDir()
	var said []byte
	for text := range bytes.Lines(journalBytes(t, a.Dir())) {
		if r := readLine(t, text); r.Type == "placing" {
			announced, said = r, append(said, text...)
		} else if r.Type != "done" {
			said = append(said, text...)
		}
	}
	plantJournal(t, dir, said)
	return dir, announced
}
