package archive

import (
	"cmp"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive/disk"
)

// fileID identifies a finished file from run to run: a recording's raw bytes,
// the MP4 made from them, or a clip of that. A derived file has its own
// identity in place of a recording's.
type fileID struct {
	recording recordingID
	form      form
	clip      clip // what was wanted of it; only an MP4 can be cut
}

func sentOf(id recordingID) fileID  { return fileID{recording: id, form: asSent} }
func movieOf(id recordingID) fileID { return fileID{recording: id, form: asMovie} }

// index is the journal in memory. It is small on purpose: what only the
// manifest needs stays on disk.
type index struct {
	version  int // of the journal
	done     map[fileID]entry
	derived  map[fileID]record      // those of done that are derived
	requests map[request][]fileID   // of derived files
	owners   map[string]fileID      // those of done, by path
	placing  map[fileID]record      // announced, but not known to be done
	claims   map[string]fileID      // names about to be given
	clips    map[recordingID][]clip // finished, the shortest first
	kept     map[recordingID]int64
	stays    map[recordingID]bool // it cannot be made into an MP4
	uncut    map[fileID]bool      // empty clips: the whole serves them
	latest   map[subject]record   // the other types: for each subject the latest record counts

	elsewhere map[site]map[recordingID][]Remote // what other machines have
	order     map[site][]recordingID            // in which they were reported
	distants  []record                          // the same in full, in that order
}

// request is what derived files were made for.
type request struct {
	tree Tree
	name string
}

// subject is what a record is about, if only the latest counts.
type subject struct {
	about    recordType
	id       recordingID
	recorder string
	track    nvr.Track
	name     string // a file's path, or a kind of problem
	begun    int64  // of a run
}

func (r *record) subject() subject {
	s := subject{about: r.Type, id: r.ID, recorder: r.Recorder, track: r.Track, name: cmp.Or(r.Path, r.Problem, r.Lent.By)}
	if r.Type == runRecord {
		s.begun = r.Run.Begun.UnixNano()
	}
	return s
}

// entry is a finished file.
type entry struct {
	path     string
	bytes    int64
	fetched  int64
	sum      disk.Sum
	attempts int
	finished time.Time
	begins   int64 // of the first picture, as wallMilli; 0 if there is none
	covers   *Span // of a clip
	brought  bool  // from another machine
}

func newIndex() *index {
	return &index{
		done: map[fileID]entry{}, derived: map[fileID]record{}, requests: map[request][]fileID{}, owners: map[string]fileID{},
		placing: map[fileID]record{}, claims: map[string]fileID{}, clips: map[recordingID][]clip{}, kept: map[recordingID]int64{},
		stays: map[recordingID]bool{}, uncut: map[fileID]bool{}, latest: map[subject]record{},
		elsewhere: map[site]map[recordingID][]Remote{}, order: map[site][]recordingID{},
	}
}

func (e entry) file() File {
	return File{Path: e.path, Bytes: e.bytes, Fetched: e.fetched, SHA256: e.sum.String(), Attempts: e.attempts, Finished: e.finished}
}

// is reports whether r is the "done" record of the entry.
func (e entry) is(r *record) bool {
	return e.path == r.Path && e.sum == r.SHA256 && e.attempts == r.Attempts && e.finished.Equal(r.At)
}

// apply applies one line of the journal. Types that a newer hikgrab added
// without raising the version are kept as they are.
func (x *index) apply(r record) {
	id := r.fileID()
	switch r.Type {
	case headerRecord:
		x.version = max(x.version, r.Version)
	case placingRecord:
		x.placing[id] = r
	case doneRecord:
		x.finish(r)
	case goneRecord:
		x.forget(id)
	case staysRecord:
		x.stays[r.ID] = true
	case uncutRecord:
		x.uncut[fileID{r.ID, asMovie, r.Clip}] = true
	case keptRecord:
		if x.kept[r.ID] = r.Bytes; r.Bytes == 0 {
			delete(x.kept, r.ID)
		}
	case tryRecord:
		x.latest[r.subject()] = r
		if r.Attempts == 0 { // the operator restarted it
			delete(x.latest, r.subject())
		}
	case elsewhereRecord:
		if x.believe(site{r.Network, r.Recorder}, remoteOf(r)) {
			x.distants = append(x.distants, r)
		}
	case damagedRecord, cameraRecord, coverageRecord, besideRecord, habitRecord, factsRecord, runRecord, toldRecord, catalogueRecord, lentRecord:
		x.latest[r.subject()] = r
	default:
	}
}

