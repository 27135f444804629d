package tasks

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

// What a recorder does that means harm, and what happens. A good recorder beside
// it is done in its usual time, whatever the other does.
//
//	attack             what happens to the camera
//	endless-body       too-large: cut at 64 MiB, nothing is kept, not asked for again
//	petabyte           too-large: no volume has so much
//	largest-size       the same
//	petabyte-answer    the same, although the search announced less
//	trickled-documents slow: no document within a minute; held, then failed
//	trickled-search    slow: fails within its own tries
//	trickled-body      slow: fails within its own tries
//	field-in-pieces    done: the field is cut
var attacks = map[string]struct {
	state  State
	kind   string
	within time.Duration
}{
	"endless-body":       {Failed, "too-large", time.Minute},
	"petabyte":           {Failed, "too-large", time.Minute},
	"largest-size":       {Failed, "too-large", time.Minute},
	"petabyte-answer":    {Failed, "too-large", time.Minute},
	"trickled-documents": {Failed, "slow", 10 * time.Minute},
	"trickled-search":    {Failed, "slow", 10 * time.Minute},
	"trickled-body":      {Failed, "slow", 10 * time.Minute},
	"field-in-pieces":    {Done, "", time.Minute},
}

func TestHostileRecorderHurtsOnlyItself(t *testing.T) {
	for name, want := range attacks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := slices.IndexFunc(simulator.Hostile(), func(q simulator.Quirk) bool { return q.Name == name })
			if i < 0 {
				t.Fatal("no recorder does that")
			}
			attack := simulator.Hostile()[i]
			synctest.Test(t, func(t *testing.T) {
				good := simulator.Config{Channels: channels(2, 3, size), Rate: size}
				bad := simulator.Config{Channels: channels(1, 2, size), Rate: size}
				attack.Apply(&bad)
				b := setUp(t, bad, good)
				b.options.Jobs = 3
				began := time.Now()
				b.start()
				b.until("the good recorder is done", func(s *Snapshot) bool {
					return !slices.ContainsFunc(s.Cameras, func(c CameraView) bool { return c.Recorder == 2 && c.State != Done }) && len(s.Cameras) > 2
				})
				if took := time.Since(began); took > 15*time.Second {
					t.Errorf("the good recorder took %v", took)
				}
				s := b.finish()
				if took := time.Since(began); took > want.within {
					t.Errorf("it took %v", took)
				}
				c := s.Cameras[0]
				if c.State != want.state || want.kind != "" && c.Failure.Kind != want.kind {
					t.Errorf("%v: %+v", c.State, c.Failure)
				}
			})
		})
	}
}
