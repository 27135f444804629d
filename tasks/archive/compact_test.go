package archive

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// Whatever a journal says, it says the same after it was written anew.
func TestCompactionChangesNothing(t *testing.T) {
	name := filepath.Join(t.TempDir(), "journal")
	rapid.Check(t, func(rt *rapid.T) {
		records := rapid.SliceOfN(rapid.Custom(anyRecord), 0, 60).Draw(rt, "records")
		old := journalOf(t, records...)
		if err := os.WriteFile(name, old, 0o600); err != nil {
			rt.Fatal(err)
		}
		file, err := os.Open(name)
		if err != nil {
			rt.Fatal(err)
		}
		a := &Archive{index: newIndex()}
		_, err = readJournal(file, a.index.apply)
		var compact bytes.Buffer
		err = errors.Join(err, a.writeLive(&compact, file), file.Close())
		if err != nil {
			rt.Fatal(err)
		}
		lines := bytes.Count(compact.Bytes(), []byte{'\n'})
		again := newIndex()
		got, err := readJournal(&compact, again.apply)
		if err != nil || got.torn || got.bad != 0 || got.lines != lines || lines != a.index.size() {
			rt.Fatalf("the new journal reads %+v, %v; %d lines, %d are live", got, err, lines, a.index.size())
		}
		if !reflect.DeepEqual(a.index, again) {
			rt.Fatalf("before %+v\nafter  %+v", a.index, again)
		}
	})
}
