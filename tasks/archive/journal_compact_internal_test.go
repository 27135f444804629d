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

// Whatever a journal says, it says the same after it was rewritten.
func TestCompactionChangesNothing(t *testing.T) {
	name := filepath.Join(t.TempDir(), "journal")
	rapid.Check(t, func(rt *rapid.T) {
		records := rapid.SliceOfN(rapid.Custom(anyRecord), 0, 60).Draw(rt, "records")
		old := encoded(t, append([]record{headerNow}, records...)...)
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

// anyRecord draws one of few recordings, so that lines supersede each other.
func anyRecord(t *rapid.T) record {
	id := recordingID{byte(rapid.IntRange(0, 3).Draw(t, "id"))}
	format := form(rapid.IntRange(0, 1).Draw(t, "format"))
	n := rapid.IntRange(0, 5).Draw(t, "n")
	file := record{
		ID: id, Form: format, Path: id.String() + "/" + string(rune('a'+n)), Bytes: int64(n), Fetched: int64(n / 2), Attempts: n,
		SHA256: disk.Sum{byte(n)}, At: someDay.Add(time.Duration(n) * time.Second), Notes: []string{"<&>\u2028"}, Camera: "Ворота",
	}
	if format == asMovie && n > 2 {
		file.Clip, file.Start, file.End = clip{int64(n), 10}, "2026-11-03T08:15:00", "2026-11-03T08:15:10"
	}
	if n%2 == 1 {
		file.Begins = "2026-11-03T08:15:00.400"
	}
	switch rapid.SampledFrom([]recordType{placingRecord, doneRecord, keptRecord, tryRecord, cameraRecord, coverageRecord, damagedRecord, staysRecord, uncutRecord, besideRecord, habitRecord, goneRecord, factsRecord, runRecord, elsewhereRecord, toldRecord, catalogueRecord, lentRecord, "other"}).Draw(t, "type") {
	case placingRecord:
		file.Type = placingRecord
		return file
	case doneRecord:
		file.Type, file.Path = doneRecord, file.Path+extensionFor(format)
		if format == asMovie && n == 1 { // made for one request, from other sources each time
			file.Tree, file.Origin, file.Path = JoinedTree, Origin{Request: "w", Sources: id.String(), Number: 1, Of: 1}, "joined/x.mp4"
		}
		return file
	case keptRecord:
		return record{Type: keptRecord, ID: id, Bytes: int64(n)}
	case tryRecord:
		return record{Type: tryRecord, ID: id, Attempts: n, At: file.At, Failure: "busy"}
	case cameraRecord:
		return record{Type: cameraRecord, Recorder: "r", Track: nvr.Track(n), Outcome: Outcome{State: []string{"failed", "done"}[n%2], At: file.At}}
	case coverageRecord:
		return record{Type: coverageRecord, Recorder: "r", Track: nvr.Track(n), Coverage: Coverage{Asked: []Span{{From: file.At, To: file.At.Add(time.Hour)}}}}
	case damagedRecord:
		return record{Type: damagedRecord, ID: id, SHA256: disk.Sum{byte(n)}, Attempts: n}
	case habitRecord:
		return record{Type: habitRecord, Recorder: "r", Problem: string(rune('a' + n)), Attempts: n}
	case factsRecord:
		return record{Type: factsRecord, Recorder: "r", Facts: nvr.Facts{Serial: string(rune('a' + n))}}
	case runRecord:
		return record{Type: runRecord, Run: Run{Begun: file.At, ExitCode: n}}
	case goneRecord:
		return record{Type: goneRecord, ID: id, Form: format}
	case staysRecord:
		return record{Type: staysRecord, ID: id}
	case uncutRecord:
		return uncutOf(fileID{id, asMovie, clip{int64(n), 10}})
	case besideRecord:
		return record{Type: besideRecord, Path: file.Path, SHA256: file.SHA256}
	case elsewhereRecord:
		file.Type, file.By, file.Machine, file.Recorder = elsewhereRecord, []string{"K1", "K2"}[n%2], "m", "r"
		return file
	case toldRecord:
		return toldOf(file, "C1")
	case catalogueRecord:
		return record{Type: catalogueRecord, Catalogue: "C1"}
	case lentRecord:
		return record{Type: lentRecord, Lent: Lent{By: []string{"K1", "K2"}[n%2], Long: n > 2}}
	case headerRecord:
	}
	return record{Type: "other", Bytes: 5}
}

func extensionFor(f form) string { return []string{".mpg", ".mp4"}[f] }
