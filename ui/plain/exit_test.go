package plain

import (
	"testing"

	"example.com/hikgrab/tasks"
)

func TestExitCode(t *testing.T) {
	tests := []struct {
		name    string
		states  []tasks.State
		stopped bool
		want    int
	}{
		{"no cameras", nil, false, 0},
		{"all done", []tasks.State{tasks.Done, tasks.Done}, false, 0},
		{"an empty camera is complete", []tasks.State{tasks.Done, tasks.Empty}, false, 0},
		{"one failed", []tasks.State{tasks.Done, tasks.Failed}, false, 3},
		{"one incomplete", []tasks.State{tasks.Done, tasks.Incomplete}, false, 3},
		{"failing weighs more than skipping", []tasks.State{tasks.Skipped, tasks.Failed}, false, 3},
		{"one skipped", []tasks.State{tasks.Done, tasks.Skipped}, false, 4},
		{"stopped with work left", []tasks.State{tasks.Failed, tasks.Waiting}, true, 130},
		{"stopped while paused", []tasks.State{tasks.Done, tasks.Paused}, true, 130},
		{"stopped, but everything had ended", []tasks.State{tasks.Done, tasks.Done}, true, 0},
		{"stopped, everything had ended, one failed", []tasks.State{tasks.Done, tasks.Failed}, true, 3},
		{"work left and nobody stopped it", []tasks.State{tasks.Done, tasks.Downloading}, false, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var s tasks.Snapshot
			for _, state := range tt.states {
				s.Cameras = append(s.Cameras, tasks.CameraView{State: state})
			}
			tally(&s)
			if got := ExitCode(&s, tt.stopped); got != tt.want {
				t.Errorf("exit code %d, want %d", got, tt.want)
			}
		})
	}
}

func TestEveryStateDecidesTheExitCode(t *testing.T) {
	want := map[tasks.State]int{
		tasks.Done: 0, tasks.Empty: 3, tasks.Failed: 3, tasks.Incomplete: 3, tasks.Skipped: 4,
		tasks.Waiting: 130, tasks.Searching: 130, tasks.Downloading: 130, tasks.Retrying: 130,
		tasks.Pausing: 130, tasks.Paused: 130,
	}
	for _, state := range tasks.States() {
		s := tasks.Snapshot{Cameras: []tasks.CameraView{{State: state}}}
		tally(&s)
		code, known := want[state]
		if got := ExitCode(&s, true); !known || got != code {
			t.Errorf("%s: exit code %d, want %d (known: %v)", state, got, code, known)
		}
	}
}

// One camera without recordings is a result; if no camera has any, something is
// wrong.
func TestNothingAnywhereIsNotComplete(t *testing.T) {
	s := tasks.Snapshot{Cameras: []tasks.CameraView{{State: tasks.Empty}, {State: tasks.Done}}}
	tally(&s)
	if got := ExitCode(&s, false); got != ExitComplete {
		t.Errorf("one of two without footage: exit code %d", got)
	}
	s.Cameras[1].State = tasks.Empty
	tally(&s)
	if got := ExitCode(&s, false); got != ExitFailed {
		t.Errorf("both without footage: exit code %d", got)
	}
	if got := ExitCode(&tasks.Snapshot{}, false); got != ExitComplete {
		t.Errorf("nothing asked for: exit code %d", got)
	}
}
