package collect

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/fleet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// size is the size of the files in these tests, several pieces each.
const size = 1<<20 + 12345

// rig is a coordinator's archive and machines with files, on an in-memory
// network, in a synctest bubble.
type rig struct {
	t    *testing.T
	net  *network
	home *archive.Archive
	o    Options
	q    *Queue
	ran  chan struct{}

	mu     sync.Mutex
	events []tasks.Event
	asked  map[fleet.MachineID]int // bytes

	machines map[string]*host
}

// host is a machine: a directory, and a process that may be killed.
type host struct {
	r     *rig
	name  string
	store *archive.Archive
	kill  context.CancelFunc
	done  sync.WaitGroup
	spoil func([]byte) // changes a piece before it is sent; nil changes nothing
}

// bubble runs a test in a synctest bubble.
func bubble(t *testing.T, test func(t *testing.T, r *rig)) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{t: t, net: newNetwork(), machines: map[string]*host{}, asked: map[fleet.MachineID]int{}}
		r.home = opened(t, t.TempDir())
		r.o = Options{Hub: r, Name: "boss", Patience: 30 * time.Second, Tell: r.take}
		defer func() {
			r.stop()
			for _, h := range r.machines {
				h.die()
				_ = h.store.Close()
			}
			if err := r.home.Close(); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Second) // until nothing is in transit
		}()
		test(t, r)
	})
}

func opened(t *testing.T, dir string) *archive.Archive {
	t.Helper()
	a, err := archive.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Ask forwards to the network and counts the bytes asked for.
func (r *rig) Ask(ctx context.Context, to fleet.MachineID, kind fleet.Kind, data []byte) ([]byte, error) {
	got, err := r.net.ask(ctx, to, kind, data)
	r.mu.Lock()
	r.asked[to] += max(len(got)-1, 0)
	var h *host
	for _, one := range r.machines {
		if keyOf(one.name) == string(to) {
			h = one
		}
	}
	r.mu.Unlock()
	if h != nil && h.spoil != nil && len(got) > 1 {
		got = bytes.Clone(got)
		h.spoil(got[1:])
	}
	return got, err
}

func (r *rig) take(e tasks.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// said returns the events, a line each.
func (r *rig) said() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	for _, e := range r.events {
		fmt.Fprintln(&b, e.Type, e.Machine, e.Path, e.Message)
	}
	return b.String()
}

// keyOf returns the key of a machine of that name.
func keyOf(name string) string { return "U" + strings.ReplaceAll(name, "-", "") }

// bytesOf returns how many bytes of files a machine has sent.
func (r *rig) bytesOf(name string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked[fleet.MachineID(keyOf(name))]
}

// content returns what a recorder sends of its recording n.
func content(n int) []byte {
	b := make([]byte, size)
	random := rand.NewChaCha8([32]byte{byte(n)})
	_, _ = random.Read(b) // never fails
	return b
}

// machine makes a machine with these recordings and reports them to the
// coordinator. It does not run.
func (r *rig) machine(name string, recordings ...int) *host {
	r.t.Helper()
	var told []archive.Distant
	dir := r.t.TempDir()
	store, err := archive.Open(dir, nil, archive.WithFinished(func(d archive.Distant) { told = append(told, d) }))
	if err != nil {
		r.t.Fatal(err)
	}
	day := time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)
	for _, n := range recordings {
		start := day.Add(time.Duration(n) * 10 * time.Minute)
		p, err := store.Create(archive.Item{Recorder: "10.20.0.11", Camera: "Gate", Recording: nvr.Recording{
			Track: 101, Start: start, End: start.Add(10 * time.Minute), Size: size, Name: fmt.Sprint(n),
		}})
		if err != nil {
			r.t.Fatal(err)
		}
		if _, err = p.Write(content(n)); err == nil {
			_, err = p.Commit(r.t.Context(), archive.Try{Number: 1, Receipt: nvr.Receipt{Received: size, Length: size}})
		}
		if err != nil {
			r.t.Fatal(err)
		}
	}
	if _, err := r.home.NoteElsewhere(name, keyOf(name), told); err != nil {
		r.t.Fatal(err)
	}
	h := &host{r: r, name: name, store: store}
	r.machines[name] = h
	return h
}

// live starts a machine's process.
func (h *host) live() *host {
	ctx, cancel := context.WithCancel(context.Background())
	h.kill = cancel
	m := fleet.NewMachine(&line{h.r.net, fleet.MachineID(keyOf(h.name))}, fleet.MachineOptions{Name: h.name})
	h.done.Go(func() { _ = m.Listen(ctx) }) // it ends with the test
	h.done.Go(func() {
		_ = m.Work(ctx, fleet.Run{Catalogue: "C"}, tasks.NewQueue(nil, tasks.Options{Archive: h.store}), h.store)
	})
	return h
}

// die kills it without notice.
func (h *host) die() {
	if h.kill != nil {
		h.kill()
		h.done.Wait()
		h.kill = nil
	}
}

// start starts collecting.
func (r *rig) start() {
	r.o.Archive = r.home
	r.q = New(r.o)
	r.ran = make(chan struct{})
	go func() {
		defer close(r.ran)
		r.q.Run(context.Background())
	}()
}

func (r *rig) stop() {
	if r.q == nil {
		return
	}
	if err := r.q.Stop(context.Background()); err != nil {
		r.t.Error(err)
	}
	<-r.ran
	r.q = nil
}

func (r *rig) snapshot() *tasks.Snapshot {
	s := &tasks.Snapshot{Finished: true, TotalKnown: true, Disk: tasks.Disk{Free: -1}}
	r.q.AddTo(s)
	return s
}

// until waits until a snapshot satisfies is.
func (r *rig) until(what string, is func(s *tasks.Snapshot) bool) *tasks.Snapshot {
	r.t.Helper()
	for end := time.Now().Add(time.Hour); ; time.Sleep(50 * time.Millisecond) {
		s := r.snapshot()
		if is(s) {
			return s
		}
		if time.Now().After(end) {
			r.t.Fatalf("not in an hour: %s; %+v\n%s", what, s.Counts, r.said())
		}
	}
}

func (r *rig) finished() *tasks.Snapshot {
	r.t.Helper()
	return r.until("everything has ended", func(s *tasks.Snapshot) bool { return s.Finished })
}

// complete checks that exactly these recordings are home, byte for byte, once.
func (r *rig) complete(recordings ...int) {
	r.t.Helper()
	all, err := r.home.Finished()
	if err != nil || len(all) != len(recordings) {
		r.t.Errorf("%d files are home, %v", len(all), err)
	}
	for _, n := range recordings {
		if !slices.ContainsFunc(all, func(f archive.Finished) bool {
			got, err := os.ReadFile(filepath.Join(r.home.Dir(), f.Path))
			return err == nil && bytes.Equal(got, content(n))
		}) {
			r.t.Errorf("recording %d is not home", n)
		}
	}
	manifest, err := os.ReadFile(r.home.ManifestPath())
	if lines := strings.Count(string(manifest), "\n"); err != nil || lines != 1+len(recordings) {
		r.t.Errorf("the manifest has %d lines, %v", lines, err)
	}
}

// retryFailed retries what failed, as a screen does, and returns how many files
// that is.
func (r *rig) retryFailed() int {
	ids := r.snapshot().Troubles()
	r.q.Retry(ids...)
	return len(ids)
}
