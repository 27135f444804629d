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

import (
	"cmp"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/ui/remedy"
)

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

	sheets []string // result sheets beside the page
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

	over []Span // on disk, in recordings that began the day before
	date time.Time
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
	beside bool // another file of the same recording
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
type stretch struct{ at, lasts int }

// stillsOfDay is how many stills a camera shows of a day.
const stillsOfDay = 12

const (
	wallLayout = "2006-01-02T15:04:05"
	dayLayout  = "2006-01-02"
)

// New reports on an archive as it is now. Files is what its Recordings gives.
func New(a *archive.Archive, files []archive.Recording, now time.Time) *Report {
	r := &Report{Type: "report", Time: now.Round(time.Second), States: map[string]int{}, sheets: a.Beside(".xlsx")}
	for _, f := range files {
		if f.There {
			r.Recordings++
			r.Bytes += f.Bytes
		} else {
			r.Gone++
		}
	}
	store := a.Sampler()
	for _, h := range tasks.Histories(a, files) {
		if n := len(r.Recorders); n == 0 || r.Recorders[n-1].Recorder != h.Recorder {
			r.Recorders = append(r.Recorders, Recorder{Recorder: h.Recorder, Name: h.Label})
		}
		group := &r.Recorders[len(r.Recorders)-1]
		c := cameraOf(&h, store)
		group.Cameras = append(group.Cameras, c)
		r.count(c)
		if f, ok := failureOf(&h, c); ok {
			r.Failures = append(r.Failures, f)
		}
	}
	slices.SortStableFunc(r.Failures, func(a, b Failure) int { return cmp.Compare(rank(a.State), rank(b.State)) })
	for _, run := range a.Runs() {
		r.Runs = append(r.Runs, Run{
			Begun: stamp(run.Begun), Took: run.Took.Round(time.Millisecond).Seconds(), Period: run.Period,
			Cameras: run.Cameras, Files: run.Files, Bytes: run.Bytes, ExitCode: run.ExitCode,
		})
	}
	return r
}

// rank sorts states, the worst first.
func rank(state string) int {
	switch state {
	case tasks.Failed.String():
		return 0
	case tasks.Incomplete.String():
		return 1
	}
	return 2
}

func (r *Report) count(c Camera) {
	r.Cameras++
	r.States[c.State]++
	if c.Files > 0 {
		r.Recorded++
	}
	r.add(c.Lengths)
}

func cameraOf(h *tasks.History, store *archive.Sampler) Camera {
	c := Camera{
		Channel: h.Track.Channel(), Track: int(h.Track), Camera: h.Name, Machines: h.Machines, State: h.Outcome.State,
		At: stamp(h.Outcome.At), From: wall(h.Outcome.From), To: wall(h.Outcome.To),
	}
	for i := range h.Days {
		d := dayOf(&h.Days[i], store)
		c.add(d.Lengths)
		c.Files += len(d.Recordings)
		for _, f := range d.Recordings {
			c.Bytes += f.Bytes
		}
		c.Days = append(c.Days, d)
	}
	if n := len(c.Days); c.State == "" && n > 0 {
		c.State = c.Days[n-1].State
	}
	return c
}

func dayOf(d *tasks.Day, store *archive.Sampler) Day {
	day := Day{
		Date: d.Date.Format(dayLayout), State: d.State.String(), date: d.Date,
		Lengths: Lengths{Asked: d.AskedTime().Seconds(), Recorded: d.Recorded().Seconds(), OnDisk: d.OnDiskTime().Seconds()},
	}
	for _, s := range d.Asked {
		day.Asked = append(day.Asked, day.span(s))
	}
	for _, s := range d.Elsewhere {
		day.Elsewhere = append(day.Elsewhere, day.span(s))
	}
	if len(d.OnDisk) > 0 && d.OnDisk[0].From.Equal(d.Date) && (len(d.Files) == 0 || d.Files[0].Start.After(d.Date)) {
		day.over = append(day.over, day.span(d.OnDisk[0]))
	}
	for _, m := range d.Missing {
		if m.To.Sub(m.From) <= tasks.GapLimit {
			continue
		}
		day.Missing = append(day.Missing, Missing{
			Span: day.span(m.Span), Why: m.Why, Kind: m.Failure.Kind, What: m.Failure.What,
			Remedy: string(m.Failure.Remedy), Hint: remedy.Plain(m.Failure.Remedy),
		})
	}
	files := make([]archive.Finished, 0, len(d.Files))
	for i, f := range d.Files {
		files = append(files, f.Finished)
		day.Recordings = append(day.Recordings, Recording{
			Path: f.Path, Start: wall(f.Start), End: wall(f.End), Bytes: f.Bytes, Hash: f.SHA256, Codec: f.Codec,
			stretch: day.lies(f.Start, f.End), beside: i > 0 && d.Files[i-1].Start.Equal(f.Start),
		})
	}
	for _, s := range store.Sample(files, stillsOfDay) {
		day.Stills = append(day.Stills, Still{Path: s.Path, Time: wall(s.At), Source: s.Source, stretch: day.lies(s.At, s.At)})
	}
	return day
}

func (d *Day) span(s tasks.Span) Span {
	return Span{From: wall(s.From), To: wall(s.To), stretch: d.lies(s.From, s.To)}
}

// lies returns where a stretch lies on the day, as far as it does.
func (d *Day) lies(from, to time.Time) stretch {
	const whole = 24 * 60 * 60
	at := min(max(0, int(from.Sub(d.date).Seconds())), whole)
	end := min(max(at, int(to.Sub(d.date).Seconds())), whole)
	return stretch{at, end - at}
}

// failureOf returns what there is to say of a camera that did not end well.
func failureOf(h *tasks.History, c Camera) (Failure, bool) {
	o := h.Outcome
	bad := o.State == tasks.Failed.String() || o.State == tasks.Incomplete.String()
	if !bad && (o.State != tasks.Empty.String() || o.What == "") {
		return Failure{}, false
	}
	return Failure{
		Recorder: h.Recorder, Name: h.Label, Channel: c.Channel, Track: c.Track, Camera: c.Camera, State: o.State, At: c.At,
		Kind: o.Failure, What: o.What, Remedy: o.Remedy, Hint: remedy.Plain(nvr.Remedy(o.Remedy)),
	}, true
}

func wall(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(wallLayout)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
