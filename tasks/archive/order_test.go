package archive_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// witness is between the archive and the disk and records the order in which
// things become durable, and what the final name holds then.
type witness struct {
	archive.JournalFile
	t      *testing.T
	events []string
	final  string // where the recording will be
}

// watch makes a witness record what an archive does until it gives a file that
// name.
func watch(t *testing.T, a *archive.Archive, final string) *witness {
	w := &witness{t: t, final: pathOf(a.Dir(), final)}
	a.WrapJournal(func(f archive.JournalFile) archive.JournalFile { w.JournalFile = f; return w })
	a.WrapParts(func(f *os.File) archive.PartFile { return watchedPart{f, w} })
	return w
}

func (w *witness) see(event string) {
	if _, err := os.Stat(w.final); err == nil {
		event += ", named"
	}
	w.events = append(w.events, event)
}

func (w *witness) Write(b []byte) (int, error) {
	for text := range bytes.Lines(b) {
		w.see("journal " + readLine(w.t, text).Type)
	}
	return w.JournalFile.Write(b)
}

func (w *witness) Sync() error {
	w.see("sync journal")
	return w.JournalFile.Sync()
}

func (w *witness) want(events ...string) {
	w.t.Helper()
	if !slices.Equal(w.events, events) {
		w.t.Errorf("the order was\n%s\nwant\n%s", strings.Join(w.events, "\n"), strings.Join(events, "\n"))
	}
}

type watchedPart struct {
	*os.File
	w *witness
}

func (p watchedPart) Sync() error {
	p.w.see("sync part")
	return p.File.Sync()
}

func (p watchedPart) Close() error {
	p.w.see("close part")
	return p.File.Close()
}

// TestOrder checks what a power cut can reveal: bytes are durable before the
// name, the announcement is durable before the name, and "done" comes last.
func TestOrder(t *testing.T) {
	a := open(t, t.TempDir())
	w := watch(t, a, shotName+".mpg")
	commit(t, a, shot(0, archive.Raw, 0), footage(t, 0, simulator.H264))
	w.want("sync part", "close part", "journal placing", "sync journal", "journal done, named", "sync journal, named")
}

// A clip is durable before its name, and its source goes after that.
func TestOrderOfClip(t *testing.T) {
	a := open(t, t.TempDir())
	b := lateFootage(simulator.H264)
	w := watch(t, a, "10.20.0.11/ch02/2026-11-03/20261103-081505_20261103-081509.mp4")
	commit(t, a, clipped(archive.MP4, len(b), 5, 9), b)
	w.want(
		"sync part", "close part", // the MP4
		"sync part", "close part", // the clip
		"journal placing", "sync journal", "journal done, named", "sync journal, named",
		"close part, named", // the download
	)
}

// Reset makes the journal forget the old bytes before it drops them.
func TestOrderOfReset(t *testing.T) {
	a := open(t, t.TempDir())
	p := create(t, a, item(0, 0))
	write(t, p, movie(1, 1000))
	closing(t, p)
	p = create(t, a, item(0, 0))
	part := filepath.Join(a.Dir(), partNames(t, a.Dir())[0])
	unwrap := a.WrapJournal(func(f archive.JournalFile) archive.JournalFile {
		return syncedJournal{f, func() {
			if info, err := os.Stat(part); err != nil || info.Size() != 1000 {
				t.Errorf("the part is %v, %v when the journal is told", info, err)
			}
		}}
	})
	if err := p.Reset(); err != nil || p.Offset() != 0 {
		t.Fatalf("Reset: %v, Offset %d", err, p.Offset())
	}
	unwrap()
	if kept := vouched(t, a.Dir()); len(kept) != 0 {
		t.Errorf("the journal vouches for %v", kept)
	}
}

// syncedJournal looks at something else whenever it is synced.
type syncedJournal struct {
	archive.JournalFile
	look func()
}

func (j syncedJournal) Sync() error {
	j.look()
	return j.JournalFile.Sync()
}
