package worker

import (
	"context"
	"fmt"
	"runtime/debug"
)

// LeftError is how work ends that was called off: the cause of its context.
// It is no failure.
type LeftError struct{ Cause error }

// Error returns the cause's text.
func (e *LeftError) Error() string { return e.Cause.Error() }

// left returns err, or why the work was called off when that is what ended it.
func left(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return &LeftError{Cause: context.Cause(ctx)}
	}
	return err
}

// PanicError is a panic during work, kept from taking the program with it.
type PanicError struct {
	Value any
	Stack []byte
}

// Error names the value that was panicked with.
func (e *PanicError) Error() string { return fmt.Sprintf("internal error: %v", e.Value) }

// caught makes an error of a panic, nil of none. Call it in a deferred function
// with what recover returns.
func caught(v any, err error) error {
	if v == nil {
		return err
	}
	return &PanicError{Value: v, Stack: debug.Stack()}
}

// PlaceError is a file that is whole and could not be given its name.
type PlaceError struct{ Err error }

// Error returns the cause's text.
func (e *PlaceError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *PlaceError) Unwrap() error { return e.Err }
