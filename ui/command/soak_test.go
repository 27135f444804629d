package command

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

// TestSoak is the short form of the soak, always with the same seed.
// TestSoakLong is the long one, behind the build tag soak.
func TestSoak(t *testing.T) {
	soak{
		seed: 4, recorders: 4, channels: 2, recordings: 8, size: 30_000, rate: 400_000,
		faults: 0.15, kills: 6, life: 500 * time.Millisecond,
	}.run(t)
}

// soak is a run of the real program against simulated recorders on loopback.
// They inject random faults and go offline for a while, and the program is
// killed and restarted.
type soak struct {
	seed                            uint64
	recorders, channels, recordings int
	size, rate                      int64
	faults                          float64 // probability, per request
	kills                           int
	life                            time.Duration // longest time before the program is killed
	outages                         int           // recorders going offline per life of the program
}

const soakJobs = 8

// site is what outlives the program.
type site struct {
	soak
	t         *testing.T
	rng       *rand.Rand
	dir       string
	recorders []*simulator.Recorder
	servers   []*simulator.Server
	addresses []string
}

func (k soak) run(t *testing.T) {
	t.Logf("seed %d", k.seed)
	s := &site{soak: k, t: t, rng: rand.New(rand.NewPCG(k.seed, 0)), dir: t.TempDir()}
	s.build()
	defer func() {
		for _, server := range s.servers {
			_ = server.Close()
		}
	}()
	killed := 0
	for range k.kills {
		if s.live(time.Duration(s.rng.Int64N(int64(k.life)))) {
			killed++
		}
	}
	for _, rec := range s.recorders {
		rec.Chaos(simulator.Search, simulator.Chaos{}) // a failed search is repeated as a whole
	}
	if code := s.finish(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	attempts := s.compare()
	s.count(killed, attempts)

	before := s.downloads()
	if code := s.finish(); code != 0 || s.downloads() != before {
		t.Errorf("another run ends with %d and asks for %d recordings once more", code, s.downloads()-before)
	}
}

// build starts the recorders and writes the sheet.
func (s *site) build() {
	var sheet strings.Builder
	day := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	for i := range s.soak.recorders {
		c := simulator.Config{User: scriptUser, Password: scriptPassword, Rate: s.rate, Kind: simulator.Kind(i % 2)}
		faults := simulator.RandomFaults()
		if i%3 == 1 {
			c.Quirks.Range = simulator.RangeHonored
		}
		if i%4 == 3 {
			c.MaxDownloads = 1
		}
		for n := range s.channels {
			c.Channels = append(c.Channels, simulator.Channel{
				Number: n + 1, Recordings: simulator.Span(day, day.Add(time.Duration(s.recordings)*10*time.Minute), 10*time.Minute, s.size+int64(i*1000+n)),
			})
		}
		rec := simulator.New(c)
		rec.Chaos(simulator.Download, simulator.Chaos{Seed: s.seed + uint64(i), Probability: s.faults, Faults: faults})
		rec.Chaos(simulator.Search, simulator.Chaos{
			Seed: s.seed + uint64(i), Probability: s.faults,
			Faults: []simulator.Fault{simulator.Busy(0), simulator.Refuse, simulator.DropAfter(200), simulator.HTMLWith200},
		})
		server, err := simulator.Listen("127.0.0.1:0", rec)
		if err != nil {
			s.t.Fatal(err)
		}
		s.recorders, s.servers = append(s.recorders, rec), append(s.servers, server)
		s.addresses = append(s.addresses, server.Addr())
		fmt.Fprintf(&sheet, "%s,\"%s\",%s,all\n", scriptUser, scriptPassword, server.Addr())
	}
	if err := os.WriteFile(filepath.Join(s.dir, "tasks.csv"), []byte(sheet.String()), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// command returns the program as an operator would start it.
func (s *site) command(ctx context.Context) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "hikgrab", "--plain", "--format", "raw", "--from", "2026-11-03", "--to", "2026-11-03",
		"--jobs", strconv.Itoa(soakJobs), "--per-recorder", "3", "--retries", "30", "--timeout", "2s", "-o", "out", "tasks.csv")
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=10")
	return cmd
}

// live runs the program and kills it after a while. It reports whether the
// program was still alive.
func (s *site) live(life time.Duration) (killed bool) {
	ctx, cancel := context.WithTimeout(s.t.Context(), life)
	defer cancel()
	var outages sync.WaitGroup
	for range s.outages {
		i, after, away := s.rng.IntN(len(s.servers)), time.Duration(s.rng.Int64N(int64(life)+1)), time.Duration(s.rng.IntN(3000))*time.Millisecond
		outages.Go(func() { s.outage(i, after, away) })
	}
	out, err := s.command(ctx).CombinedOutput()
	outages.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && ctx.Err() == nil && exit.ExitCode() != 3 {
		s.t.Fatalf("%v\n%s", err, out)
	}
	return ctx.Err() != nil
}

// away guards the servers during restarts.
var away sync.Mutex

// outage takes a recorder offline for a while.
func (s *site) outage(i int, after, gone time.Duration) {
	time.Sleep(after)
	away.Lock()
	defer away.Unlock()
	_ = s.servers[i].Close()
	time.Sleep(gone)
	server, err := simulator.Listen(s.addresses[i], s.recorders[i])
	if err != nil {
		s.t.Errorf("the port of a recorder is taken: %v", err)
		return
	}
	s.servers[i] = server
}

// finish runs the program to completion and returns the exit code.
func (s *site) finish() int {
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Minute)
	defer cancel()
	cmd := s.command(ctx)
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Logf("%v\n%s", err, out[max(0, len(out)-4000):])
	}
	return cmd.ProcessState.ExitCode()
}

