package tasks

import (
	"context"
	"errors"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/worker"
)

// Remedies for failures that are neither a recorder's nor a disk's.
const (
	CorrectPeriod nvr.Remedy = "correct-period" // the period does not exist on the recorder's clock
	NameNetwork   nvr.Remedy = "name-network"   // the address is another recorder's in this machine's network
	CopyNames     nvr.Remedy = "copy-names"     // the recorder has other camera names; the failure lists them
	ReportFault   nvr.Remedy = "report-fault"   // a bug in hikgrab; the log file has the details
)

// asRecorders returns a recorder's failure, or nil if err is of another kind.
func asRecorders(err error) *nvr.Error {
	e, _ := errors.AsType[*nvr.Error](err)
	return e
}

// failureOfPart is FailureOf, worded for a part that is refused while the
// recorder answers; sure says that others like it came.
func failureOfPart(err error, p part, sure bool, now time.Time) Failure {
	f, e := FailureOf(err, now), asRecorders(err)
	what := "the recorder answers, but refuses "
	switch {
	case e == nil:
		return f
	case e.Kind == nvr.Busy && !e.Faulty() && !strings.HasPrefix(f.What, "the recorder is busy with others"):
		return f // it has its own words
	case e.Kind == nvr.Busy && sure:
		what = "the recorder refuses only "
	case e.Kind == nvr.Busy:
	case sure && (e.Kind == nvr.Timeout || e.Kind == nvr.Short):
		what = "the recorder answers for other recordings, but not for "
	default:
		return f
	}
	thing, remedy := "this recording", nvr.PlayOnRecorder
	if p.recording == nil {
		thing, remedy = "the search of this camera", nvr.SearchOnRecorder
	}
	f.What, f.Remedy = what+thing, remedy
	if e.Detail != "" {
		f.What += ": " + e.Detail
	}
	return f
}

// until adds to a failure when asking again makes sense.
func (f Failure) until(t time.Time) Failure {
	f.What += "; ask again after " + t.Format("2006-01-02 15:04")
	return f
}

// FailureOf converts an error for a screen, a log and a program.
func FailureOf(err error, now time.Time) Failure {
	if err == nil {
		return Failure{}
	}
	if e, ok := errors.AsType[*nvr.Error](err); ok {
		return Failure{Kind: e.Kind.String(), What: e.What(), Remedy: e.Remedy(), At: now}
	}
	if e, ok := errors.AsType[*archive.Error](err); ok {
		return Failure{Kind: e.Kind.String(), What: e.What(), Remedy: e.Remedy(), At: now}
	}
	if e, ok := errors.AsType[*worker.PanicError](err); ok {
		return Failure{
			Kind: "panic", What: nvr.CleanText(e.Error(), 200), At: now,
			Remedy: ReportFault,
		}
	}
	if errors.Is(err, context.Canceled) {
		return Failure{Kind: "stopped", What: "stopped by the operator", At: now}
	}
	return Failure{Kind: "error", What: nvr.CleanText(err.Error(), 200), Remedy: nvr.SeeLog, At: now}
}
