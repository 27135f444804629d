package nvr_test

import (
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// recorded returns hourly recordings up to now on a device in a zone. The last
// is still growing.
func recorded(zone string) []simulator.Recording {
	wall := simulator.New(simulator.Config{Zone: zone}).WallClock()
	last := wall.Truncate(time.Hour)
	if last.Equal(wall) {
		last = last.Add(-time.Hour)
	}
	list := simulator.Span(last.Add(-12*time.Hour), last.Add(time.Hour), time.Hour, 20_000)
	list[len(list)-1].Growing = true
	return list
}

// misleading holds the habits that no client can learn from what the device
// says about itself: it searches by another clock than its kind. On one side of
// Greenwich the newest recordings reveal this, because they are in the future
// of the usual clock. On the other side an operator must say so.
var misleading = []habit{
	{"recorder-utc-west", "An NVR west of Greenwich means UTC in searches.", "gate_nvr: two recorders on one site differ", func(c *simulator.Config) { c.Zone, c.Quirks.Clock = "CST+5:00:00", simulator.TrueUTC }},
	{"recorder-utc-east", "An NVR east of Greenwich means UTC in searches.", "gate_nvr: two recorders on one site differ", func(c *simulator.Config) { c.Zone, c.Quirks.Clock = "CST-3:00:00", simulator.TrueUTC }},
	{"camera-wall-clock-east", "A camera east of Greenwich means its wall clock in searches.", notReported, func(c *simulator.Config) {
		c.Kind, c.Zone, c.Quirks.Clock = simulator.Camera, "CST-3:00:00", simulator.WallClock
	}},
	{"camera-wall-clock-west", "A camera west of Greenwich means its wall clock in searches.", notReported, func(c *simulator.Config) {
		c.Kind, c.Zone, c.Quirks.Clock = simulator.Camera, "CST+5:00:00", simulator.WallClock
	}},
}

// TestQuirksOfTheClock has devices that search by another clock than their
// kind. If their recordings prove it, everything comes out right. If they only
// suggest it, there is just a notice.
func TestQuirksOfTheClock(t *testing.T) {
	proven := map[string]bool{"recorder-utc-west": true, "camera-wall-clock-east": true}
	for _, known := range misleading {
		t.Run(known.name, func(t *testing.T) {
			t.Log(known)
			bubble(t, func(t *testing.T) {
				time.Sleep(8*time.Hour + 30*time.Minute)
				var c simulator.Config
				known.apply(&c)
				c.Channels = []simulator.Channel{{}, {Recordings: recorded(c.Zone)}}
				device, client := plug(t, c)
				if _, err := client.Channels(t.Context()); err != nil {
					t.Fatal(err)
				}
				// The first search is for a channel that proves nothing.
				if _, err := search(t.Context(), client, 101, device.WallClock().AddDate(0, 0, -1), device.WallClock()); err != nil {
					t.Fatal(err)
				}
				_, sure := client.Clock()
				if notice := client.ClockNotice(); sure != proven[known.name] || (notice.Remedy != nvr.SearchByUTC && notice.Remedy != nvr.SearchByLocal) {
					t.Fatalf("proven %t, notice %q", sure, notice)
				}
				t.Log(client.ClockNotice())
				if !sure {
					return
				}
				found, err := search(t.Context(), client, 201, device.WallClock().AddDate(0, 0, -1), device.WallClock().Add(time.Hour))
				if err != nil {
					t.Fatal(err)
				}
				checkFound(t, device, 201, found)
			})
		})
	}
}

// TestClocksThatFit has normal devices of each kind with various recordings:
// there is no notice, and the clock is that of the kind.
func TestClocksThatFit(t *testing.T) {
	for _, zone := range []string{"CST-0:00:00", "CST-3:00:00", "CST+5:00:00", "CST-12:00:00", summerZone} {
		for kind, want := range map[simulator.Kind]nvr.Clock{simulator.NVR: nvr.ClockLocal, simulator.DVR: nvr.ClockLocal, simulator.Camera: nvr.ClockUTC} {
			bubble(t, func(t *testing.T) {
				time.Sleep(8*time.Hour + 30*time.Minute)
				for name, list := range map[string][]simulator.Recording{
					"up to now": recorded(zone), "nothing": nil, "long ago": simulator.Day(day, time.Hour, 20_000),
					"clips": simulator.Span(day.AddDate(0, 0, 16), day.AddDate(0, 0, 20), 20*time.Minute, 2000),
				} {
					device, client := plug(t, simulator.Config{Kind: kind, Zone: zone, Channels: []simulator.Channel{{Recordings: list}}})
					if c, _ := client.Clock(); c != nvr.ClockAuto {
						t.Errorf("clock %d before the first search", c)
					}
					if _, err := search(t.Context(), client, 101, device.WallClock().Add(-time.Hour), device.WallClock()); err != nil {
						t.Fatal(err)
					}
					// The clips reach days into the future: the clock was set back.
					if c, _ := client.Clock(); c != want || client.ClockNotice() != (nvr.Notice{}) {
						t.Errorf("%s, kind %d, %s: clock %d, notice %q", zone, kind, name, c, client.ClockNotice())
					}
				}
			})
		}
	}
}

// TestClocksThatAreNamed searches for no evidence if the operator has decided,
// or if the device's times are unambiguous.
func TestClocksThatAreNamed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		time.Sleep(8*time.Hour + 30*time.Minute)
		const zone = "CST+5:00:00"
		c := simulator.Config{Zone: zone, Channels: []simulator.Channel{{Recordings: recorded(zone)}}}
		c.Quirks.Clock = simulator.TrueUTC
		device, client := plug(t, c, func(c *nvr.Config) { c.Clock = nvr.ClockUTC })
		found, err := search(t.Context(), client, 101, device.WallClock().Add(-2*time.Hour), device.WallClock())
		if err != nil || len(found) != 3 {
			t.Errorf("%d found, %v", len(found), err)
		}
		if n := device.Stats().Requests[simulator.Search]; n != 1 || client.ClockNotice() != (nvr.Notice{}) {
			t.Errorf("%d requests, notice %q", n, client.ClockNotice())
		}
		c.Quirks = simulator.Quirks{Offsets: true}
		device, client = plug(t, c)
		if _, err := search(t.Context(), client, 101, day, device.WallClock()); err != nil || client.ClockNotice() != (nvr.Notice{}) {
			t.Errorf("%v, notice %q", err, client.ClockNotice())
		}
	})
}

// TestClockIsDecidedLaterWhenTheDeviceIsBusy must not take a busy answer for a
// lack of evidence.
func TestClockIsDecidedLaterWhenTheDeviceIsBusy(t *testing.T) {
	bubble(t, func(t *testing.T) {
		time.Sleep(8*time.Hour + 30*time.Minute)
		const zone = "CST+5:00:00"
		c := simulator.Config{Zone: zone, Channels: []simulator.Channel{{Recordings: recorded(zone)}}}
		c.Quirks.Clock = simulator.TrueUTC
		device, client := plug(t, c)
		device.Script(simulator.Search, simulator.BusyWith200)
		from, to := device.WallClock().Add(-2*time.Hour), device.WallClock()
		_, err := search(t.Context(), client, 101, from, to)
		checkKind(t, err, nvr.Busy)
		found, err := search(t.Context(), client, 101, from, to)
		if c, proven := client.Clock(); err != nil || len(found) != 3 || c != nvr.ClockUTC || !proven {
			t.Errorf("%d found, clock %d, %v", len(found), c, err)
		}
	})
}
