package archive

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/hikgrab/nvr/simulator"
)

// TestOrder is what a power cut can show: bytes are durable before the name,
// the announcement is durable before the name, and "done" comes last.
func TestOrder(t *testing.T) {
	a := open(t, t.TempDir())
	it := item(0, 0)
	w := &witness{journalFile: a.journal.file}
	for name := range defaultLayout.names(it, ".mpg") {
		w.final = filepath.Join(a.Dir(), filepath.FromSlash(name))
		break
	}
	a.journal.file = w
	a.wrap = func(f *os.File) partFile { return witnessedPart{f, w} }
	commit(t, a, it, footage(t, 0, simulator.H264))
	want := []string{
		"sync part", "close part", "journal placing", "sync journal", "journal done, named", "sync journal, named",
	}
	if !slices.Equal(w.events, want) {
		t.Errorf("the order was\n%s\nwant\n%s", strings.Join(w.events, "\n"), strings.Join(want, "\n"))
	}
}

// A clip is durable before its name, and what it was cut from goes after it.
func TestOrderOfClip(t *testing.T) {
	a := open(t, t.TempDir())
	b := lateFootage(t, simulator.H264)
	it := clipped(MP4, len(b), 5, 9)
	w := &witness{journalFile: a.journal.file, final: filepath.Join(a.Dir(), filepath.FromSlash(a.layout.path(it)+".mp4"))}
	a.journal.file = w
	a.wrap = func(f *os.File) partFile { return witnessedPart{f, w} }
	commit(t, a, it, b)
	want := []string{
		"sync part", "close part", // the MP4
		"sync part", "close part", // the clip
		"journal placing", "sync journal", "journal done, named", "sync journal, named",
		"close part, named", // the download
	}
	if !slices.Equal(w.events, want) {
		t.Errorf("the order was\n%s\nwant\n%s", strings.Join(w.events, "\n"), strings.Join(want, "\n"))
	}
}

// Reset has the journal forget the old bytes before it drops them.
func TestOrderOfReset(t *testing.T) {
	a := open(t, t.TempDir())
	p := create(t, a, item(0, 0))
	write(t, p, movie(1, 1000))
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	p = create(t, a, item(0, 0))
	disk := a.journal.file
	a.journal.file = sizeWitness{disk, func() {
		info, err := os.Stat(filepath.Join(a.Dir(), filepath.FromSlash(p.name)))
		if err != nil || info.Size() != 1000 {
			t.Errorf("the part is %v, %v when the journal is told", info, err)
		}
	}}
	if err := p.Reset(); err != nil || p.Offset() != 0 {
		t.Fatalf("Reset: %v, Offset %d", err, p.Offset())
	}
	a.journal.file = disk
}
