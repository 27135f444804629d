package archive

import (
	"slices"
	"time"

	"example.com/hikgrab/nvr"
)

// Attempt is what the journal remembers of an unfinished recording.
type Attempt struct {
	Count   int       // tries so far
	Next    time.Time // when the next try was due
	Failure string    // the kind of the latest failure
}

// Attempts returns what the journal remembers of an unfinished recording.
func (a *Archive) Attempts(it Item) Attempt {
	r := a.latestOf(record{Type: tryRecord, ID: identify(it)})
	return Attempt{Count: r.Attempts, Next: r.At, Failure: r.Failure}
}

// NoteAttempt remembers a failed try of a recording, for this run and the next;
// a Count of 0 forgets it. It survives a crash of hikgrab, but does not wait
// for the disk: a power cut costs at most one extra try.
func (a *Archive) NoteAttempt(it Item, t Attempt) error {
	return a.note(record{Type: tryRecord, ID: identify(it), Attempts: t.Count, At: t.Next, Failure: field(t.Failure)})
}

// CameraKey identifies a camera from run to run.
type CameraKey struct {
	Recorder string    // nvr.Address.String
	Track    nvr.Track // 0 stands for the recorder as a whole
}

// Outcome is how a camera ended last time.
type Outcome struct {
	State   string    `json:"state"`             // the state's word; "" if it never ended
	Failure string    `json:"failure,omitempty"` // the kind of failure
	What    string    `json:"what,omitempty"`    // the same as a sentence
	Remedy  string    `json:"remedy,omitempty"`  // what helps, as an nvr.Remedy
	Label   string    `json:"name,omitempty"`    // the operator's name for the recorder
	Camera  string    `json:"camera,omitempty"`  // the recorder's name for the camera
	From    time.Time `json:"from,omitzero"`     // the period asked, on the recorder's clock; zero ends are open
	To      time.Time `json:"to,omitzero"`
	At      time.Time `json:"at,omitzero"`     // when it ended
	Files   int       `json:"files,omitempty"` // of the period on disk
	Bytes   int64     `json:"bytes,omitempty"` // of them
}

// NoteCamera remembers how a camera ended. It survives what NoteAttempt survives.
func (a *Archive) NoteCamera(c CameraKey, o Outcome) error {
	for _, text := range []*string{&o.State, &o.Failure, &o.What, &o.Remedy, &o.Label, &o.Camera} {
		*text = field(*text)
	}
	return a.note(record{Type: cameraRecord, Recorder: field(c.Recorder), Track: c.Track, Outcome: o})
}

// CameraOutcome returns how a camera ended last time.
func (a *Archive) CameraOutcome(c CameraKey) Outcome {
	return a.latestOf(record{Type: cameraRecord, Recorder: field(c.Recorder), Track: c.Track}).Outcome
}

// CameraOutcomes returns the outcome of every camera that ever ended.
func (a *Archive) CameraOutcomes() map[CameraKey]Outcome {
	all := map[CameraKey]Outcome{}
	for _, r := range a.allOf(cameraRecord) {
		all[CameraKey{r.Recorder, r.Track}] = r.Outcome
	}
	return all
}

// NoteFacts remembers what was learned of a recorder, for the next run. It
// survives what NoteAttempt survives.
func (a *Archive) NoteFacts(recorder string, f nvr.Facts) error {
	return a.note(record{Type: factsRecord, Recorder: field(recorder), Facts: f})
}

// Facts returns what is remembered of a recorder.
func (a *Archive) Facts(recorder string) nvr.Facts {
	return a.latestOf(record{Type: factsRecord, Recorder: field(recorder)}).Facts
}

// Run is a past run of hikgrab.
type Run struct {
	Begun    time.Time     `json:"begun,omitzero"`
	Took     time.Duration `json:"took,omitempty"`
	Period   string        `json:"period,omitempty"` // asked, in words
	Cameras  int           `json:"cameras,omitempty"`
	Files    int           `json:"files,omitempty"` // of those cameras on disk
	Bytes    int64         `json:"bytes,omitempty"` // over the network
	ExitCode int           `json:"exit_code,omitempty"`
}

// NoteRun remembers a run that ended.
func (a *Archive) NoteRun(r Run) error {
	r.Period = field(r.Period)
	return a.note(record{Type: runRecord, Run: r})
}

// Runs returns the remembered runs, the latest first.
func (a *Archive) Runs() []Run {
	var all []Run
	for _, r := range a.allOf(runRecord) {
		all = append(all, r.Run)
	}
	slices.SortFunc(all, func(r, s Run) int { return s.Begun.Compare(r.Begun) })
	return all
}

// allOf returns the latest record about each subject of a type.
func (a *Archive) allOf(t recordType) []record {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []record
	for s, r := range a.index.latest {
		if s.about == t {
			all = append(all, r)
		}
	}
	return all
}

// latestOf returns the latest record with the subject of r, or an empty one.
func (a *Archive) latestOf(r record) record {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.index.latest[r.subject()]
}

// Lent says whether a machine may work for long without being heard, because
// nobody else could take over from it. Whoever loses the leases must allow for
// that.
type Lent struct {
	By       string   `json:"by"`      // the machine's key
	Machine  string   `json:"machine"` // its name
	Networks []string `json:"networks,omitempty"`
	Long     bool     `json:"long,omitempty"`
}

// NoteLent remembers l; it returns once that survives a power cut.
func (a *Archive) NoteLent(l Lent) error {
	l.Machine = field(l.Machine)
	return a.noteOnDisk(record{Type: lentRecord, Lent: l})
}

// Lent returns the machines that may work for long without being heard.
func (a *Archive) Lent() (long []Lent) {
	for _, r := range a.allOf(lentRecord) {
		if r.Lent.Long {
			long = append(long, r.Lent)
		}
	}
	return long
}
