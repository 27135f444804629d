package plain

import "example.com/hikgrab/tasks"

// The exit codes of hikgrab.
const (
	ExitComplete = 0   // everything complete
	ExitError    = 1   // unexpected error
	ExitUsage    = 2   // bad usage or bad sheet; nothing was contacted
	ExitFailed   = 3   // finished, but a camera failed or is incomplete, or nothing was recorded anywhere
	ExitSkipped  = 4   // nothing failed, but the operator skipped something
	ExitStopped  = 130 // stopped by the operator with work left
)

// ExitCodes explains the exit codes, for --help.
const ExitCodes = `Exit codes:
  0    everything complete
  1    unexpected error
  2    bad usage or bad sheet; nothing was contacted
  3    finished, but a camera failed or is incomplete, or nothing was
       recorded in the period on any camera
  4    nothing failed, something was skipped by the operator
  130  stopped by the operator with work left`

// ExitCode returns the exit code of a run that ended with s. Stopped means that
// the operator ended it; otherwise, unfinished work is an unexpected error.
func ExitCode(s *tasks.Snapshot, stopped bool) int {
	switch left := s.Counts.Open(); {
	case left > 0 && stopped:
		return ExitStopped
	case left > 0:
		return ExitError
	case s.Counts[tasks.Failed]+s.Counts[tasks.Incomplete] > 0, nothingAnywhere(s):
		return ExitFailed
	case s.Counts[tasks.Skipped] > 0:
		return ExitSkipped
	}
	return ExitComplete
}

// nothingAnywhere reports whether cameras were asked and none has recordings in
// the period.
func nothingAnywhere(s *tasks.Snapshot) bool {
	return s.Counts[tasks.Empty] > 0 && s.Counts[tasks.Empty] == len(s.Cameras)
}
