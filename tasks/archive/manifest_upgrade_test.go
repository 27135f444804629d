package archive

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/hikgrab/nvr/simulator"
)

// asBefore returns a manifest as hikgrab wrote it before it had begins.
func asBefore(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	for n, row := range manifestRows(t, dir) {
		row = append(row[:columnBegins:columnBegins], row[columnNotes])
		if n == 0 {
			b.WriteString(headerBefore + "\n")
			continue
		}
		last := len(row) - 1
		b.WriteString(strings.Join(row[:last], ",") + `,"` + row[last] + "\"\n")
	}
	return b.String()
}

// A manifest of before goes on, with the lines that only it knows and those
// that somebody added.
func TestManifestUpgrade(t *testing.T) {
	a := open(t, t.TempDir())
	b := lateFootage(t, simulator.H264)
	lost, kept := item(3, 1000), shot(0, MP4, len(b))
	commit(t, a, lost, movie(1, 1000))
	f := commit(t, a, kept, b)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(string) string{
		"as it was written":   func(text string) string { return text },
		"saved elsewhere":     func(text string) string { return "\uFEFF" + strings.ReplaceAll(text, "\n", "\r\n") },
		"with other lines":    func(text string) string { return text + "my own,notes\n" },
		"cut in a line":       func(text string) string { return text[:len(text)-20] },
		"without its end":     func(text string) string { return strings.TrimSuffix(text, "\n") },
		"with a line of yore": func(text string) string { return text + strings.Repeat("x", lineLimit) + "\n" },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(a.Dir())); err != nil {
				t.Fatal(err)
			}
			before := change(asBefore(t, dir))
			plantManifest(t, dir, []byte(before))
			forget(t, dir, journalName)
			if v, err := Verify(t.Context(), dir, &VerifyProgress{}); err != nil || v.Files == 0 {
				t.Errorf("before: %+v, %v", v, err)
			}
			b := open(t, dir)
			aside, err := filepath.Glob(filepath.Join(dir, "manifest-before-*.csv"))
			if long := name == "with a line of yore"; err != nil || long != (len(aside) == 1) {
				t.Fatalf("it was set aside: %v, %v", aside, err)
			} else if long {
				return
			}
			text := string(manifestBytes(t, dir))
			if !strings.HasPrefix(text, manifestHeader+"\n") || strings.Contains(text, "my own,notes\n") != (name == "with other lines") {
				t.Errorf("the manifest became\n%s", text)
			}
			if !strings.Contains(text, ",2026-11-03T08:15:00.000,\"") && name != "cut in a line" {
				t.Errorf("the file with pictures does not begin:\n%s", text)
			}
			if s, ok := b.Stored(lost); !ok || s.Attempts != 1 {
				t.Errorf("Stored = %+v, %v", s, ok)
			}
			if s, ok := b.Stored(kept); ok != (name != "cut in a line") || ok && s.SHA256 != f.SHA256 {
				t.Errorf("Stored = %+v, %v", s, ok)
			}
			if v, err := Verify(t.Context(), dir, &VerifyProgress{}); err != nil || v.Files == 0 {
				t.Errorf("after: %+v, %v", v, err)
			}
			if now := manifestBytes(t, reopen(t, b).Dir()); string(now) != text {
				t.Errorf("the next start changed it to\n%s", now)
			}
		})
	}
}
