package tasks

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

// attacks are what a malicious or hijacked recorder can do: announce impossible
// sizes, never end, or take for ever. A good recorder beside it finishes in its
// usual time, whatever the other does.
var attacks = map[string]struct {
	apply  func(*simulator.Config)
	state  State
	kind   string
	within time.Duration
	says   string
}{
	// Cut at 64 MiB; nothing is kept, and it is not asked for again.
	"endless-body": {func(c *simulator.Config) { sizes(50)(c); always(simulator.Endless, simulator.Download)(c) }, Failed, "too-large", time.Minute, ""},
	// No volume is that large.
	"petabyte":     {sizes(1 << 50), Failed, "too-large", time.Minute, ""},
	"largest-size": {sizes(1<<63 - 1), Failed, "too-large", time.Minute, ""},
	// Content-Length says so, although the search announced less.
	"petabyte-answer": {quirks(simulator.Quirks{WrongLength: 1 << 50}), Failed, "too-large", time.Minute, ""},
	// No document within a minute; held, then failed.
	"trickled-documents": {
		always(simulator.TrickleAfter(0, 1), simulator.DeviceInfo, simulator.Capabilities, simulator.Time, simulator.InputProxy, simulator.VideoInputs, simulator.Tracks),
		Failed, "slow", 10 * time.Minute, "",
	},
	// These fail within their own tries.
	"trickled-search": {always(simulator.TrickleAfter(0, 1), simulator.Search), Failed, "slow", 10 * time.Minute, ""},
	"trickled-body":   {always(simulator.TrickleAfter(1000, 100), simulator.Download), Failed, "slow", 10 * time.Minute, ""},
	// Nobody is there to wait that long, so it fails at once, with the date.
	"locked-for-a-week": {always(simulator.Status(http.StatusUnauthorized, lockedForAWeek), simulator.Search), Failed, "locked", 2 * time.Minute, "2000-01-08"},
	"busy-for-a-day":    {always(simulator.Busy(24*time.Hour), simulator.Search, simulator.Download), Failed, "busy", 2 * time.Minute, "2000-01-02"},
	// There are more recordings than the period has seconds.
	"more-for-ever": {quirks(simulator.Quirks{EndlessMore: true}), Failed, "protocol", 2 * time.Minute, ""},
	// A name in a quarter of a million pieces is cut.
	"field-in-pieces": {always(simulator.Status(http.StatusOK, inPieces), simulator.DeviceInfo), Done, "", time.Minute, ""},
}

const lockedForAWeek = `<userCheck><statusValue>401</statusValue><statusString>Unauthorized</statusString><lockStatus>lock</lockStatus><unlockTime>604800</unlockTime></userCheck>`

var inPieces = "<DeviceInfo><model>" + strings.Repeat("x<?a?>", 233_000) + "</model></DeviceInfo>"

// sizes makes the search announce that many bytes for every recording.
func sizes(bytes int64) func(*simulator.Config) {
	return func(c *simulator.Config) { c.Quirks.WrongSize = bytes - size }
}

func quirks(q simulator.Quirks) func(*simulator.Config) {
	return func(c *simulator.Config) { c.Quirks = q }
}

// always makes requests to these endpoints meet a fault for ever.
func always(f simulator.Fault, calls ...simulator.Endpoint) func(*simulator.Config) {
	return func(c *simulator.Config) {
		c.Always = map[simulator.Endpoint]simulator.Fault{}
		for _, e := range calls {
			c.Always[e] = f
		}
	}
}

func TestHostileRecorderHurtsOnlyItself(t *testing.T) {
	for name, want := range attacks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				good := simulator.Config{Channels: channels(2, 3, size), Rate: size}
				bad := simulator.Config{Channels: channels(1, 2, size), Rate: size}
				want.apply(&bad)
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