// compare checks that every recording is on disk, once and byte for byte, with
// nothing else, and that the manifest agrees. It returns the number of failed
// attempts.
func (s *site) compare() (failed int) {
	missing := map[string]int{}
	for _, rec := range s.recorders {
		for _, track := range rec.Tracks() {
			for _, r := range rec.Recordings(track) {
				missing[s.sum(rec.Content(track, r.Name))]++
			}
		}
	}
	listed := s.manifest()
	out := filepath.Join(s.dir, "out")
	err := filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(out, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && d.Name() == ".hikgrab":
			return fs.SkipDir
		case d.IsDir(), rel == "manifest.csv", rel == "tasks.result.xlsx", rel == "index.html":
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		sum, rel := s.sum(f), filepath.ToSlash(rel)
		if missing[sum]--; missing[sum] < 0 {
			s.t.Errorf("%s is no recording, or one too many", rel)
		}
		line, ok := listed[rel]
		if !ok || line["sha256"] != sum {
			s.t.Errorf("the manifest says %v of %s, which has %s", line, rel, sum)
		}
		delete(listed, rel)
		attempts, err := strconv.Atoi(line["attempts"])
		failed += attempts - 1
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for sum, n := range missing {
		if n > 0 {
			s.t.Errorf("%d recordings of %s are missing", n, sum)
		}
	}
	for path := range listed {
		s.t.Errorf("the manifest lists %s, which is not there", path)
	}
	parts, err := os.ReadDir(filepath.Join(out, ".hikgrab", "parts"))
	if err != nil || len(parts) > 0 {
		s.t.Errorf("%d parts are left, %v", len(parts), err)
	}
	return failed
}

func (s *site) sum(r io.Reader) string { return sumOf(s.t, r) }

// sumOf returns the SHA-256 of everything in r.
func sumOf(t testing.TB, r io.Reader) string {
	t.Helper()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// manifest returns the manifest's columns by path.
func (s *site) manifest() map[string]map[string]string {
	f, err := os.Open(filepath.Join(s.dir, "out", "manifest.csv"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		s.t.Fatal(err)
	}
	listed := map[string]map[string]string{}
	for _, row := range rows[1:] {
		line := map[string]string{}
		for i, name := range rows[0] {
			line[strings.TrimPrefix(name, "\ufeff")] = row[i]
		}
		if listed[line["path"]] != nil {
			s.t.Errorf("the manifest lists %s twice", line["path"])
		}
		listed[line["path"]] = line
	}
	return listed
}

// count checks that no recording was delivered whole more often than it was
// kept, rejected by a failed attempt, or in progress when the program died.
func (s *site) count(killed, failed int) {
	delivered, files, bytes := 0, s.soak.recorders*s.channels*s.recordings, int64(0)
	for _, rec := range s.recorders {
		stats := rec.Stats()
		delivered += stats.FullDeliveries
		bytes += stats.BytesSent
	}
	s.t.Logf("%d files, %d delivered whole, %d attempts failed, %d kills, %d MiB sent", files, delivered, failed, killed, bytes>>20)
	if most := files + failed + killed*soakJobs; delivered > most {
		s.t.Errorf("%d recordings were delivered whole, at most %d can be explained", delivered, most)
	}
}

func (s *site) downloads() int {
	n := 0
	for _, rec := range s.recorders {
		n += rec.Stats().Requests[simulator.Download]
	}
	return n
}
