package archive

import (
	"testing"

	"example.com/hikgrab/tasks/archive/disk"
)

// A long job ends with 100,000 finished files; a few of them tell what each
// takes.
func TestMemoryOfManyFiles(t *testing.T) {
	const files = 5_000
	dir := t.TempDir()
	records := make([]record, files)
	for n := range records {
		it := item(n, 1000)
		r := itemRecord(doneRecord, it)
		for r.Path = range defaultLayout.names(it, ".mpg") {
			break
		}
		r.Bytes, r.Attempts, r.At = 1000, 1, morning
		records[n] = r
	}
	plantJournal(t, dir, journalOf(t, records...))

	before := heap()
	root, err := disk.Look(dir)
	if err != nil {
		t.Fatal(err)
	}
	a := &Archive{dir: dir, root: root, index: newIndex(), compactAfter: compactAfter}
	if _, err := a.loadJournal(); err != nil {
		t.Fatal(err)
	}
	used := heap() - before
	if len(a.index.done) != files || used > files*600 {
		t.Errorf("%d files take %d bytes each", len(a.index.done), used/files)
	}
	if err := a.journal.close(); err != nil {
		t.Error(err)
	}
	if err := root.Close(); err != nil {
		t.Error(err)
	}
}
