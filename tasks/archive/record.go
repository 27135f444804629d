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

// recordType says what a line of the journal tells.
type recordType string

const (
	headerRecord   recordType = "journal"  // the first line: the version
	placingRecord  recordType = "placing"  // a checked file is about to get its final name
	doneRecord     recordType = "done"     // it has the name, and both survive a power cut
	goneRecord     recordType = "gone"     // a derived file was withdrawn
	keptRecord     recordType = "kept"     // so many bytes of a part survive a power cut
	tryRecord      recordType = "try"      // an attempt failed
	damagedRecord  recordType = "damaged"  // what came was damaged, and was dropped
	staysRecord    recordType = "stays"    // it cannot be made into an MP4: the raw file is what there is
	uncutRecord    recordType = "uncut"    // nothing of it lies in the clip that was wanted: the whole file is what there is
	cameraRecord   recordType = "camera"   // a camera ended
	coverageRecord recordType = "coverage" // what was asked of a camera, and what of it is missing
	besideRecord   recordType = "beside"   // a file beside the manifest was written
	habitRecord    recordType = "habit"    // so many recordings of a recorder came with the same problem twice
	factsRecord    recordType = "facts"    // what was learned of a recorder
	runRecord      recordType = "run"      // a run ended

	elsewhereRecord recordType = "elsewhere" // another machine has a file
	toldRecord      recordType = "told"      // a catalogue has a file of this archive
	catalogueRecord recordType = "catalogue" // the name of the catalogue that this archive keeps
	lentRecord      recordType = "lent"      // a machine may work for long without being heard
)

// journalVersion is raised when an older hikgrab would misunderstand what a
// newer one writes. Record types that it can ignore need no new version.
const journalVersion = 3 // 1 knew no clips, 2 no derived files

// record is one line of the journal. Which fields are set depends on the type.
type record struct {
	Type    recordType `json:"t"`
	Version int        `json:"version,omitzero"`

	ID       recordingID `json:"id,omitzero"`
	Form     form        `json:"format,omitzero"`
	Clip     clip        `json:"clip,omitzero"` // what was wanted of the recording; Start and End are what it became
	Path     string      `json:"path,omitzero"`
	Bytes    int64       `json:"bytes,omitzero"`
	SHA256   disk.Sum    `json:"sha256,omitzero"`
	Fetched  int64       `json:"fetched,omitzero"` // bytes as the recorder sent them, when it is not Bytes
	Attempts int         `json:"attempts,omitzero"`
	At       time.Time   `json:"at,omitzero"` // finished, or the next try
	Failure  string      `json:"failure,omitzero"`
	Problem  string      `json:"problem,omitzero"`
	Notes    []string    `json:"notes,omitempty"`

	// What the manifest says of a finished file beside the above.
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

	// Of cameras, recorders and runs.
	Outcome  Outcome   `json:"outcome,omitzero"`
	Facts    nvr.Facts `json:"facts,omitzero"`
	Run      Run       `json:"run,omitzero"`
	Coverage Coverage  `json:"coverage,omitzero"`

	// Of files of several machines.
	Network   string `json:"network,omitzero"`   // of the recorder
	Machine   string `json:"machine,omitzero"`   // that has the file; of one that is done, that it was brought from
	By        string `json:"by,omitzero"`        // the machine's key
	Stays     bool   `json:"stays,omitzero"`     // no MP4 can be made of what is elsewhere
	Catalogue string `json:"catalogue,omitzero"` // that was told
	Lent      Lent   `json:"lent,omitzero"`

	// Of a derived file.
	Tree   Tree   `json:"tree,omitzero"`
	Origin Origin `json:"origin,omitzero"`
}

// fileID is the file that a placing, done or gone record is about.
func (r *record) fileID() fileID { return fileID{r.ID, r.Form, r.Clip} }

// notesLimit bounds what one line of the journal can become.
const notesLimit = 8

// remark adds notes for the manifest, up to what a line may hold.
func (r *record) remark(notes ...string) {
	for _, note := range notes {
		if note = field(note); note != "" && len(r.Notes) < notesLimit && !slices.Contains(r.Notes, note) {
			r.Notes = append(r.Notes, note)
		}
	}
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// crcWidth is the length of the checksum in front of each line: eight hex
// digits and a space.
const crcWidth = 9

// line encodes a record as the journal holds it, line break included.
func (r record) line() ([]byte, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%08x %s\n", crc32.Checksum(text, castagnoli), text), nil
}

// parseLine decodes a line without its line break. It reports false for every
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

// itemRecord starts what the journal says of an item that is done; what it speaks
// of is the raw file.
func itemRecord(it Item) record {
	return record{
		Type: doneRecord, ID: identify(it), Clock: it.Clock,
		Recorder: field(it.Recorder), Label: field(it.Label), Camera: field(it.Camera), Kind: field(it.Recording.Kind),
		Track: it.Recording.Track, Start: it.Recording.Start.Format(wallLayout), End: it.Recording.End.Format(wallLayout),
		Codec: field(it.Recording.Codec), Network: field(it.Network),
	}
}