// finish adds a file that has its final name. It replaces whatever had that
// name before.
func (x *index) finish(r record) {
	id := r.fileID()
	if old, ok := x.owners[r.Path]; ok && old != id {
		x.forget(old)
	}
	x.forget(id)
	x.done[id], x.owners[r.Path] = entryOf(&r), id
	if r.Tree != "" {
		w := request{r.Tree, r.Origin.Request}
		x.derived[id], x.requests[w] = r, append(x.requests[w], id)
	}
	if r.Clip != (clip{}) {
		x.clips[r.ID] = append(x.clips[r.ID], r.Clip)
		slices.SortFunc(x.clips[r.ID], func(c, d clip) int { return cmp.Or(cmp.Compare(c.to-c.from, d.to-d.from), cmp.Compare(c.from, d.from)) })
	}
	delete(x.placing, id)
	delete(x.kept, r.ID)
	delete(x.latest, subject{about: tryRecord, id: r.ID})
	delete(x.latest, subject{about: damagedRecord, id: r.ID})
}

// forget removes a file that no longer exists.
func (x *index) forget(id fileID) {
	old, ok := x.done[id]
	if !ok {
		return
	}
	if x.owners[old.path] == id {
		delete(x.owners, old.path)
	}
	if r, ok := x.derived[id]; ok {
		w := request{r.Tree, r.Origin.Request}
		if x.requests[w] = slices.DeleteFunc(x.requests[w], func(other fileID) bool { return other == id }); len(x.requests[w]) == 0 {
			delete(x.requests, w)
		}
		delete(x.derived, id)
	}
	x.clips[id.recording] = slices.DeleteFunc(x.clips[id.recording], func(c clip) bool { return c == id.clip })
	if len(x.clips[id.recording]) == 0 {
		delete(x.clips, id.recording)
	}
	delete(x.done, id)
}

func entryOf(r *record) entry {
	e := entry{
		path: r.Path, bytes: r.Bytes, fetched: r.Fetched, sum: r.SHA256, attempts: r.Attempts, finished: r.At, brought: r.Machine != "",
	}
	if r.Form == asSent {
		e.fetched = r.Bytes
	}
	if begins := readWall(r.Begins); !begins.IsZero() {
		e.begins = wallMilli(begins)
	}
	if r.Clip != (clip{}) {
		e.covers = &Span{From: readWall(r.Start), To: readWall(r.End)}
	}
	return e
}

// movies returns the MP4s that serve a request for the clip, the best first.
func (x *index) movies(id recordingID, c clip) []fileID {
	all := []fileID{{id, asMovie, c}}
	for _, other := range x.clips[id] {
		if other != c && other.contains(c) {
			all = append(all, fileID{id, asMovie, other})
		}
	}
	if x.uncut[all[0]] {
		all = append(all, movieOf(id))
	}
	return all
}

// size returns the number of lines of a journal without superseded ones.
func (x *index) size() int {
	return 1 + len(x.done) + len(x.placing) + len(x.kept) + len(x.stays) + len(x.uncut) + len(x.latest) + len(x.distants)
}

// rest returns the records of everything but the finished files.
func (x *index) rest() []record {
	all := make([]record, 0, x.size()-len(x.done))
	for _, r := range x.placing {
		all = append(all, r)
	}
	for id, bytes := range x.kept {
		all = append(all, record{Type: keptRecord, ID: id, Bytes: bytes})
	}
	for id := range x.stays {
		all = append(all, record{Type: staysRecord, ID: id})
	}
	for id := range x.uncut {
		all = append(all, uncutOf(id))
	}
	for _, r := range x.latest {
		all = append(all, r)
	}
	return append(all, x.distants...)
}

func uncutOf(id fileID) record {
	return record{Type: uncutRecord, ID: id.recording, Form: id.form, Clip: id.clip}
}
