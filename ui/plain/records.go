package plain

import (
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/remedy"
)

// EventRecord is one event: types recorder, camera, file, made, retry, notice,
// error and machine.
type EventRecord struct {
	Type     string         `json:"type"`
	Time     time.Time      `json:"time"`                   // when it happened
	Seq      uint64         `json:"seq,omitempty"`          // counts events from 1; a jump means lost events
	Machine  string         `json:"machine,omitempty"`      // the machine concerned, if there are several
	Recorder string         `json:"recorder,omitempty"`     // the address, with the port if unusual
	Channel  int            `json:"channel,omitempty"`      // the camera input, from 1
	Track    int            `json:"track,omitempty"`        // channel*100 + stream
	Camera   string         `json:"camera,omitempty"`       // the recorder's name for the camera
	State    string         `json:"state,omitempty"`        // of the camera, after the event
	Message  string         `json:"message,omitempty"`      // the event in words, for people; may change
	Attempt  int            `json:"attempt,omitempty"`      // which try failed or succeeded, from 1
	NextTry  time.Time      `json:"next_try,omitzero"`      // when the next try or probe is due
	Path     string         `json:"path,omitempty"`         // of a file, under the output directory, with slashes
	Bytes    int64          `json:"bytes,omitempty"`        // of a file, or of all files of a camera that is done
	Took     float64        `json:"took_seconds,omitempty"` // how long it took
	Failure  *FailureRecord `json:"failure,omitempty"`      // what went wrong
}

// FailureRecord says what went wrong.
type FailureRecord struct {
	Kind   string `json:"kind"`             // a fixed word, for programs
	What   string `json:"what"`             // what happened, for people
	Hint   string `json:"hint,omitempty"`   // what to do, for people
	Remedy string `json:"remedy,omitempty"` // what to do, as a fixed word for programs
}

// GapRecord says that events were lost because the reader was too slow.
type GapRecord struct {
	Type   string    `json:"type"`
	Time   time.Time `json:"time"`
	Missed uint64    `json:"missed"` // how many events
}

// Totals says how far the run is; types progress and summary include it.
type Totals struct {
	Elapsed    float64        `json:"elapsed_seconds"`       // since the run began
	Bytes      int64          `json:"bytes"`                 // on disk, complete or partial, of what was asked for
	Total      int64          `json:"total_bytes"`           // known so far
	TotalKnown bool           `json:"total_known"`           // false while searches may still find more
	Fetched    int64          `json:"fetched_bytes"`         // received over the network in this run
	Rate       int64          `json:"rate"`                  // bytes per second, over the last 10 s
	ETA        float64        `json:"eta_seconds,omitempty"` // left out when unknown
	Files      int            `json:"files"`                 // recordings complete on disk
	Recordings int            `json:"recordings"`            // recordings known
	Active     int            `json:"active"`                // running downloads
	Slowest    string         `json:"slowest,omitempty"`     // the recorder expected to finish last
	Needed     int64          `json:"disk_needed"`           // bytes still to be fetched, known so far
	Short      int64          `json:"disk_short,omitempty"`  // of these, more than the free space
	Cameras    int            `json:"cameras"`               // in all
	States     map[string]int `json:"states"`                // cameras in each state; adds up to cameras
	DiskFree   *int64         `json:"disk_free,omitempty"`   // bytes; left out when unknown
	DiskHeld   string         `json:"disk_held,omitempty"`   // why writing is suspended, for people
}

// ProgressRecord is type progress.
type ProgressRecord struct {
	Type string    `json:"type"`
	Time time.Time `json:"time"`
	Totals
}

// SummaryRecord is type summary, the last line of a run.
type SummaryRecord struct {
	Type        string    `json:"type"`
	Time        time.Time `json:"time"`
	ExitCode    int       `json:"exit_code"` // as hikgrab --help explains
	AverageRate int64     `json:"average_rate"`
	Totals
	Failed   []CameraRecord   `json:"failed"`              // cameras that failed or are incomplete
	Coverage []CoverageRecord `json:"coverage,omitempty"`  // of every camera
	RawFiles int              `json:"raw_files,omitempty"` // kept next to their MP4s, though only MP4s were asked for
	RawBytes int64            `json:"raw_bytes,omitempty"`
	Manifest string           `json:"manifest,omitempty"` // path
	Result   string           `json:"result,omitempty"`   // path of the result sheet
	Page     string           `json:"page,omitempty"`     // path of the page to look at
	Log      string           `json:"log,omitempty"`      // path
	Retry    string           `json:"retry,omitempty"`    // command to retry what failed
	Continue string           `json:"continue,omitempty"` // command to continue with what is left
}

