package nvr_test

import (
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// TestTrickledAnswers has recorders that send a byte of an answer every two
// seconds. None holds anybody up for longer than a minute and a half.
func TestTrickledAnswers(t *testing.T) {
	for _, e := range []simulator.Endpoint{simulator.DeviceInfo, simulator.Search, simulator.Download, simulator.InputProxy, simulator.Challenge} {
		t.Run(string(e), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				device, client := plug(t, simulator.Config{Channels: channels(1), Latency: time.Millisecond})
				device.ScriptAlways(e, simulator.TrickleAfter(0, 1))
				began := time.Now()
				_, err := client.Channels(t.Context())
				if err == nil {
					err = downloadFirst(t.Context(), client)
				}
				if took := time.Since(began); took > 90*time.Second {
					t.Errorf("it took %v", took)
				}
				if e == simulator.Search || e == simulator.Download {
					checkKind(t, err, nvr.Slow) // one list can be done without; a challenge stands in a header
				}
			})
		})
	}
}

// TestSlowAnswersAreGood has a slow but honest uplink, and a recorder that takes
// its time before it begins.
func TestSlowAnswersAreGood(t *testing.T) {
	for _, fault := range []simulator.Fault{simulator.TrickleAfter(0, 600), simulator.StallAfter(0, 25*time.Second), simulator.StallAfter(100, 25*time.Second)} {
		bubble(t, func(t *testing.T) {
			device, client := plug(t, simulator.Config{Channels: channels(1)})
			for _, e := range []simulator.Endpoint{simulator.DeviceInfo, simulator.Search} {
				device.ScriptAlways(e, fault)
			}
			if err := downloadFirst(t.Context(), client); err != nil {
				t.Errorf("%s: %v", fault, err)
			}
		})
	}
}
