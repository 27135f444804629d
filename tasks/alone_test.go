package tasks

import (
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

// The only things left to ask for are a recording and a search that the
// recorder always refuses: both fail within their own tries.
func TestOnlySickPartsAreLeft(t *testing.T) {
	for _, f := range sicknesses() {
		t.Run(f.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := setUp(t, simulator.Config{Channels: channels(2, 2, size), Rate: size})
				config := b.recorders["10.0.0.1"].Config()
				config.Channels[0].Recordings[1].Fault = f
				config.Channels[1].SearchFault = f
				b.replace("10.0.0.1", config)
				b.start()
				b.finish()
				b.stop()

				b.options.OnlyFailed = true
				b.start()
				began := time.Now()
				s := b.finish()
				if took := time.Since(began); took > 6*time.Minute {
					t.Errorf("it took %v", took)
				}
				if len(s.Cameras) != 2 || s.Counts[Failed]+s.Counts[Incomplete] != 2 {
					t.Errorf("states %v", states(&s))
				}
			})
		})
	}
}
