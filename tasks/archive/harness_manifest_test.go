package archive_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The manifest, as any program reads it.

// manifestHeader is guaranteed to those programs.
const manifestHeader = "recorder,name,channel,camera,track,start,end,path,bytes,sha256,codec,width,height,fps,frames,duration," +
	"attempts,finished_at,begins,id,clock_offset,kind,notes"

var columns = strings.Split(manifestHeader, ",")

// at returns the position of a column.
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

// manifestPaths counts the lines per path, without the header.
func manifestPaths(t *testing.T, dir string) map[string]int {
	t.Helper()
	paths := map[string]int{}
	for _, row := range manifestRows(t, dir)[1:] {
		paths[row[at("path")]]++
	}
	return paths
}

// listLine returns a line about a file, as far as Verify reads it.
func listLine(name string, size int, content []byte) string {
	cells := make([]string, len(columns))
	for column, text := range map[string]string{
		"path": name, "bytes": fmt.Sprint(size), "sha256": sumOf(content), "attempts": "1", "finished_at": "2026-11-03T09:00:00Z",
	} {
		cells[at(column)] = text
	}
	return strings.Join(cells, ",") + "\n"
}

// sorted returns the text with its lines sorted and without the last line
// break.
func sorted(text []byte) []byte {
	lines := bytes.Split(bytes.TrimSuffix(text, []byte{'\n'}), []byte{'\n'})
	slices.SortFunc(lines, bytes.Compare)
	return bytes.Join(lines, []byte{'\n'})
}

// blockManifest makes the manifest unwritable until unblock is called.
func blockManifest(t *testing.T, dir string) (unblock func()) {
	t.Helper()
	name := filepath.Join(dir, manifestName)
	must(t, os.Remove(name), os.Mkdir(name, 0o755))
	return func() { t.Helper(); must(t, os.Remove(name)) }
}
