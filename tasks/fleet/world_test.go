package fleet_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/fleet"
)

// world is a coordinator and machines that work on simulated recorders, in a
// synctest bubble.
type world struct {
	t       *testing.T
	net     *network
	list    []tasks.Task
	planned tasks.Snapshot
	files   int // per recorder
	rules   fleet.Rules
	without int

	coordinator *fleet.Coordinator
	host        *host // of the coordinator
	machines    []*station
	began       time.Time

	mu        sync.Mutex
	catalogue map[string][]string // who reported a file, in order
	wrong     []string            // invariants that did not hold
	touched   map[string]int      // writes, by recorder
	lent      map[string]archive.Lent
	nameless  int // notes of files on a machine without a name
}

// host is a computer: its process can be killed or frozen, and it can sleep.
type host struct {
	mu     sync.Mutex
	frozen chan struct{} // closed when it thaws; nil while it runs
	asleep time.Duration // how far its monotonic clock is behind
	slept  time.Time     // since when it sleeps
	stop   context.CancelFunc
	done   sync.WaitGroup
}

// alive waits while the host is frozen.
func (h *host) alive() {
	for {
		h.mu.Lock()
		frozen := h.frozen
		h.mu.Unlock()
		if frozen == nil {
			return
		}
		<-frozen
	}
}

func (h *host) freeze(asleep bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.frozen == nil {
		h.frozen = make(chan struct{})
		if asleep {
			h.slept = time.Now()
		}
	}
}

func (h *host) thaw() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.frozen != nil {
		if !h.slept.IsZero() {
			h.asleep += time.Since(h.slept)
			h.slept = time.Time{}
		}
		close(h.frozen)
		h.frozen = nil
	}
}

func (h *host) now(began time.Time) fleet.Instant {
	h.mu.Lock()
	defer h.mu.Unlock()
	wall := time.Since(began)
	mono := wall - h.asleep
	if !h.slept.IsZero() {
		mono -= time.Since(h.slept)
	}
	return fleet.Instant{Mono: mono, Wall: wall}
}

// station is a machine and its disk, through all restarts.
type station struct {
	*host
	w     *world
	id    fleet.MachineID
	name  string
	nets  []string
	store *store

	machine *fleet.Machine
	works   *works
}

// mortalLink is a machine's link that freezes with its host.
type mortalLink struct {
	fleet.Link
	host *host
}

func (l mortalLink) Request(ctx context.Context, kind fleet.Kind, data []byte) ([]byte, error) {
	l.host.alive()
	got, err := l.Link.Request(ctx, kind, data)
	l.host.alive()
	return got, err
}

func (l mortalLink) Report(ctx context.Context, id string, data []byte) error {
	l.host.alive()
	return l.Link.Report(ctx, id, data)
}

// newWorld returns a world in which nothing runs yet.
func newWorld(t *testing.T, recorders, files int) *world {
	w := &world{
		t: t, net: newNetwork(1), files: files, began: time.Now(), catalogue: map[string][]string{}, touched: map[string]int{}, lent: map[string]archive.Lent{}, host: &host{},
	}
	for i := range recorders {
		address, err := nvr.ParseAddress(fmt.Sprintf("10.0.0.%d", i+1))
		if err != nil {
			t.Fatal(err)
		}
		w.list = append(w.list, tasks.Task{Address: address, Login: nvr.Login{User: "admin", Password: "s3cret"}, Cameras: []tasks.Pick{{Channel: 1, Stream: nvr.Main}}})
		w.planned.Cameras = append(w.planned.Cameras, tasks.CameraView{Channel: 1, Stream: nvr.Main, Track: 101})
		w.planned.Recorders = append(w.planned.Recorders, tasks.RecorderView{Address: address.String(), First: i, Count: 1})
	}
	for i := range 3 {
		w.machines = append(w.machines, &station{
			host: &host{}, w: w, id: fleet.MachineID(fmt.Sprintf("M%d", i+1)), name: fmt.Sprintf("m%d", i+1),
			store: &store{told: map[string]bool{}, believed: map[string]bool{}},
		})
	}
	return w
}

// coordinate starts a coordinator.
func (w *world) coordinate() {
	ctx, cancel := context.WithCancel(context.Background())
	w.host.stop = cancel
	c := fleet.NewCoordinator(mortalHub{w.net.hub(), w.host}, w, w.list, &w.planned, fleet.CoordinatorOptions{
		Version: "test", Again: w.coordinator != nil, Rules: w.rules, Run: fleet.Run{ID: "run", Catalogue: "catalogue", PerRecorder: 2, Began: w.began},
		Now: func() fleet.Instant { w.host.alive(); return w.host.now(w.began) },
	})
	fleet.Without(c, nil, w.without)
	w.coordinator = c
	w.host.done.Go(func() {
		if err := c.Run(ctx); err != nil {
			w.fault("the coordinator: %v", err)
		}
	})
}

// mortalHub is the coordinator's end, which freezes with its host.
type mortalHub struct {
	fleet.Hub
	host *host
}

func (h mortalHub) Serve(ctx context.Context, answer fleet.Answer) error {
	return h.Hub.Serve(ctx, func(ctx context.Context, from fleet.Peer, kind fleet.Kind, data []byte) []byte {
		h.host.alive()
		got := answer(ctx, from, kind, data)
		h.host.alive()
		return got
	})
}

func (h mortalHub) Reports(ctx context.Context, most int) ([]fleet.Delivery, error) {
	got, err := h.Hub.Reports(ctx, most)
	h.host.alive()
	return got, err
}

