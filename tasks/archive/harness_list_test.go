package archive_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/hikgrab/tasks/archive"
)

// The manifest, as any program reads it.

// manifestHeader is a promise to those programs.
const manifestHeader = "recorder,name,channel,camera,track,start,end,path,bytes,sha256,codec,width,height,fps,frames,duration," +
	"attempts,finished_at,begins,id,clock_offset,kind,notes"

var columns = strings.Split(manifestHeader, ",")

// at returns where a column is.
func at(name string) int { return slices.Index(columns, name) }

func manifestBytes(t *testing.T, dir string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, manifestName))
	must(t, err)
	return b
}

func plantManifest(t *testing.T, dir string, b []byte) {
	t.Helper()
	put(t, filepath.Join(dir, manifestName), b)
}

func manifestRows(t *testing.T, dir string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(manifestBytes(t, dir))).ReadAll()
	if err != nil {
		t.Fatalf("the manifest is no CSV: %v", err)
	}
	return rows
}

// manifestPaths counts the lines per path, header aside.
func manifestPaths(t *testing.T, dir string) map[string]int {
	t.Helper()
	paths := map[string]int{}
	for _, row := range manifestRows(t, dir)[1:] {
		paths[row[at("path")]]++
	}
	return paths
}

// listLine is a line about a file, as far as Verify reads it.
func listLine(name string, size int, content []byte) string {
	cells := make([]string, len(columns))
	for column, text := range map[string]string{
		"path": name, "bytes": fmt.Sprint(size), "sha256": sumOf(content), "attempts": "1", "finished_at": "2026-11-03T09:00:00Z",
	} {
		cells[at(column)] = text
	}
	return strings.Join(cells, ",") + "\n"
}

// sorted returns the text with its lines sorted and without the last line break.
func sorted(text []byte) []byte {
	lines := bytes.Split(bytes.TrimSuffix(text, []byte{'\n'}), []byte{'\n'})
	slices.SortFunc(lines, bytes.Compare)
	return bytes.Join(lines, []byte{'\n'})
}

// blockManifest keeps the manifest from being written until unblock is called.
func blockManifest(t *testing.T, dir string) (unblock func()) {
	t.Helper()
	name := filepath.Join(dir, manifestName)
	must(t, os.Remove(name), os.Mkdir(name, 0o755))
	return func() { t.Helper(); must(t, os.Remove(name)) }
}

// The journal: lines of JSON, each behind its checksum.

// record is a line of the journal, as far as tests look at it.
type record struct {
	Type  string `json:"t"`
	ID    string `json:"id"`
	Movie int    `json:"format"`
	Clip  string `json:"clip"`
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`
}

// part is where the file is while it is made.
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

// line is a line of the journal.
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

// readJournal reads a journal, in which every line must be whole.
func readJournal(t *testing.T, dir string) (all []record) {
	t.Helper()
	for text := range bytes.Lines(journalBytes(t, dir)) {
		all = append(all, readLine(t, text))
	}
	return all
}

// vouched returns how many bytes of parts survive a power cut, by what they are
// parts of.
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

// crash returns a directory as a crash leaves it right before what an archive said
// last, a "done": nothing is in it but the journal. Announced is the line that says
// which file was about to get its name.
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
