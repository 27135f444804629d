package archive

import (
	"cmp"
	"slices"
	"time"

	"example.com/hikgrab/tasks/archive/disk"
)

// fileID names a finished file: of a recording the recorder's own bytes, whose
// format is Raw, or the MP4 that was made of them.
type fileID struct {
	recording recordingID
	format    Format
	clip      clip // what was wanted of it; only an MP4 can be cut
}

func rawOf(id recordingID) fileID   { return fileID{recording: id, format: Raw} }
func movieOf(id recordingID) fileID { return fileID{recording: id, format: MP4} }

// index is what the journal says, in memory. It is small on purpose: what only
// the manifest needs stays on disk.
type index struct {
	version  int // of the journal
	done     map[fileID]entry
	placing  map[fileID]record // announced, but not known to be done
	owners   map[string]fileID // by path
	kept     map[recordingID]int64
	attempts map[recordingID]Attempt
	damaged  map[recordingID]damage // what came damaged
	habits   map[habit]int          // recordings that came the same twice with these problems
	stays    map[recordingID]bool   // no MP4 can be made of it
	clips    map[recordingID][]clip // that are done, the shortest first
	uncut    map[fileID]bool        // clips of which there is nothing: the whole serves them
	cameras  map[CameraKey]string
	beside   map[string]disk.Sum // what hikgrab wrote last beside the manifest, by name
}

// damage remembers downloads that were found damaged.
type damage struct {
	sum   disk.Sum // of the latest
	count int
}

// entry is a finished file.
type entry struct {
	path     string
	bytes    int64
	fetched  int64
	sum      disk.Sum
	attempts int
	finished time.Time
	begins   int64 // of the first picture, as wallMilli; 0 when there is none
	covers   *Span // of a clip
	line     int   // of the journal it was read from; tells the live "done" from superseded ones
}

func newIndex() *index {
	return &index{
		done: map[fileID]entry{}, placing: map[fileID]record{}, owners: map[string]fileID{},
		kept: map[recordingID]int64{}, attempts: map[recordingID]Attempt{}, cameras: map[CameraKey]string{},
		damaged: map[recordingID]damage{}, habits: map[habit]int{}, stays: map[recordingID]bool{},
		clips: map[recordingID][]clip{}, uncut: map[fileID]bool{}, beside: map[string]disk.Sum{},
	}
}

func (e entry) file() File {
	return File{Path: e.path, Bytes: e.bytes, Fetched: e.fetched, SHA256: e.sum.String(), Attempts: e.attempts, Finished: e.finished}
}

// apply takes in one line of the journal. Types that a newer hikgrab invented
// without raising the version are ignored.
func (x *index) apply(r record, line int) {
	id := r.fileID()
	switch r.Type {
	case headerRecord:
		x.version = max(x.version, r.Version)
	case placingRecord:
		x.placing[id] = r
	case doneRecord:
		if old, ok := x.done[id]; ok && x.owners[old.path] == id {
			delete(x.owners, old.path)
		}
		x.done[id] = entryOf(r, line)
		if r.Clip != (clip{}) && !slices.Contains(x.clips[r.ID], r.Clip) {
			x.clips[r.ID] = append(x.clips[r.ID], r.Clip)
			slices.SortFunc(x.clips[r.ID], clip.compare)
		}
		x.owners[r.Path] = id
		delete(x.placing, id)
		delete(x.kept, r.ID)
		delete(x.attempts, r.ID)
		delete(x.damaged, r.ID)
	case damagedRecord:
		x.damaged[r.ID] = damage{sum: r.SHA256, count: r.Attempts}
	case habitRecord:
		x.habits[habit{r.Recorder, r.Failure}] = r.Attempts
	case staysRecord:
		x.stays[r.ID] = true
	case uncutRecord:
		x.uncut[fileID{r.ID, MP4, r.Clip}] = true
	case keptRecord:
		x.keep(r.ID, r.Bytes)
	case tryRecord:
		x.attempts[r.ID] = Attempt{Count: r.Attempts, Next: r.At, Failure: r.Failure}
		if r.Attempts == 0 { // the operator gave it a new start
			delete(x.attempts, r.ID)
		}
	case cameraRecord:
		x.cameras[CameraKey{Recorder: r.Recorder, Track: r.Track}] = r.State
	case besideRecord:
		x.beside[r.Path] = r.SHA256
	}
}

func entryOf(r record, line int) entry {
	e := entry{
		path: r.Path, bytes: r.Bytes, fetched: cmp.Or(r.Fetched, r.Bytes), sum: r.SHA256,
		attempts: r.Attempts, finished: r.At, line: line,
	}
	if begins := readWall(r.begins()); !begins.IsZero() {
		e.begins = wallMilli(begins)
	}
	if r.Clip != (clip{}) {
		e.covers = &Span{readWall(r.Start), readWall(r.End)}
	}
	return e
}

// movies returns the MP4s that serve a wish for the clip, the best first.
func (x *index) movies(id recordingID, c clip) []fileID {
	all := []fileID{{id, MP4, c}}
	for _, other := range x.clips[id] {
		if other != c && other.contains(c) {
			all = append(all, fileID{id, MP4, other})
		}
	}
	if x.uncut[all[0]] {
		all = append(all, movieOf(id))
	}
	return all
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
	return 1 + len(x.done) + len(x.placing) + len(x.kept) + len(x.attempts) + len(x.damaged) + len(x.habits) + len(x.stays) + len(x.uncut) +
		len(x.cameras) + len(x.beside)
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
	for h, n := range x.habits {
		all = append(all, habitOf(h, n))
	}
	for id := range x.stays {
		all = append(all, record{Type: staysRecord, ID: id})
	}
	for id := range x.uncut {
		all = append(all, uncutOf(id))
	}
	for c, state := range x.cameras {
		all = append(all, cameraOf(c, state))
	}
	for name, sum := range x.beside {
		all = append(all, besideOf(name, sum))
	}
	return all
}

func tryOf(id recordingID, t Attempt) record {
	return record{Type: tryRecord, ID: id, Attempts: t.Count, At: t.Next, Failure: t.Failure}
}

func uncutOf(id fileID) record {
	return record{Type: uncutRecord, ID: id.recording, Format: id.format, Clip: id.clip}
}

func damagedOf(id recordingID, d damage) record {
	return record{Type: damagedRecord, ID: id, Attempts: d.count, SHA256: d.sum}
}

func habitOf(h habit, recordings int) record {
	return record{Type: habitRecord, Recorder: h.recorder, Failure: h.kinds, Attempts: recordings}
}

func cameraOf(c CameraKey, state string) record {
	return record{Type: cameraRecord, Recorder: c.Recorder, Track: c.Track, State: state}
}

func besideOf(name string, sum disk.Sum) record {
	return record{Type: besideRecord, Path: name, SHA256: sum}
}
