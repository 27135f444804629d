package archive

import (
	"cmp"
	"time"
)

// fileID names a finished file: of a recording the recorder's own bytes, whose
// format is Raw, or the MP4 that was made of them.
type fileID struct {
	recording recordingID
	format    Format
}

// index is what the journal says, in memory. It is small on purpose: what only
// the manifest needs stays on disk.
type index struct {
	done     map[fileID]entry
	placing  map[fileID]record // announced, but not known to be done
	owners   map[string]fileID // by path
	kept     map[recordingID]int64
	attempts map[recordingID]Attempt
	damaged  map[recordingID]damage // what came damaged
	stays    map[recordingID]bool   // no MP4 can be made of it
	cameras  map[CameraKey]string
}

// damage remembers downloads that were found damaged.
type damage struct {
	sum   checksum // of the latest
	count int
}

// entry is a finished file.
type entry struct {
	path     string
	bytes    int64
	fetched  int64
	sum      checksum
	attempts int
	finished time.Time
	line     int // of the journal it was read from; tells the live "done" from superseded ones
}

func newIndex() *index {
	return &index{
		done: map[fileID]entry{}, placing: map[fileID]record{}, owners: map[string]fileID{},
		kept: map[recordingID]int64{}, attempts: map[recordingID]Attempt{}, cameras: map[CameraKey]string{},
		damaged: map[recordingID]damage{}, stays: map[recordingID]bool{},
	}
}

func (e entry) file() File {
	return File{Path: e.path, Bytes: e.bytes, Fetched: e.fetched, SHA256: e.sum.String(), Attempts: e.attempts, Finished: e.finished}
}

// apply takes in one line of the journal. Types that a newer hikgrab invented
// without raising the version are ignored.
func (x *index) apply(r record, line int) {
	id := fileID{r.ID, r.Format}
	switch r.Type {
	case headerRecord:
	case placingRecord:
		x.placing[id] = r
	case doneRecord:
		if old, ok := x.done[id]; ok && x.owners[old.path] == id {
			delete(x.owners, old.path)
		}
		x.done[id] = entry{
			path: r.Path, bytes: r.Bytes, fetched: cmp.Or(r.Fetched, r.Bytes), sum: r.SHA256,
			attempts: r.Attempts, finished: r.At, line: line,
		}
		x.owners[r.Path] = id
		delete(x.placing, id)
		delete(x.kept, r.ID)
		delete(x.attempts, r.ID)
		delete(x.damaged, r.ID)
	case damagedRecord:
		x.damaged[r.ID] = damage{sum: r.SHA256, count: r.Attempts}
	case staysRecord:
		x.stays[r.ID] = true
	case keptRecord:
		x.keep(r.ID, r.Bytes)
	case tryRecord:
		x.attempts[r.ID] = Attempt{Count: r.Attempts, Next: r.At, Failure: r.Failure}
		if r.Attempts == 0 { // the operator gave it a new start
			delete(x.attempts, r.ID)
		}
	case cameraRecord:
		x.cameras[CameraKey{Recorder: r.Recorder, Track: r.Track}] = r.State
	}
}

func (x *index) keep(id recordingID, bytes int64) {
	if bytes == 0 {
		delete(x.kept, id)
		return
	}
	x.kept[id] = bytes
}

// size is the number of lines that a journal without superseded ones has.
func (x *index) size() int {
	return 1 + len(x.done) + len(x.placing) + len(x.kept) + len(x.attempts) + len(x.damaged) + len(x.stays) + len(x.cameras)
}

// rest returns the records that hold everything but the finished files.
func (x *index) rest() []record {
	all := make([]record, 0, x.size()-len(x.done))
	for _, r := range x.placing {
		all = append(all, r)
	}
	for id, bytes := range x.kept {
		all = append(all, record{Type: keptRecord, ID: id, Bytes: bytes})
	}
	for id, t := range x.attempts {
		all = append(all, tryOf(id, t))
	}
	for id, d := range x.damaged {
		all = append(all, damagedOf(id, d))
	}
	for id := range x.stays {
		all = append(all, record{Type: staysRecord, ID: id})
	}
	for c, state := range x.cameras {
		all = append(all, cameraOf(c, state))
	}
	return all
}

func tryOf(id recordingID, t Attempt) record {
	return record{Type: tryRecord, ID: id, Attempts: t.Count, At: t.Next, Failure: t.Failure}
}

func damagedOf(id recordingID, d damage) record {
	return record{Type: damagedRecord, ID: id, Attempts: d.count, SHA256: d.sum}
}

func cameraOf(c CameraKey, state string) record {
	return record{Type: cameraRecord, Recorder: c.Recorder, Track: c.Track, State: state}
}
