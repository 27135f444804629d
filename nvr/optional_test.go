package nvr_test

import (
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// TestOneFailingDocument has devices that never answer for one document. They
// are asked at most once more, and everything else works.
func TestOneFailingDocument(t *testing.T) {
	documents := []simulator.Endpoint{
		simulator.DeviceInfo, simulator.Capabilities, simulator.Time, simulator.InputProxyStatus, simulator.Tracks, simulator.VideoInputs,
	}
	for _, e := range documents {
		for _, f := range []simulator.Fault{simulator.DeviceError500, simulator.DeviceErrorWith200, simulator.Busy(0), simulator.DropAfter(20)} {
			t.Run(string(e)+" "+f.String(), func(t *testing.T) {
				device, client := plug(t, simulator.Config{Channels: channels(2)})
				device.ScriptAlways(e, f)
				list, err := client.Channels(t.Context())
				if err != nil || len(list) != 2 {
					t.Errorf("%+v, %v", list, err)
				}
				if n := device.Stats().Requests[e]; n > 2 {
					t.Errorf("asked for %d times", n)
				}
			})
		}
	}
}

// TestListsRefusedTogether treats two refusals in a row as a fault of the
// recorder, and leaves it alone.
func TestListsRefusedTogether(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(2)})
	for _, e := range []simulator.Endpoint{simulator.DeviceInfo, simulator.Capabilities, simulator.Time} {
		device.ScriptAlways(e, simulator.Busy(9*time.Second))
	}
	_, err := client.SignIn(t.Context())
	if e := mustFail(t, err, nvr.Busy); e.RetryAfter != 9*time.Second {
		t.Errorf("retry after %v", e.RetryAfter)
	}
	if s := device.Stats(); s.Requests[simulator.DeviceInfo]+s.Requests[simulator.Capabilities] != 2 || s.Requests[simulator.Time] != 0 {
		t.Errorf("%+v", s.Requests)
	}
}

// TestOnlyListIsBusy must not take a busy device for one without channels.
func TestOnlyListIsBusy(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(2)})
	for _, e := range []simulator.Endpoint{simulator.InputProxy, simulator.InputProxyStatus, simulator.VideoInputs} {
		device.ScriptAlways(e, simulator.NotSupported)
	}
	device.ScriptAlways(simulator.Tracks, simulator.Busy(0))
	device.ScriptAlways(simulator.StreamingChannels, simulator.Busy(0))
	_, err := client.Channels(t.Context())
	checkKind(t, err, nvr.Busy)
}

// TestListThatFailsOnce still gets the list.
func TestListThatFailsOnce(t *testing.T) {
	device, client := plug(t, simulator.Config{Kind: simulator.DVR, Channels: []simulator.Channel{{Analog: true}}, Quirks: simulator.Quirks{NoDeviceType: true}, Model: "OEM-1"})
	device.Script(simulator.Capabilities, simulator.Busy(0))
	if d, err := client.SignIn(t.Context()); err != nil || d.Kind != nvr.DVR {
		t.Errorf("%+v, %v", d, err)
	}
}
