package worker

import (
	"context"
	"fmt"
	"runtime/debug"
)

// LeftError reports work that was called off, with the cause of its context. It
// is not a failure.
type LeftError struct{ Cause error }

// Error returns the cause's text.
func (e *LeftError) Error() string { return e.Cause.Error() }

// left returns err, or a LeftError if err came from the end of ctx.
func left(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return &LeftError{Cause: context.Cause(ctx)}
	}
	return err
}

// PanicError reports a panic that was recovered during work.
type PanicError struct {
	Value any
	Stack []byte
}

// Error names the value passed to panic.
func (e *PanicError) Error() string { return fmt.Sprintf("internal error: %v", e.Value) }

// caught turns a recovered panic into an error; without a panic it returns err.
// Call it in a deferred function with the result of recover.
func caught(v any, err error) error {
	if v == nil {
		return err
	}
	return &PanicError{Value: v, Stack: debug.Stack()}
}

// PlaceError reports a complete file that could not be moved to its final name.
type PlaceError struct{ Err error }

// Error returns the cause's text.
func (e *PlaceError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *PlaceError) Unwrap() error { return e.Err }
