// Package report shows the combined result of all runs in an archive: as a page
// for a browser, index.html, and as data.
//
// Both come from one value that New reads from the journal, so the page at the
// end of a run and one asked for later agree. The page is one file that loads
// only the archive's own recordings and stills. Its Content-Security-Policy
// blocks everything else, whatever recorders and sheets name their cameras.
//
// It is not for the progress of a run, and it changes nothing that it reports
// on.
package report

import "time"

// PageName is the name of the page, next to the manifest.
const PageName = "index.html"

// Report is the combined result of all runs in an archive. Times without a zone
// are the recorders' wall clock.
type Report struct {
	Type       string         `json:"type"` // "report"
	Time       time.Time      `json:"time"` // when it was made
	Recordings int            `json:"recordings"`
	Bytes      int64          `json:"bytes"`          // of the recordings
	Gone       int            `json:"gone,omitempty"` // recordings in the manifest but no longer in the directory
	Cameras    int            `json:"cameras"`
	Recorded   int            `json:"cameras_with_recordings"`
	States     map[string]int `json:"states"` // cameras in each state
	Lengths
	Recorders []Recorder `json:"recorders"`
	Failures  []Failure  `json:"failures,omitempty"`
	Runs      []Run      `json:"runs,omitempty"` // latest first

	Sheets []string `json:"-"` // result sheets next to the page
}

// Lengths are times in seconds.
type Lengths struct {
	Asked    float64 `json:"asked_seconds"`
	Recorded float64 `json:"recorded_seconds"` // by the recorder, if known
	OnDisk   float64 `json:"on_disk_seconds"`  // asked for or not, on any machine
}

func (l *Lengths) add(o Lengths) {
	l.Asked, l.Recorded, l.OnDisk = l.Asked+o.Asked, l.Recorded+o.Recorded, l.OnDisk+o.OnDisk
}

// Recorder is one recorder and its cameras.
type Recorder struct {
	Recorder string   `json:"recorder"`       // its address
	Name     string   `json:"name,omitempty"` // from the sheet
	Cameras  []Camera `json:"cameras"`
}

// Camera is one camera, or all cameras of a recorder that could not be reached.
type Camera struct {
	Channel  int      `json:"channel,omitempty"`
	Track    int      `json:"track,omitempty"`
	Camera   string   `json:"camera,omitempty"`   // the recorder's name for it
	Machines []string `json:"machines,omitempty"` // other machines that have files of it
	State    string   `json:"state"`              // its last state
	At       string   `json:"at,omitempty"`       // when it got there, RFC 3339
	From     string   `json:"from,omitempty"`     // the period asked for in that run
	To       string   `json:"to,omitempty"`
	Files    int      `json:"files"`
	Bytes    int64    `json:"bytes"`
	Lengths
	Days []Day `json:"days,omitempty"`
}

// Day is one day of a camera.
type Day struct {
	Date  string `json:"date"`
	State string `json:"state"`
	Lengths
	Asked      []Span      `json:"asked,omitempty"`
	Elsewhere  []Span      `json:"elsewhere,omitempty"` // on other machines only
	Missing    []Missing   `json:"missing,omitempty"`
	Recordings []Recording `json:"recordings,omitempty"` // that begin on this day
	Stills     []Still     `json:"stills,omitempty"`     // a selection

	Over []Span    `json:"-"` // on disk, in recordings that began the day before
	date time.Time // midnight at its start
}

// Span is a stretch of time.
type Span struct {
	From string `json:"from"`
	To   string `json:"to"`
	stretch
}

// Missing is a stretch of time that is not on disk.
type Missing struct {
	Span
	Why    string `json:"why"`
	Kind   string `json:"kind,omitempty"` // of the failure
	What   string `json:"what,omitempty"` // what happened, for people
	Remedy string `json:"remedy,omitempty"`
	Hint   string `json:"hint,omitempty"` // what to do, for people
}

// Recording is a file on disk.
type Recording struct {
	Path  string `json:"path"` // relative to the page's directory
	Start string `json:"start"`
	End   string `json:"end"`
	Bytes int64  `json:"bytes"`
	Hash  string `json:"sha256"`
	Codec string `json:"codec,omitempty"`
	stretch
	Beside bool `json:"-"` // another file of the same recording
}

// Still is a still of a recording.
type Still struct {
	Path   string `json:"path"`
	Time   string `json:"time"`
	Source string `json:"source"` // path of its recording
	stretch
}

// Failure is a camera that ended badly, or that has no recordings for a known
// reason.
type Failure struct {
	Recorder string `json:"recorder"`
	Name     string `json:"name,omitempty"`
	Channel  int    `json:"channel,omitempty"`
	Track    int    `json:"track,omitempty"`
	Camera   string `json:"camera,omitempty"`
	State    string `json:"state"`
	At       string `json:"at,omitempty"`
	Kind     string `json:"kind,omitempty"`
	What     string `json:"what"`
	Remedy   string `json:"remedy,omitempty"`
	Hint     string `json:"hint,omitempty"`
}

// Run is one run of hikgrab.
type Run struct {
	Begun    string  `json:"begun"` // RFC 3339
	Took     float64 `json:"took_seconds"`
	Period   string  `json:"period,omitempty"`
	Cameras  int     `json:"cameras"`
	Files    int     `json:"files"`
	Bytes    int64   `json:"fetched_bytes"`
	ExitCode int     `json:"exit_code"`
}

// stretch is a position within a day, in seconds; for the page.
type stretch struct {
	At    int `json:"-"` // since midnight
	Lasts int `json:"-"`
}

// stillsOfDay is how many stills the page shows per camera and day.
const stillsOfDay = 12

const (
	wallLayout = "2006-01-02T15:04:05"
	dayLayout  = "2006-01-02"
)
