package tasks

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/worker"
)

// TestDecide checks, row by row, what a failure means for the part that was
// asked for, for the recorder and for the volume.
func TestDecide(t *testing.T) {
	failed := func(k nvr.Kind) error {
		return fmt.Errorf("wrapped: %w", &nvr.Error{Op: "download", Kind: k, TriesLeft: -1})
	}
	disk := func(k archive.Kind) error { return &archive.Error{Op: "write", Kind: k, Err: errors.New("no")} }
	good := standing{signedIn: true, known: true, tries: 5, idle: true}
	with := func(change func(s *standing)) standing {
		s := good
		change(&s)
		return s
	}
	recording := func(err error) trouble { return trouble{asked: askedRecording, err: err} }
	for _, c := range []struct {
		name string
		of   trouble
		in   standing
		want decision
	}{
		{"made to leave", recording(&worker.LeftError{Cause: errPaused}), good, decision{}},
		{"panic", recording(&worker.PanicError{}), good, decision{part: isLost}},
		{"unknown", recording(errors.New("?")), good, decision{part: counts, step: 1}},

		{"disk full", recording(disk(archive.Full)), good, decision{volume: archive.Full}},
		{"disk read-only", recording(disk(archive.Denied)), good, decision{volume: archive.Denied}},
		{"no such name", recording(&worker.PlaceError{Err: disk(archive.Denied)}), good, decision{part: counts, step: 1}},
		{"does not fit at present", recording(disk(archive.NoRoom)), good, decision{volume: archive.NoRoom, atLeast: noRoomAgain}},
		{"somebody else writes it", recording(disk(archive.InUse)), good, decision{atLeast: inUseAgain}},
		{"damaged", recording(disk(archive.Damaged)), good, decision{part: counts, step: 1}},
		{"too large", recording(disk(archive.TooLarge)), good, decision{part: isLost}},
		{"derived files may not be written", trouble{asked: askedDerived, err: disk(archive.Denied)}, good, decision{part: isLost}},
		{"no room for derived files", trouble{asked: askedDerived, err: disk(archive.Full)}, good, decision{volume: archive.Full}},

		{"login refused", recording(failed(nvr.Auth)), good, decision{move: givesUp, kind: nvr.Auth}},
		{"certificate refused", recording(failed(nvr.TLS)), good, decision{move: givesUp, kind: nvr.TLS}},
		{"locked, nobody knows how long", recording(failed(nvr.Locked)), good, decision{move: givesUp, kind: nvr.Locked}},
		{
			"locked for a while", recording(&nvr.Error{Kind: nvr.Locked, RetryAfter: time.Minute}), good,
			decision{move: isHeld, kind: nvr.Locked, atLeast: time.Minute},
		},
		{
			"locked for a week, and nobody there", recording(&nvr.Error{Kind: nvr.Locked, RetryAfter: 7 * 24 * time.Hour}),
			with(func(s *standing) { s.unattended = true }),
			decision{move: givesUp, kind: nvr.Locked},
		},
		{
			"locked again and again, and nobody there", recording(&nvr.Error{Kind: nvr.Locked, RetryAfter: time.Minute}),
			with(func(s *standing) { s.unattended, s.locked = true, patience }),
			decision{move: givesUp, kind: nvr.Locked},
		},
		{
			"locked for a while, and nobody there", recording(&nvr.Error{Kind: nvr.Locked, RetryAfter: time.Minute}),
			with(func(s *standing) { s.unattended = true }),
			decision{move: isHeld, kind: nvr.Locked, atLeast: time.Minute},
		},
		{
			"locked before the first sign-in",
			trouble{asked: askedSignIn, err: &nvr.Error{Kind: nvr.Locked, RetryAfter: time.Minute}},
			standing{tries: 5},
			decision{move: givesUp, kind: nvr.Locked},
		},
		{"no right", recording(failed(nvr.Forbidden)), good, decision{part: isLost}},
		{"gone", recording(failed(nvr.Gone)), good, decision{part: counts, step: 1}},

		{"away", recording(failed(nvr.Unreachable)), good, decision{move: isHeld, kind: nvr.Unreachable, step: 1}},
		{"away, as another found already", recording(failed(nvr.Unreachable)), with(func(s *standing) { s.held = true }), decision{}},
		{
			"away too long", recording(failed(nvr.Unreachable)), with(func(s *standing) { s.misses, s.missing = 9, patience+1 }),
			decision{move: givesUp, kind: nvr.Unreachable},
		},
		{
			"never there",
			trouble{asked: askedSignIn, err: failed(nvr.Unreachable)},
			standing{tries: 5, misses: 4, missing: firstPatience + 1},
			decision{move: givesUp, kind: nvr.Unreachable},
		},
		{
			"never there, but not for long",
			trouble{asked: askedSignIn, err: failed(nvr.Timeout)},
			standing{tries: 5, misses: 4, missing: firstPatience},
			decision{move: isHeld, kind: nvr.Unreachable, step: 5},
		},
		{
			"dies while in doubt", recording(failed(nvr.Unreachable)), with(func(s *standing) { s.suspects = 1 }),
			decision{move: isHeld, kind: nvr.Unreachable, step: 1},
		},

		{"one thing refused", recording(failed(nvr.Busy)), good, decision{part: suspected, move: doubts}},
		{"one thing is waited for in vain", recording(failed(nvr.Timeout)), good, decision{part: suspected, move: doubts}},
		{"one thing breaks off before it begins", recording(failed(nvr.Short)), good, decision{part: suspected, move: doubts}},
		{"one search refused", trouble{asked: askedSearch, err: failed(nvr.Busy)}, good, decision{part: suspected, move: doubts}},
		{"broken off on the way", trouble{askedRecording, failed(nvr.Short), true}, good, decision{part: counts, step: 1}},
		{
			"refused once more while others come", recording(&nvr.Error{Kind: nvr.Busy, RetryAfter: time.Minute}), with(func(s *standing) { s.blamed, s.suspects = true, 1 }),
			decision{part: counts, step: 1, atLeast: time.Minute},
		},
		{
			"two different things refused", recording(failed(nvr.Busy)), with(func(s *standing) { s.suspects, s.elsewhere = 1, true }),
			decision{part: suspected, move: isHeld, kind: nvr.Busy, step: 1},
		},
		{
			"two different things waited for in vain", recording(failed(nvr.Timeout)), with(func(s *standing) { s.suspects = 1 }),
			decision{part: suspected, move: isHeld, kind: nvr.Unreachable, step: 1},
		},
		{
			"refused too, but asked for at the same time", recording(failed(nvr.Busy)), with(func(s *standing) { s.suspects, s.early = 1, true }),
			decision{part: suspected},
		},
		{
			"two of one camera refused, others can be asked", recording(failed(nvr.Busy)),
			with(func(s *standing) { s.suspects, s.oneCamera, s.elsewhere = 1, true, true }),
			decision{part: suspected, move: doubts},
		},
		{
			"two of one camera refused, nothing else is left", recording(failed(nvr.Busy)),
			with(func(s *standing) { s.suspects, s.oneCamera = 1, true }),
			decision{part: suspected, move: isHeld, kind: nvr.Busy, step: 1},
		},
		{
			"a small question refused",
			trouble{asked: askedProof, err: failed(nvr.Busy)},
			with(func(s *standing) { s.suspects = 1 }),
			decision{move: isHeld, kind: nvr.Busy, step: 1},
		},
		{
			"busy at the sign-in",
			trouble{asked: askedSignIn, err: failed(nvr.Busy)},
			standing{tries: 5, idle: true},
			decision{move: isHeld, kind: nvr.Busy, step: 1},
		},
		{
			"busy for longer than anybody waits", recording(failed(nvr.Busy)),
			with(func(s *standing) { s.suspects, s.misses, s.missing = 3, 9, patience+1 }),
			decision{part: suspected, move: givesUp, kind: nvr.Busy},
		},
		{
			"busy for long, but something comes", recording(failed(nvr.Busy)),
			with(func(s *standing) { s.suspects, s.misses, s.missing, s.idle = 3, 9, patience+1, false }),
			decision{part: suspected, move: isHeld, kind: nvr.Busy, step: 4},
		},

		{"an answer that is none", recording(failed(nvr.Protocol)), good, decision{part: counts, step: 1, strange: true}},
		{
			"many such answers", recording(failed(nvr.Protocol)), with(func(s *standing) { s.strange = mostStrange - 1 }),
			decision{part: counts, move: isHeld, kind: nvr.Unreachable, step: 1, strange: true},
		},
		{
			"no recorder",
			trouble{asked: askedSignIn, err: failed(nvr.Protocol)},
			standing{tries: 5},
			decision{move: isHeld, kind: nvr.Unreachable, step: 1, strange: true},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := decide(c.of, c.in); got != c.want {
				t.Errorf("decided\n%+v, want\n%+v", got, c.want)
			}
		})
	}
}
