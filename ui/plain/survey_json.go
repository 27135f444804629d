package plain

import (
	"maps"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// CheckRecord is type check: one recorder as "hikgrab check" found it.
type CheckRecord struct {
	Type       string              `json:"type"`
	Time       time.Time           `json:"time"`
	Recorder   string              `json:"recorder"`         // the address, with its port unless it is the usual one
	Name       string              `json:"name,omitempty"`   // the operator's name for the recorder
	Source     string              `json:"source,omitempty"` // the row of the sheet that names it
	SignedIn   bool                `json:"signed_in"`
	DeviceName string              `json:"device_name,omitempty"` // what the recorder calls itself
	Kind       string              `json:"kind,omitempty"`        // NVR, DVR, camera, or recorder when it did not say
	Model      string              `json:"model,omitempty"`
	Serial     string              `json:"serial,omitempty"`
	Firmware   string              `json:"firmware,omitempty"`
	Clock      string              `json:"clock,omitempty"`               // what the recorder's own clock shows
	ClockError float64             `json:"clock_error_seconds,omitempty"` // ahead of this machine's clock, zones taken out
	SearchesBy string              `json:"searches_by,omitempty"`         // the clock of its searches: local or utc
	LoginTries int                 `json:"login_tries_left,omitempty"`    // bad logins left before it locks this machine out
	Oldest     string              `json:"oldest,omitempty"`              // begin of the earliest recording of its first four cameras
	KeptDays   int                 `json:"kept_days,omitempty"`           // how long it keeps recordings, by that
	Disks      []DiskRecord        `json:"disks,omitempty"`               // what it records on, as far as it tells
	Notices    []string            `json:"notices,omitempty"`             // worth knowing; for people
	Cameras    []CheckCameraRecord `json:"cameras"`
	Failure    *FailureRecord      `json:"failure,omitempty"`
}

// DiskRecord is one disk of a recorder.
type DiskRecord struct {
	Name     string `json:"name"`
	Status   string `json:"status"` // the recorder's own word
	Healthy  bool   `json:"healthy"`
	Capacity int64  `json:"capacity"` // bytes; 0 when it did not say
	Free     int64  `json:"free"`     // bytes
}

// CheckCameraRecord is one camera of type check.
type CheckCameraRecord struct {
	Channel    int            `json:"channel"`
	Track      int            `json:"track"`
	Camera     string         `json:"camera,omitempty"`
	Offline    bool           `json:"offline,omitempty"` // the recorder cannot see the camera now
	From       string         `json:"from,omitempty"`    // what was asked for
	To         string         `json:"to,omitempty"`
	Recordings int            `json:"recordings"`
	Bytes      int64          `json:"bytes"`                 // as announced
	Recorded   float64        `json:"recorded_seconds"`      // the sum of the recordings' lengths
	First      string         `json:"first,omitempty"`       // begin of the earliest recording
	Last       string         `json:"last,omitempty"`        // end of the latest recording
	Kinds      map[string]int `json:"kinds,omitempty"`       // recordings by what they were made for; "unknown" where the recorder does not say
	Others     int            `json:"other_kinds,omitempty"` // recordings of kinds that are not asked for
	Reason     string         `json:"reason,omitempty"`      // why there are none, most likely; for people
	Failure    *FailureRecord `json:"failure,omitempty"`
}

// CheckSummaryRecord is type check_summary, the last line of "hikgrab check".
type CheckSummaryRecord struct {
	Type     string    `json:"type"`
	Time     time.Time `json:"time"`
	ExitCode int       `json:"exit_code"`
	SurveyTotals
	RecordedSeconds float64 `json:"recorded_seconds"`
	DiskFree        int64   `json:"disk_free,omitempty"`  // bytes free where recordings go
	DiskShort       int64   `json:"disk_short,omitempty"` // bytes fewer than the recordings have
}

// Finding writes what was learned of one recorder.
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

// wall writes a time of a recorder's clock: without a zone, because the
// recorder's display has none either.
func wall(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02T15:04:05")
}

// kindsByName gives a name to what a recorder does not tell.
func kindsByName(counts map[string]int) map[string]int {
	named := maps.Clone(counts)
	if n, ok := named[""]; ok {
		delete(named, "")
		named["unknown"] = n
	}
	return named
}
