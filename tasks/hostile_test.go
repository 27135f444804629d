package tasks

import (
	"slices"
	"strings"
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
//	locked-for-a-week  locked: nobody is there who could wait so long, so it fails at once, with the date
//	busy-for-a-day     busy: the same
//	more-for-ever      protocol: there are more recordings than the period has seconds
//	field-in-pieces    done: the field is cut
var attacks = map[string]struct {
	state  State
	kind   string
	within time.Duration
	says   string
}{
	"endless-body":       {Failed, "too-large", time.Minute, ""},
	"petabyte":           {Failed, "too-large", time.Minute, ""},
	"largest-size":       {Failed, "too-large", time.Minute, ""},
	"petabyte-answer":    {Failed, "too-large", time.Minute, ""},
	"trickled-documents": {Failed, "slow", 10 * time.Minute, ""},
	"trickled-search":    {Failed, "slow", 10 * time.Minute, ""},
	"trickled-body":      {Failed, "slow", 10 * time.Minute, ""},
	"locked-for-a-week":  {Failed, "locked", 2 * time.Minute, "2000-01-08"},
	"busy-for-a-day":     {Failed, "busy", 2 * time.Minute, "2000-01-02"},
	"more-for-ever":      {Failed, "protocol", 2 * time.Minute, ""},
	"field-in-pieces":    {Done, "", time.Minute, ""},
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
				b.list[0].Period = Period{From: moment(t, "2000-01-01 08:00"), To: moment(t, "2000-01-01 09:00")}
				b.options.Jobs, b.options.Unattended = 3, true
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
				if c.State != want.state || want.kind != "" && c.Failure.Kind != want.kind || !strings.Contains(c.Failure.What, want.says) {
					t.Errorf("%v: %+v", c.State, c.Failure)
				}
			})
		})
	}
}
