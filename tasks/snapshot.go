package tasks

import (
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// Snapshot is everything a screen shows, copied at one moment. Reuse one value
// for all calls of Queue.Snapshot: its slices are recycled.
type Snapshot struct {
	At      time.Time
	Elapsed time.Duration

	Recorders []RecorderView // in the order of the sheet
	Cameras   []CameraView   // grouped by recorder, in a stable order
	Counts    Counts         // of cameras; always adds up to len(Cameras)

	Bytes      int64         // on disk, complete or in part, of what is asked for
	Total      int64         // known so far
	TotalKnown bool          // false while searches may still find more
	Needed     int64         // bytes still to come, as far as known
	Fetched    int64         // bytes over the network in this run
	Rate       float64       // bytes per second, over the last 10 s
	ETA        time.Duration // until the slowest recorder has finished; 0 if unknown
	Slowest    RecorderID    // that recorder; 0 if unknown
	Rates      []float64     // bytes per second, one sample a second, newest last, at most 120
	Peak       float64       // the highest rate so far, bytes per second
	Files      int           // recordings complete on disk
	Recordings int           // recordings known

	Jobs        int       // maximum downloads at once
	PerRecorder int       // maximum downloads at once from one recorder; AutoPerRecorder: found for each
	Active      int       // active downloads
	Limit       int64     // bytes per second for everything; 0 is no limit
	LimitUntil  time.Time // when the timetable changes it; zero if it never does
	AllPaused   bool      // the operator paused everything
	Disk        Disk
	Finished    bool // every camera has ended: nothing more will happen by itself

	Machines []MachineView // that share the work, the coordinator's own first; empty if there is only one
}

// MachineView is one of several machines that share the work.
type MachineView struct {
	ID        string // for the calls that concern one machine
	Name      string
	Networks  []string      // whose recorders it can reach
	Version   string        // of its hikgrab
	Recorders int           // that it holds
	Active    int           // active downloads
	Jobs      int           // maximum downloads at once
	Rate      float64       // bytes per second
	Files     int           // finished in this run
	Free      int64         // bytes on its disk; -1 if unknown
	Held      string        // why nothing is written there, for a person; empty if all is well
	Silent    time.Duration // how long it has not been heard; 0 if it is heard
	Paused    bool          // by the operator: it gets nothing new
	Left      bool          // it has gone, or may no longer take part
}

// Short returns how many bytes more are needed than are free on the volume,
// once the searches know; 0 if everything fits or that is unknown.
func (s *Snapshot) Short() int64 {
	if !s.TotalKnown || s.Disk.Free < 0 || s.Finished {
		return 0
	}
	return max(0, s.Needed-s.Disk.Free)
}

// Of returns the cameras of a recorder of s.
func (s *Snapshot) Of(r *RecorderView) []CameraView { return s.Cameras[r.First : r.First+r.Count] }

// Last returns the recorder that ends last, or nil if unknown.
func (s *Snapshot) Last() *RecorderView {
	for i := range s.Recorders {
		if r := &s.Recorders[i]; r.ID == s.Slowest {
			return r
		}
	}
	return nil
}

// Troubles returns the cameras that failed or are incomplete.
func (s *Snapshot) Troubles() (ids []CameraID) {
	for _, c := range s.Cameras {
		if c.State == Failed || c.State == Incomplete {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// Collected counts the files being collected from other machines.
type Collected struct {
	Groups      int // of Snapshot.Recorders
	Rows, Done  int // of Snapshot.Cameras, including cameras that derived files are made of
	Files, Here int
}

// Collected counts the files being collected from other machines.
func (s *Snapshot) Collected() (h Collected) {
	for i := range s.Recorders {
		r := &s.Recorders[i]
		if !r.Collected {
			continue
		}
		h.Groups++
		h.Rows += r.Count
		h.Done += r.Counts[Done]
		for _, c := range s.Of(r) {
			h.Files += c.Recordings
			h.Here += c.Files
		}
	}
	return h
}

// Counts is the number of cameras in each state.
type Counts [numStates]int

// Open returns how many cameras have not ended.
func (c Counts) Open() (n int) {
	for s, count := range c {
		if !State(s).Ended() {
			n += count
		}
	}
	return n
}

// Disk is the volume of the output directory.
type Disk struct {
	Dir  string // as the operator named it
	Free int64  // bytes; -1 if unknown
	Held string // why nothing is written now, for a person; empty if all is well
}

// RecorderView is one recorder of a snapshot.
type RecorderView struct {
	ID       RecorderID
	Address  string     // in the form of nvr.Address.String
	Name     string     // from the sheet; may be empty
	Source   string     // the row that names it: "tasks.xlsx Sheet1!A7"
	Device   nvr.Device // zero until signed in
	SignedIn bool

	First, Count int // its cameras are Snapshot.Cameras[First : First+Count]
	Counts       Counts
	State        State // of the group as a whole
	Bytes, Total int64
	TotalKnown   bool
	Rate         float64
	ETA          time.Duration // until everything of it has come, waits included; 0 if unknown
	Active       int           // active downloads
	Limit        int           // downloads at once asked of it now
	Full         bool          // more at once are known to bring nothing
	Hold         Hold

	Collected bool          // it is a machine, and its cameras are files collected from it
	Network   string        // network of its address; empty is none
	Machine   string        // that works on it; empty if there is only one machine, or none yet
	Silent    time.Duration // how long that machine has not been heard; 0 if it is heard
}

// Hold says why nothing is asked of a recorder now. The zero Hold is none.
type Hold struct {
	Kind   nvr.Kind   // Auth, Locked, Unreachable or Busy; KindUnknown means not held
	Until  time.Time  // when the next probe is due; zero means when the operator says so
	What   string     // what happened, for a person
	Remedy nvr.Remedy // what helps; empty if nothing does
}

// Held reports whether the recorder is held.
func (h Hold) Held() bool { return h.Kind != nvr.KindUnknown }

// RecorderID identifies a recorder for the whole run; the first has 1.
type RecorderID int

// CameraID identifies a camera for the whole run; the first has 1.
type CameraID int

// CameraView is one camera of a snapshot: one line on the screen.
type CameraView struct {
	ID       CameraID
	Recorder RecorderID
	Channel  int // 0 for "all cameras" of a recorder that has not answered yet
	Stream   nvr.Stream
	Track    nvr.Track
	Name     string // the recorder's name for the camera, cleaned; may be empty
	Offline  bool

	State             State
	Bytes, Total      int64
	TotalKnown        bool
	Rate              float64
	ETA               time.Duration
	Files, Recordings int
	Partial           bool          // a search was not finished: there are at least Recordings
	Reason            string        // if Empty: the most likely reason, for a person
	Active            int           // recordings being downloaded
	Attempt           int           // the highest attempt active or waited for; 0 before the first
	Attempts          int           // allowed per recording
	Next              time.Time     // if Retrying: the next try
	Deriving          string        // what is being made of the recordings: "joining" or "stills"; empty if nothing
	DerivingDone      float64       // how much of that is done, 0 to 1
	Took              time.Duration // if ended: from the first request to the end
	Failure           Failure       // the latest; zero if none
}

// Label names the camera in a message: "ch02", "ch02 sub", or "all cameras".
func (c CameraView) Label() string { return cameraLabel(c.Channel, c.Stream) }

// Failure is what went wrong, for a program and for a person.
type Failure struct {
	Kind   string     // a word of nvr.Kind or archive.Kind, or "panic"
	What   string     // what happened
	Remedy nvr.Remedy // what helps; empty if nothing does
	At     time.Time
}

// CameraDetail is one camera with all its recordings.
type CameraDetail struct {
	CameraView
	Periods    []Span
	Recordings []RecordingView
	Growing    []Span    // recordings left out because the recorder still writes them
	Rates      []float64 // bytes per second, one sample a second, newest last
	Events     []Event   // its latest, oldest first
}

// Span is a stretch of the recorder's wall clock.
type Span = archive.Span

// RecordingState is the state of one recording.
type RecordingState int

// The states of a recording.
const (
	RecordingWaiting RecordingState = iota
	RecordingActive
	RecordingRetrying
	RecordingDone
	RecordingFailed
)

// RecordingView is one recording of a camera.
type RecordingView struct {
	Start, End time.Time // the recorder's wall clock
	State      RecordingState
	Bytes      int64 // so far
	Size       int64 // announced; 0 if unknown
	Next       time.Time
	Path       string // under the output directory; set when done
	Failure    Failure
}

// EventType is the type of an event. The JSON output guarantees the words to
// its readers.
type EventType string

// The types of event.
const (
	EventRecorder EventType = "recorder" // signed in, or held, or released
	EventCamera   EventType = "camera"   // changed its state
	EventFile     EventType = "file"     // a recording is complete on disk
	EventMade     EventType = "made"     // a file was made from recordings on disk
	EventRetry    EventType = "retry"    // an attempt failed, the next has a time
	EventNotice   EventType = "notice"   // worth knowing
	EventError    EventType = "error"    // something failed for good
	EventMachine  EventType = "machine"  // a machine joined, fell silent, came back, left or was refused
)

// Event is one thing that happened, ready for an events pane, a line of plain
// output or a line of JSON.
type Event struct {
	Seq        uint64
	Time       time.Time
	Type       EventType
	Recorder   RecorderID
	Address    string
	Camera     CameraID // -1 if it concerns no camera
	Channel    int
	Track      nvr.Track
	CameraName string
	State      State
	Failure    Failure // set for retry and error, and for a held recorder
	Attempt    int
	Next       time.Time // of a retry, or of the probe of a held recorder
	Path       string    // of a file, under the output directory
	Bytes      int64
	Took       time.Duration
	Machine    string     // that it concerns or comes from; empty if there is only one machine
	Message    string     // what happened, in words, without recorder, camera and time
	Remedy     nvr.Remedy // what helps: the failure's, or that of a notice; may be empty
}

// Bad reports whether the event is an error, for an events pane that shows
// errors only.
func (e Event) Bad() bool { return e.Failure.Kind != "" }
