package plain

import (
	"context"
	"errors"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// SurveyPrinter writes what "hikgrab check" found. Lines and JSON are the two
// there are.
type SurveyPrinter interface {
	// Finding writes what was learned of one recorder.
	Finding(at time.Time, f tasks.Finding) error
	// Found writes the totals, once, at the end.
	Found(at time.Time, t SurveyTotals) error
}

var (
	_ SurveyPrinter = (*Lines)(nil)
	_ SurveyPrinter = (*JSON)(nil)
)

// Survey looks at every recorder of list and writes what it finds with p, as
// recorders answer, and the totals at the end. It returns the exit code. The
// error is that of writing; when ctx ends, the survey stops without one.
func Survey(ctx context.Context, list []tasks.Task, o tasks.Options, p SurveyPrinter) (code int, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var totals SurveyTotals
	err = tasks.Survey(ctx, list, o, func(f tasks.Finding) {
		totals.Add(f)
		if err := p.Finding(time.Now(), f); err != nil {
			cancel(err)
		}
	})
	switch cause := context.Cause(ctx); {
	case err == nil:
		return totals.ExitCode(), p.Found(time.Now(), totals)
	case cause == nil:
		return ExitError, err
	case errors.Is(cause, context.Canceled):
		return ExitStopped, nil
	default:
		return ExitStopped, cause
	}
}

// SurveyTotals adds findings up. The zero value is ready for use.
type SurveyTotals struct {
	Recorders       int // in all
	RecordersFailed int // that could not be signed in to, or did not answer
	Cameras         int
	CamerasFailed   int // whose search failed
	CamerasEmpty    int // without recordings in the period
	Recordings      int
	Bytes           int64         // as the recorders announce
	Recorded        time.Duration // the sum of the recordings' lengths
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

// ExitCode returns ExitFailed when a recorder or a camera could not be looked
// at, else ExitComplete: a camera without recordings is an answer.
func (t SurveyTotals) ExitCode() int {
	if t.RecordersFailed+t.CamerasFailed > 0 {
		return ExitFailed
	}
	return ExitComplete
}

// clockText says how far a recorder's clock is from ours, when that matters.
func clockText(off time.Duration) string {
	const tolerated = 2 * time.Minute // what nobody notices in a recording's name
	switch {
	case off > tolerated:
		return "its clock is " + units.Wait(off) + " fast"
	case off < -tolerated:
		return "its clock is " + units.Wait(-off) + " slow"
	}
	return ""
}