// start starts a machine's process.
func (s *station) start() {
	ctx, cancel := context.WithCancel(context.Background())
	s.host.mu.Lock()
	s.stop = cancel
	s.host.mu.Unlock()
	m := fleet.NewMachine(mortalLink{s.w.net.link(s.id), s.host}, fleet.MachineOptions{
		Name: s.name, Version: "test", Networks: s.nets, Now: func() fleet.Instant { return s.now(s.w.began) },
	})
	fleet.Without(nil, m, s.w.without)
	s.store.forget()
	works := newWorks(s, m)
	s.host.mu.Lock()
	s.machine, s.works = m, works
	s.host.mu.Unlock()
	s.done.Go(func() { _ = m.Listen(ctx) })
	s.done.Go(func() { works.run(ctx) })
	s.done.Go(func() {
		for ctx.Err() == nil {
			run, err := m.Join(ctx)
			if err != nil {
				return
			}
			_ = m.Work(ctx, run, works, s.store)
			time.Sleep(5 * time.Second) // it stays for the next run
		}
	})
}

// process returns what runs on a machine now; nil before its first start.
func (s *station) process() (*fleet.Machine, *works) {
	s.host.mu.Lock()
	defer s.host.mu.Unlock()
	return s.machine, s.works
}

// kill ends a process at once.
func (h *host) kill() {
	h.mu.Lock()
	stop := h.stop
	h.mu.Unlock()
	if stop != nil {
		stop()
	}
	h.thaw()
	h.done.Wait()
}

func (w *world) end() {
	for _, s := range w.machines {
		s.kill()
	}
	w.host.kill()
}

func (w *world) fault(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.wrong) < 20 {
		w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
	}
}

// touch is a write of a machine to a part of a recorder. No other machine's
// fence may allow one at that moment.
func (w *world) touch(s *station, address string) {
	for _, other := range w.machines {
		machine, works := other.process()
		if other != s && machine != nil && works.has(address) && machine.Fence(address) == nil {
			w.fault("%s after %v: %s writes while %s is inside its promise", address, time.Since(w.began), s.name, other.name)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.touched[address]++
}

// The catalogue, which survives everything.

func (w *world) NoteElsewhere(machine, by string, files []archive.Distant) ([]bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if machine == "" {
		w.nameless++
	}
	news := make([]bool, len(files))
	for i, f := range files {
		if !slices.Contains(w.catalogue[placeOf(f)], by) {
			w.catalogue[placeOf(f)] = append(w.catalogue[placeOf(f)], by)
			news[i] = true
		}
	}
	return news, nil
}

func (w *world) ElsewhereOf(_, recorder, by string, from, _ int) ([]archive.Remote, int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []archive.Remote
	for i := range w.files {
		path := pathOf(recorder, i)
		if who := w.catalogue[path]; len(who) > 0 && !slices.Contains(who, by) {
			all = append(all, distant(recorder, i).Remote(path, who[0]))
		}
	}
	return all[min(from, len(all)):], 0
}

func (w *world) NoteLent(l archive.Lent) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lent[l.By] = l
	return nil
}

func (w *world) Lent() (long []archive.Lent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.lent {
		if l.Long {
			long = append(long, l)
		}
	}
	return long
}

func (w *world) NoteCamera(archive.CameraKey, archive.Outcome) error { return nil }

func pathOf(recorder string, i int) string { return fmt.Sprintf("%s/%d.mp4", recorder, i) }

// distant returns the i-th file of a recorder.
func distant(recorder string, i int) (d archive.Distant) {
	sum := sha256.Sum256([]byte(pathOf(recorder, i)))
	text := fmt.Sprintf(`{"t":"done","id":"%x","format":%d,"path":%q,"bytes":100,"recorder":%q,"track":101,"start":"2026-11-03T08:00:00","end":"2026-11-03T08:10:00"}`,
		sum[:16], archive.MP4, pathOf(recorder, i), recorder)
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		panic(err)
	}
	return d
}

// done reports whether every recording is in the catalogue and the board says
// so.
func (w *world) done() bool {
	w.mu.Lock()
	files := len(w.catalogue)
	w.mu.Unlock()
	var s tasks.Snapshot
	w.coordinator.Board().Snapshot(&s)
	return files == len(w.list)*w.files && s.Finished
}

// copies returns how many files more than one machine has.
func (w *world) copies() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, who := range w.catalogue {
		n += len(who) - 1
	}
	return n
}

// describe says where everything stands.
func (w *world) describe() string {
	var s tasks.Snapshot
	w.coordinator.Board().Snapshot(&s)
	text := fmt.Sprintf("%d files, finished %v, %v, %s", len(w.catalogue), s.Finished, s.Machines, w.coordinator.Board().Rows())
	for id, l := range w.coordinator.Leases() {
		text += fmt.Sprintf("\n%.6s %+v", id, l)
	}
	for _, m := range w.machines {
		text += "\n" + m.name + m.machine.Describe()
		for _, r := range m.works.rows {
			text += fmt.Sprintf(" %s:%d", r.address, r.done)
		}
	}
	return text
}

// writes returns how many writes there were.
func (w *world) writes() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, writes := range w.touched {
		n += writes
	}
	return n
}

// until waits for something, within a limit.
func (w *world) until(what string, within time.Duration, is func() bool) {
	w.t.Helper()
	for began := time.Now(); !is(); time.Sleep(100 * time.Millisecond) {
		if time.Since(began) > within {
			w.fault("not within %v: %s; %s", within, what, w.describe())
			return
		}
	}
}
