//go:build soak

package command

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// TestSoakLong takes minutes:
//
//	go test -tags soak -run Soak -timeout 1h -v ./ui/command
//
// HIKGRAB_SOAK_SEED repeats a run, as far as the scheduler allows.
func TestSoakLong(t *testing.T) {
	seed := rand.Uint64()
	if text := os.Getenv("HIKGRAB_SOAK_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	soak{
		seed: seed, recorders: 20, channels: 5, recordings: 20, size: 150_000, rate: 1_500_000,
		faults: 0.15, kills: 30, life: 4 * time.Second, outages: 2,
	}.run(t)
}
