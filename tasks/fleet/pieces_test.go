package fleet_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/fleet"
)

// ReadPiece has nothing: the files of these tests have no bytes.
func (*store) ReadPiece(archive.Ref, int64, []byte) error { return archive.ErrNotHere }

// said answers every request alike.
type said struct {
	answer []byte
	err    error
}

func (s said) Ask(context.Context, fleet.MachineID, fleet.Kind, []byte) ([]byte, error) {
	return s.answer, s.err
}

// Whatever a machine answers, the result is the bytes asked for or an error.
func TestAnswersToAPiece(t *testing.T) {
	lost := &fleet.LostError{}
	for name, c := range map[string]struct {
		said
		is func(err error) bool
	}{
		"the bytes":   {said{[]byte("\x00abc"), nil}, nil},
		"gone":        {said{[]byte{1}, nil}, isA(archive.ErrNotHere)},
		"lost":        {said{[]byte("\x02disk\x1b[31m"), nil}, func(err error) bool { return errors.As(err, &lost) && !strings.Contains(err.Error(), "\x1b") }},
		"absent":      {said{nil, fleet.ErrAbsent}, isA(fleet.ErrAbsent)},
		"nothing":     {said{nil, nil}, nonsense},
		"too few":     {said{[]byte("\x00ab"), nil}, nonsense},
		"too many":    {said{[]byte("\x00abcd"), nil}, nonsense},
		"not known":   {said{[]byte("\x07abc"), nil}, nonsense},
		"gone and so": {said{[]byte("\x01abc"), nil}, nonsense},
	} {
		got, err := fleet.AskPiece(t.Context(), c.said, "M", fleet.Piece{Bytes: 3})
		switch {
		case c.is == nil && (err != nil || string(got) != "abc"), c.is != nil && (got != nil || !c.is(err)):
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func isA(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

func nonsense(err error) bool { return err != nil && strings.Contains(err.Error(), "cannot be used") }
