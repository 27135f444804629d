package plain

import (
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// SurveyTotals adds findings up. The zero value is ready for use.
type SurveyTotals struct {
	Recorders       int           `json:"recorders"`        // in all
	RecordersFailed int           `json:"recorders_failed"` // that could not be signed in to, or did not answer
	Cameras         int           `json:"cameras"`
	CamerasFailed   int           `json:"cameras_failed"` // whose search failed
	CamerasEmpty    int           `json:"cameras_empty"`  // without recordings in the period
	Recordings      int           `json:"recordings"`
	Bytes           int64         `json:"bytes"` // as the recorders announce
	Recorded        time.Duration `json:"-"`     // the sum of the recordings' lengths
	Free            int64         `json:"-"`     // bytes free where recordings go; -1 when unknown, 0 before that was looked at
}

// Add counts one more finding.
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

// Short returns how many bytes fewer are free than recordings have; 0 when they
// fit, or nobody knows. What is on disk already is not taken off.
func (t SurveyTotals) Short() int64 {
	if t.Free <= 0 {
		return 0
	}
	return max(0, t.Bytes-t.Free)
}

// ExitCode returns ExitFailed when a recorder or a camera could not be looked
// at, or when no camera has anything; else ExitComplete: one without recordings
// is an answer.
func (t SurveyTotals) ExitCode() int {
	if t.RecordersFailed+t.CamerasFailed > 0 || t.Cameras > 0 && t.CamerasEmpty == t.Cameras {
		return ExitFailed
	}
	return ExitComplete
}

// clockOf says how a recorder's clock is beside ours, as far as that matters:
// "right", "4m10s fast"; empty when it is not known.
func clockOf(d nvr.Device) string {
	const tolerated = 2 * time.Minute // what nobody notices in a recording's name
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
