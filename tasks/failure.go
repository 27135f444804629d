package tasks

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// panicError is a panic of a worker, kept from taking the program with it.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("internal error: %v", e.value) }

// placeError is a file that is whole and could not be given its name.
type placeError struct{ error }

func (e *placeError) Unwrap() error { return e.error }

// sentence says what happened and what to do.
func (f Failure) sentence() string {
	if f.Hint == "" {
		return f.What
	}
	return f.What + ". " + f.Hint
}

// failureOf turns an error into what a screen, a log and a program can use.
func failureOf(err error, now time.Time) Failure {
	if err == nil {
		return Failure{}
	}
	if e, ok := errors.AsType[*nvr.Error](err); ok {
		return Failure{Kind: e.Kind.String(), What: e.What(), Hint: e.Hint(), At: now}
	}
	if e, ok := errors.AsType[*archive.Error](err); ok {
		return Failure{Kind: e.Kind.String(), What: e.What(), Hint: e.Hint(), At: now}
	}
	if e, ok := errors.AsType[*panicError](err); ok {
		return Failure{
			Kind: "panic", What: nvr.CleanText(e.Error(), 200), At: now,
			Hint: "this is a fault of hikgrab; the log file has the details; press r once more",
		}
	}
	if errors.Is(err, context.Canceled) {
		return Failure{Kind: "stopped", What: "stopped by the operator", At: now}
	}
	return Failure{Kind: "error", What: nvr.CleanText(err.Error(), 200), Hint: "see to the cause and press r", At: now}
}
