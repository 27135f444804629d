// Package report shows what all runs together made of an archive: a page to look
// at in a browser, index.html, and the same as data.
//
// Both come from one value, which New reads off the journal, so that the page at
// the end of a run and the one that is asked for later say the same. The page is
// one file that loads nothing but the archive's own recordings and stills; its
// Content-Security-Policy keeps it from anything else, whatever recorders and
// sheets call their cameras.
//
// It is not for what a run does at present, and it changes nothing of what it
// reports.
package report

import "time"

// PageName is what the page is called, beside the manifest.
const PageName = "index.html"

// Report is what all runs made of an archive. Times without a zone are the
// recorders' wall clock.
type Report struct {
	Type       string         `json:"type"` // "report"
	Time       time.Time      `json:"time"` // when it was made
	Recordings int            `json:"recordings"`
	Bytes      int64          `json:"bytes"`          // of them
	Gone       int            `json:"gone,omitempty"` // recordings that the manifest has and the directory no longer
	Cameras    int            `json:"cameras"`
	Recorded   int            `json:"cameras_with_recordings"`
	States     map[string]int `json:"states"` // cameras in each state
	Lengths
	Recorders []Recorder `json:"recorders"`
	Failures  []Failure  `json:"failures,omitempty"`
	Runs      []Run      `json:"runs,omitempty"` // the latest first

	Sheets []string `json:"-"` // result sheets beside the page
}

// Lengths are times in seconds.
type Lengths struct {
	Asked    float64 `json:"asked_seconds"`
	Recorded float64 `json:"recorded_seconds"` // by the recorder, as far as it told
	OnDisk   float64 `json:"on_disk_seconds"`  // asked for or not, on whatever machine
}

func (l *Lengths) add(o Lengths) {
	l.Asked, l.Recorded, l.OnDisk = l.Asked+o.Asked, l.Recorded+o.Recorded, l.OnDisk+o.OnDisk
}

// Recorder is one recorder with its cameras.
type Recorder struct {
	Recorder string   `json:"recorder"`       // its address
	Name     string   `json:"name,omitempty"` // in the sheet
	Cameras  []Camera `json:"cameras"`
}

// Camera is one camera, or all those of a recorder that could not be asked.
type Camera struct {
	Channel  int      `json:"channel,omitempty"`
	Track    int      `json:"track,omitempty"`
	Camera   string   `json:"camera,omitempty"`   // the recorder's name for it
	Machines []string `json:"machines,omitempty"` // others that have files of it
	State    string   `json:"state"`              // how it ended last
	At       string   `json:"at,omitempty"`       // when that was, RFC 3339
	From     string   `json:"from,omitempty"`     // the period that was asked for then
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
	Stills     []Still     `json:"stills,omitempty"`     // a choice of those that were made

	Over []Span    `json:"-"` // on disk, in recordings that began the day before
	date time.Time // its midnight
}

// Span is a stretch of time.
type Span struct {
	From string `json:"from"`
	To   string `json:"to"`
	stretch
}

// Missing is a stretch that is not on disk.
type Missing struct {
	Span
	Why    string `json:"why"`
	Kind   string `json:"kind,omitempty"` // of the failure
	What   string `json:"what,omitempty"` // happened, for people
	Remedy string `json:"remedy,omitempty"`
	Hint   string `json:"hint,omitempty"` // the remedy for people
}

// Recording is a file on disk.
type Recording struct {
	Path  string `json:"path"` // from the directory of the page
	Start string `json:"start"`
	End   string `json:"end"`
	Bytes int64  `json:"bytes"`
	Hash  string `json:"sha256"`
	Codec string `json:"codec,omitempty"`
	stretch
	Beside bool `json:"-"` // another file of the same recording
}

// Still is a picture of a recording.
type Still struct {
	Path   string `json:"path"`
	Time   string `json:"time"`
	Source string `json:"source"` // the path of the recording
	stretch
}

// Failure is a camera that ended badly, or has nothing for a reason.
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

// stretch is where something lies on its day, in seconds; for the page.
type stretch struct {
	At    int `json:"-"` // since midnight
	Lasts int `json:"-"`
}

// stillsOfDay is how many stills a camera shows of a day.
const stillsOfDay = 12

const (
	wallLayout = "2006-01-02T15:04:05"
	dayLayout  = "2006-01-02"
)