// CameraRecord is one camera of a summary.
type CameraRecord struct {
	Recorder   string         `json:"recorder"`
	Name       string         `json:"name,omitempty"`    // the operator's name for the recorder
	Source     string         `json:"source,omitempty"`  // the row of the sheet for the recorder
	Channel    int            `json:"channel,omitempty"` // absent if it stands for all cameras of a recorder that did not answer
	Track      int            `json:"track,omitempty"`
	Camera     string         `json:"camera,omitempty"`
	State      string         `json:"state"` // failed or incomplete
	Files      int            `json:"files"` // complete recordings on disk
	Recordings int            `json:"recordings"`
	Failure    *FailureRecord `json:"failure,omitempty"`
}

// CoverageRecord says what was asked of one camera, what its recorder had, and
// what is on disk. Times are the recorder's clock.
type CoverageRecord struct {
	Recorder string      `json:"recorder"`
	Channel  int         `json:"channel,omitempty"`
	Track    int         `json:"track,omitempty"`
	Camera   string      `json:"camera,omitempty"`
	State    string      `json:"state"`
	Asked    float64     `json:"asked_seconds"` // no further than now; with --all, from the first recording on
	Recorded float64     `json:"recorded_seconds"`
	OnDisk   float64     `json:"on_disk_seconds"`
	First    string      `json:"first,omitempty"` // begin of the earliest file
	Last     string      `json:"last,omitempty"`  // end of the latest file
	Gaps     int         `json:"gaps"`            // all gaps longer than 2 s
	GapList  []GapOfTime `json:"gap_list,omitempty"`
}

// GapOfTime is a part of the period asked for that is not on disk.
type GapOfTime struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Recorded bool   `json:"recorded"` // the recorder had it
}

// gapsListed limits the gaps listed per camera; the result sheet has all.
const gapsListed = 100

func eventRecord(e tasks.Event) EventRecord {
	record := EventRecord{
		Machine: clean(e.Machine),
		Type:    string(e.Type), Time: stamp(e.Time), Seq: e.Seq, Recorder: clean(e.Address),
		Message: clean(told(e)), Attempt: e.Attempt, NextTry: stamp(e.Next), Path: clean(e.Path),
		Bytes: e.Bytes, Took: seconds(e.Took), Failure: failureRecord(e.Failure),
	}
	if e.Camera >= 0 {
		record.Channel, record.Track = e.Channel, int(e.Track)
		record.Camera, record.State = clean(e.CameraName), e.State.String()
	}
	return record
}

func failureRecord(f tasks.Failure) *FailureRecord {
	if f.Kind == "" {
		return nil
	}
	return &FailureRecord{Kind: f.Kind, What: clean(f.What), Hint: remedy.Run(f.Remedy), Remedy: clean(string(f.Remedy))}
}

func cameraRecord(r tasks.RecorderView, c tasks.CameraView) CameraRecord {
	return CameraRecord{
		Recorder: clean(r.Address), Name: clean(r.Name), Source: clean(r.Source),
		Channel: c.Channel, Track: int(c.Track), Camera: clean(c.Name), State: c.State.String(),
		Files: c.Files, Recordings: c.Recordings, Failure: failureRecord(c.Failure),
	}
}

func totalsOf(s *tasks.Snapshot) Totals {
	t := Totals{
		Elapsed: seconds(s.Elapsed), Bytes: s.Bytes, Total: s.Total, TotalKnown: s.TotalKnown,
		Fetched: s.Fetched, Rate: int64(s.Rate), Files: s.Files, Recordings: s.Recordings,
		Active: s.Active, Cameras: len(s.Cameras), States: map[string]int{}, DiskHeld: clean(s.Disk.Held),
	}
	if s.TotalKnown {
		t.ETA = seconds(s.ETA)
	}
	if r := s.Last(); r != nil {
		t.Slowest = clean(r.Address)
	}
	t.Needed, t.Short = s.Needed, s.Short()
	if free := s.Disk.Free; free >= 0 {
		t.DiskFree = &free
	}
	for _, state := range tasks.States() {
		t.States[state.String()] = s.Counts[state]
	}
	return t
}

func coverageRecords(all []tasks.Coverage) []CoverageRecord {
	list := make([]CoverageRecord, 0, len(all))
	for _, c := range all {
		record := CoverageRecord{
			Recorder: clean(c.Recorder.Address), Channel: c.Camera.Channel, Track: int(c.Camera.Track), Camera: clean(c.Camera.Name),
			State: c.Camera.State.String(), Asked: seconds(c.AskedTime), Recorded: seconds(c.RecordedTime), OnDisk: seconds(c.OnDiskTime),
			First: wall(c.First), Last: wall(c.Last), Gaps: len(c.Gaps),
		}
		for _, g := range c.Gaps[:min(len(c.Gaps), gapsListed)] {
			record.GapList = append(record.GapList, GapOfTime{From: wall(g.From), To: wall(g.To), Recorded: g.Recorded})
		}
		list = append(list, record)
	}
	return list
}
