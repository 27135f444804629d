package archive

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive/disk"
)

// anyRecord draws one of few recordings, so that lines supersede each other.
func anyRecord(t *rapid.T) record {
	id := recordingID{byte(rapid.IntRange(0, 3).Draw(t, "id"))}
	format := Format(rapid.IntRange(0, 1).Draw(t, "format"))
	n := rapid.IntRange(0, 5).Draw(t, "n")
	file := record{
		ID: id, Format: format, Path: id.String() + "/" + string(rune('a'+n)), Bytes: int64(n), Fetched: int64(n / 2), Attempts: n,
		SHA256: disk.Sum{byte(n)}, At: morning.Add(time.Duration(n) * time.Second), Notes: []string{"<&>\u2028"}, Camera: "Ворота",
	}
	if format == MP4 && n > 2 {
		file.Clip, file.Start, file.End = clip{int64(n), 10}, "2026-11-03T08:15:00", "2026-11-03T08:15:10"
	}
	if n%2 == 1 {
		file.Begins = "2026-11-03T08:15:00.400"
	}
	switch rapid.SampledFrom([]recordType{placingRecord, doneRecord, keptRecord, tryRecord, cameraRecord, damagedRecord, habitRecord, staysRecord, uncutRecord, besideRecord, "other"}).Draw(t, "type") {
	case placingRecord:
		file.Type = placingRecord
		return file
	case doneRecord:
		file.Type, file.Path = doneRecord, file.Path+extensionFor(format)
		return file
	case keptRecord:
		return record{Type: keptRecord, ID: id, Bytes: int64(n)}
	case tryRecord:
		return tryOf(id, Attempt{Count: n, Next: file.At, Failure: "busy"})
	case cameraRecord:
		return cameraOf(CameraKey{Recorder: "r", Track: nvr.Track(n)}, []string{"failed", "done"}[n%2])
	case habitRecord:
		return habitOf(habit{"10.0.0.5", "bytes are missing"}, n)
	case damagedRecord:
		return damagedOf(id, damage{sum: disk.Sum{byte(n)}, count: n})
	case staysRecord:
		return record{Type: staysRecord, ID: id}
	case uncutRecord:
		return uncutOf(fileID{id, MP4, clip{int64(n), 10}})
	case besideRecord:
		return besideOf(file.Path, file.SHA256)
	case headerRecord:
	}
	return record{Type: "other", Bytes: 5}
}

func extensionFor(f Format) string { return []string{".mpg", ".mp4"}[f] }

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
		before := unnumbered(a.index)
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
		for id, e := range again.done {
			if a.index.done[id].line != e.line {
				rt.Fatalf("line %d is remembered as %d", e.line, a.index.done[id].line)
			}
		}
		if after := unnumbered(again); !reflect.DeepEqual(before, after) {
			rt.Fatalf("before %+v\nafter  %+v", before, after)
		}
	})
}

// unnumbered copies an index without the line numbers, which may change.
func unnumbered(x *index) *index {
	y := *x
	y.done = map[fileID]entry{}
	for id, e := range x.done {
		e.line = 0
		y.done[id] = e
	}
	return &y
}
