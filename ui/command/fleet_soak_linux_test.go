//go:build soak

package command

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestSoakFleet subjects a coordinator and three machines to faults of all
// kinds, run after run, for twenty minutes or HIKGRAB_SOAK_FOR:
//
//	go test -tags soak -run SoakFleet -timeout 1h -v ./ui/command
//
// HIKGRAB_SOAK_SEED starts with the faults of an earlier run.
func TestSoakFleet(t *testing.T) {
	lasts, seed := 20*time.Minute, rand.Uint64()
	if text := os.Getenv("HIKGRAB_SOAK_FOR"); text != "" {
		var err error
		if lasts, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	if text := os.Getenv("HIKGRAB_SOAK_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	for end := time.Now().Add(lasts); time.Now().Before(end) && !t.Failed(); seed++ {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) { ordeal(t, rand.New(rand.NewPCG(seed, 0))) })
	}
}

// ordeal is one run with a sequence of faults.
func ordeal(t *testing.T, rng *rand.Rand) {
	s := newSquad(sequential{t}, plot{recorders: 9, files: 16, rate: 60_000})
	flags := []string{"-j", "0", "--patience", shortPatience.String()}
	s.serve(flags...)
	s.invite("a.invite")
	names := []string{"m1", "m2", "m3"}
	tunnels := map[string]*tunnel{}
	for _, name := range names {
		tunnels[name] = newTunnel(t, s.listen)
		s.workThrough(tunnels[name], name, "a.invite")
	}
	over := func() bool {
		select {
		case <-s.processes["serve"].done:
			return true
		default:
			return false
		}
	}
	pause := func(most time.Duration) { time.Sleep(time.Duration(rng.Int64N(int64(most)))) }
	var happened []string
	for pause(6 * time.Second); !over(); pause(6 * time.Second) {
		name := names[rng.IntN(len(names))]
		fault := []string{"killed", "frozen", "cut off", "coordinator killed", "coordinator frozen", "store lost"}[rng.IntN(6)]
		happened = append(happened, name+" "+fault)
		switch fault {
		case "killed":
			s.kill(s.processes[name])
			pause(12 * time.Second)
			s.workThrough(tunnels[name], name, "a.invite")
		case "frozen":
			s.freeze(name)
			pause(15 * time.Second)
			s.thaw(name)
		case "cut off":
			tunnels[name].mute(true)
			pause(15 * time.Second)
			tunnels[name].mute(false)
		case "coordinator frozen":
			s.signal("serve", unix.SIGSTOP)
			pause(15 * time.Second)
			s.signal("serve", unix.SIGCONT)
		case "coordinator killed", "store lost":
			if s.kill(s.processes["serve"]); over() && s.processes["serve"].code == 0 {
				continue
			}
			if fault == "store lost" {
				if err := os.RemoveAll(filepath.Join(s.dir, "boss", ".hikgrab", "fleet")); err != nil {
					t.Fatal(err)
				}
			}
			pause(8 * time.Second)
			s.serve(flags...)
		}
	}
	s.exits(s.processes["serve"], 0)
	files := s.complete()
	t.Log(fmt.Sprint(len(happened), " faults: ", happened, "; ", files, "; ", s.copies(), " copies"))
}

// sequential is a test whose squads do not run in parallel.
type sequential struct{ testing.TB }
