package plain

import (
	"maps"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// CheckRecord is type check: one recorder, as found by "hikgrab check".
type CheckRecord struct {
	Type       string              `json:"type"`
	Time       time.Time           `json:"time"`
	Recorder   string              `json:"recorder"`         // the address, with the port if unusual
	Name       string              `json:"name,omitempty"`   // the operator's name for the recorder
	Source     string              `json:"source,omitempty"` // the row of the sheet for it
	SignedIn   bool                `json:"signed_in"`
	DeviceName string              `json:"device_name,omitempty"` // the device's own name
	Kind       string              `json:"kind,omitempty"`        // NVR, DVR, camera, or recorder if unknown
	Model      string              `json:"model,omitempty"`
	Serial     string              `json:"serial,omitempty"`
	Firmware   string              `json:"firmware,omitempty"`
	Clock      string              `json:"clock,omitempty"`               // the time on the recorder's clock
	ClockError float64             `json:"clock_error_seconds,omitempty"` // how far it is ahead of this machine's clock, apart from time zones
	SearchesBy string              `json:"searches_by,omitempty"`         // clock used in its searches: local or utc
	LoginTries int                 `json:"login_tries_left,omitempty"`    // failed logins left before it locks this machine out
	Oldest     string              `json:"oldest,omitempty"`              // begin of the earliest recording among its first four cameras
	KeptDays   int                 `json:"kept_days,omitempty"`           // how long it keeps recordings, judging by that
	Disks      []DiskRecord        `json:"disks,omitempty"`               // its disks, if it reports them
	Notices    []string            `json:"notices,omitempty"`             // remarks, for people
	Cameras    []CheckCameraRecord `json:"cameras"`
	Failure    *FailureRecord      `json:"failure,omitempty"`
}

// DiskRecord is one disk of a recorder.
type DiskRecord struct {
	Name     string `json:"name"`
	Status   string `json:"status"` // the recorder's own word
	Healthy  bool   `json:"healthy"`
	Capacity int64  `json:"capacity"` // bytes; 0 if unknown
	Free     int64  `json:"free"`     // bytes
}

// CheckCameraRecord is one camera of type check.
type CheckCameraRecord struct {
	Channel    int            `json:"channel"`
	Track      int            `json:"track"`
	Camera     string         `json:"camera,omitempty"`
	Offline    bool           `json:"offline,omitempty"` // the recorder has no video from it now
	From       string         `json:"from,omitempty"`    // the period asked for
	To         string         `json:"to,omitempty"`
	Recordings int            `json:"recordings"`
	Bytes      int64          `json:"bytes"`                 // as announced
	Recorded   float64        `json:"recorded_seconds"`      // total length of the recordings
	First      string         `json:"first,omitempty"`       // begin of the earliest recording
	Last       string         `json:"last,omitempty"`        // end of the latest recording
	Kinds      map[string]int `json:"kinds,omitempty"`       // recordings by their kind; "unknown" if the recorder does not say
	Others     int            `json:"other_kinds,omitempty"` // recordings of kinds not asked for
	Reason     string         `json:"reason,omitempty"`      // the most likely reason for having none; for people
	Failure    *FailureRecord `json:"failure,omitempty"`
}

// CheckSummaryRecord is type check_summary, the last line of "hikgrab check".
type CheckSummaryRecord struct {
	Type     string    `json:"type"`
	Time     time.Time `json:"time"`
	ExitCode int       `json:"exit_code"`
	SurveyTotals
	RecordedSeconds float64 `json:"recorded_seconds"`
	DiskFree        int64   `json:"disk_free,omitempty"`  // free bytes at the output directory
	DiskShort       int64   `json:"disk_short,omitempty"` // bytes of free space lacking for the recordings
}

// Finding writes the findings about one recorder.
func (j *JSON) Finding(at time.Time, f tasks.Finding) error {
	record := CheckRecord{
		Type: "check", Time: stamp(at), Recorder: clean(f.Address), Name: clean(f.Name), Source: clean(f.Source),
		SignedIn: f.SignedIn, LoginTries: f.LoginTries, Cameras: []CheckCameraRecord{}, Failure: failureRecord(f.Failure),
	}
	if d := f.Device; f.SignedIn {
		record.DeviceName, record.Kind, record.Model = clean(d.Name), d.Kind.String(), clean(d.Model)
		record.Serial, record.Firmware = clean(d.Serial), clean(d.Firmware)
		if d.ClockKnown {
			record.Clock = wall(d.WallClock(at))
		}
		if d.ClockKnown && d.ZoneKnown {
			record.ClockError = seconds(d.ClockError)
		}
		record.Oldest, record.KeptDays = wall(f.Oldest), int(f.Kept(at)/(24*time.Hour))
		for _, disk := range f.Disks {
			record.Disks = append(record.Disks, DiskRecord{clean(disk.Name), clean(disk.Status), disk.Healthy(), disk.Capacity, disk.Free})
		}
		record.SearchesBy = map[nvr.Clock]string{nvr.ClockLocal: "local", nvr.ClockUTC: "utc"}[f.Clock]
	}
	for _, notice := range f.Notices {
		record.Notices = append(record.Notices, clean(advised(notice.What, notice.Remedy)))
	}
	for _, c := range f.Cameras {
		record.Cameras = append(record.Cameras, CheckCameraRecord{
			Channel: c.Track.Channel(), Track: int(c.Track), Camera: clean(c.Name), Offline: c.Offline,
			From: wall(c.Period.From), To: wall(c.Period.To), Recordings: c.Recordings, Bytes: c.Bytes,
			Recorded: seconds(c.Recorded), First: wall(c.First), Last: wall(c.Last),
			Kinds: kindsByName(c.Kinds), Others: c.Others, Reason: clean(c.Reason), Failure: failureRecord(c.Failure),
		})
	}
	return j.write(record)
}

// Found writes the totals, once, at the end.
func (j *JSON) Found(at time.Time, t SurveyTotals) error {
	return j.write(CheckSummaryRecord{
		Type: "check_summary", Time: stamp(at), ExitCode: t.ExitCode(),
		SurveyTotals: t, RecordedSeconds: seconds(t.Recorded), DiskFree: max(0, t.Free), DiskShort: t.Short(),
	})
}

// wall writes a time on a recorder's clock, without a zone, like the recorder's
// display.
func wall(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02T15:04:05")
}

// kindsByName names the kind of recordings without one.
func kindsByName(counts map[string]int) map[string]int {
	named := maps.Clone(counts)
	if n, ok := named[""]; ok {
		delete(named, "")
		named["unknown"] = n
	}
	return named
}
