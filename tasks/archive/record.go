package archive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive/disk"
)

// recordType is the type of a line of the journal.
type recordType string

const (
	headerRecord   recordType = "journal"  // the first line: the version
	placingRecord  recordType = "placing"  // a checked file is about to get its final name
	doneRecord     recordType = "done"     // it has the name, and both survive a power cut
	goneRecord     recordType = "gone"     // a derived file was withdrawn
	keptRecord     recordType = "kept"     // that many bytes of a part survive a power cut
	tryRecord      recordType = "try"      // an attempt failed
	damagedRecord  recordType = "damaged"  // what came was damaged, and was dropped
	staysRecord    recordType = "stays"    // it cannot be made into an MP4: only the raw file exists
	uncutRecord    recordType = "uncut"    // nothing of it lies in the wanted clip: only the whole file exists
	cameraRecord   recordType = "camera"   // a camera ended
	coverageRecord recordType = "coverage" // what was asked of a camera, and what of it is missing
	besideRecord   recordType = "beside"   // a file beside the manifest was written
	habitRecord    recordType = "habit"    // how many recordings of a recorder came with the same problem twice
	factsRecord    recordType = "facts"    // what was learned of a recorder
	runRecord      recordType = "run"      // a run ended

	elsewhereRecord recordType = "elsewhere" // another machine has a file
	toldRecord      recordType = "told"      // a catalogue has a file of this archive
	catalogueRecord recordType = "catalogue" // the name of the catalogue that this archive keeps
	lentRecord      recordType = "lent"      // a machine may work for long without being heard
)

// journalVersion is raised when an older hikgrab would misunderstand what a
// newer one writes. Record types that it can ignore need no new version.
const journalVersion = 3 // 1 had no clips, 2 no derived files

// record is one line of the journal. Its type decides which fields are set.
type record struct {
	Type    recordType `json:"t"`
	Version int        `json:"version,omitzero"`

	ID       recordingID `json:"id,omitzero"`
	Form     form        `json:"format,omitzero"`
	Clip     clip        `json:"clip,omitzero"` // what was wanted of the recording; Start and End are what it became
	Path     string      `json:"path,omitzero"`
	Bytes    int64       `json:"bytes,omitzero"`
	SHA256   disk.Sum    `json:"sha256,omitzero"`
	Fetched  int64       `json:"fetched,omitzero"` // bytes as the recorder sent them, if not Bytes
	Attempts int         `json:"attempts,omitzero"`
	At       time.Time   `json:"at,omitzero"` // finished, or the next try
	Failure  string      `json:"failure,omitzero"`
	Problem  string      `json:"problem,omitzero"`
	Notes    []string    `json:"notes,omitempty"`

	// The rest of a finished file's manifest line.
	Recorder string    `json:"recorder,omitzero"`
	Label    string    `json:"name,omitzero"`
	Camera   string    `json:"camera,omitzero"`
	Kind     string    `json:"kind,omitzero"` // what it was recorded for, as nvr.Recording.Kind
	Track    nvr.Track `json:"track,omitzero"`
	Start    string    `json:"start,omitzero"` // wallLayout
	End      string    `json:"end,omitzero"`
	Codec    string    `json:"codec,omitzero"`
	Width    int       `json:"width,omitzero"`
	Height   int       `json:"height,omitzero"`
	FPS      float64   `json:"fps,omitzero"`
	Frames   int       `json:"frames,omitzero"`
	Seconds  float64   `json:"seconds,omitzero"`
	Begins   string    `json:"begins,omitzero"` // beginsLayout
	Clock    Clock     `json:"clock,omitzero"`

	// About cameras, recorders and runs.
	Outcome  Outcome   `json:"outcome,omitzero"`
	Facts    nvr.Facts `json:"facts,omitzero"`
	Run      Run       `json:"run,omitzero"`
	Coverage Coverage  `json:"coverage,omitzero"`

	// About files of several machines.
	Network   string `json:"network,omitzero"`   // of the recorder
	Machine   string `json:"machine,omitzero"`   // that has the file; with done, that it came from
	By        string `json:"by,omitzero"`        // the machine's key
	Stays     bool   `json:"stays,omitzero"`     // the file elsewhere cannot be made into an MP4
	Catalogue string `json:"catalogue,omitzero"` // that has the file
	Lent      Lent   `json:"lent,omitzero"`

	// About a derived file.
	Tree   Tree   `json:"tree,omitzero"`
	Origin Origin `json:"origin,omitzero"`
}

// fileID returns the file that a placing, done or gone record is about.
func (r *record) fileID() fileID { return fileID{r.ID, r.Form, r.Clip} }

// notesLimit limits the notes of one line of the journal.
const notesLimit = 8

// remark adds notes for the manifest, as many as a line can hold.
func (r *record) remark(notes ...string) {
	for _, note := range notes {
		if note = field(note); note != "" && len(r.Notes) < notesLimit && !slices.Contains(r.Notes, note) {
			r.Notes = append(r.Notes, note)
		}
	}
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// crcWidth is the length of the checksum before each line: eight hex digits and
// a space.
const crcWidth = 9

// line encodes a record for the journal, line break included.
func (r record) line() ([]byte, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%08x %s\n", crc32.Checksum(text, castagnoli), text), nil
}

// parseLine decodes a line without its line break. It returns false for every
// line that was not written whole.
func parseLine(line []byte) (record, bool) {
	var r record
	if len(line) <= crcWidth || line[crcWidth-1] != ' ' {
		return r, false
	}
	want, err := strconv.ParseUint(string(line[:crcWidth-1]), 16, 32)
	text := line[crcWidth:]
	if err != nil || crc32.Checksum(text, castagnoli) != uint32(want) {
		return r, false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	return r, d.Decode(&r) == nil
}

// itemRecord starts the journal's record of a finished item: that of the raw
// file.
func itemRecord(it Item) record {
	return record{
		Type: doneRecord, ID: identify(it), Clock: it.Clock,
		Recorder: field(it.Recorder), Label: field(it.Label), Camera: field(it.Camera), Kind: field(it.Recording.Kind),
		Track: it.Recording.Track, Start: it.Recording.Start.Format(wallLayout), End: it.Recording.End.Format(wallLayout),
		Codec: field(it.Recording.Codec), Network: field(it.Network),
	}
}
