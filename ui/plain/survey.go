package plain

import (
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// SurveyTotals sums up findings. The zero value is ready for use.
type SurveyTotals struct {
	Recorders       int           `json:"recorders"`        // in all
	RecordersFailed int           `json:"recorders_failed"` // login failed, or no answer
	Cameras         int           `json:"cameras"`
	CamerasFailed   int           `json:"cameras_failed"` // whose search failed
	CamerasEmpty    int           `json:"cameras_empty"`  // without recordings in the period
	Recordings      int           `json:"recordings"`
	Bytes           int64         `json:"bytes"` // as announced by the recorders
	Recorded        time.Duration `json:"-"`     // total length of the recordings
	Free            int64         `json:"-"`     // free bytes at the output directory; -1 if unknown, 0 if not checked
}

// Add adds a finding.
func (t *SurveyTotals) Add(f tasks.Finding) {
	t.Recorders++
	if f.Failure.Kind != "" {
		t.RecordersFailed++
	}
	for _, c := range f.Cameras {
		t.Cameras++
		t.Recordings += c.Recordings
		t.Bytes += c.Bytes
		t.Recorded += c.Recorded
		switch {
		case c.Failure.Kind != "":
			t.CamerasFailed++
		case c.Recordings == 0:
			t.CamerasEmpty++
		}
	}
}

// Short returns how many bytes of free space are lacking for all recordings; 0
// if they fit or the space is unknown. It does not subtract what is already on
// disk.
func (t SurveyTotals) Short() int64 {
	if t.Free <= 0 {
		return 0
	}
	return max(0, t.Bytes-t.Free)
}

// ExitCode returns ExitFailed if a recorder or camera could not be checked, or
// if no camera has recordings. Otherwise it returns ExitComplete: some cameras
// without recordings are a valid result.
func (t SurveyTotals) ExitCode() int {
	if t.RecordersFailed+t.CamerasFailed > 0 || t.Cameras > 0 && t.CamerasEmpty == t.Cameras {
		return ExitFailed
	}
	return ExitComplete
}

// clockOf compares a recorder's clock with ours: "right", "4m10s fast"; empty
// if unknown.
func clockOf(d nvr.Device) string {
	const tolerated = 2 * time.Minute // too little to notice in a recording's name
	switch off := d.ClockError; {
	case !d.ClockKnown || !d.ZoneKnown:
		return ""
	case off > tolerated:
		return units.Wait(off) + " fast"
	case off < -tolerated:
		return units.Wait(-off) + " slow"
	}
	return "right"
}
