package tasks

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// day is when the simulated recorders have their recordings: the day on which a
// synctest bubble begins, as their clocks show it at noon.
var day = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// rig is a queue with simulated recorders, inside a synctest bubble.
type rig struct {
	t         *testing.T
	network   *simulator.Network
	recorders map[string]*simulator.Recorder
	dir       string
	archive   *archive.Archive
	log       *strictLog
	queue     *Queue
	options   Options
	list      []Task
	mostJobs  int // ever allowed, if more than now
}

// strictLog fails the test on everything that the queue logs as its own error.
type strictLog struct {
	t     *testing.T
	quiet bool // errors are expected
}

func (l *strictLog) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelError && !l.quiet
}

func (l *strictLog) Handle(_ context.Context, r slog.Record) error {
	text := r.Message
	r.Attrs(func(a slog.Attr) bool { text += " " + a.String(); return true })
	l.t.Error("the queue logged an error: ", text)
	return nil
}
func (l *strictLog) WithAttrs([]slog.Attr) slog.Handler { return l }
func (l *strictLog) WithGroup(string) slog.Handler      { return l }

// setUp starts the simulated recorders, one per configuration, at 10.0.0.1 and
// so on, and makes a task for all cameras of each.
func setUp(t *testing.T, configs ...simulator.Config) *rig {
	t.Helper()
	time.Sleep(12 * time.Hour) // the bubble begins at midnight
	b := &rig{t: t, network: &simulator.Network{}, recorders: make(map[string]*simulator.Recorder), dir: t.TempDir()}
	b.log = &strictLog{t: t}
	t.Cleanup(func() { _ = b.network.Close() })
	for i, c := range configs {
		host := fmt.Sprintf("10.0.0.%d", i+1)
		rec := simulator.New(c)
		b.recorders[host] = rec
		b.network.Handle(host+":80", rec)
		b.list = append(b.list, b.task(host))
	}
	b.options = Options{Dial: b.network.Dial, Log: slog.New(b.log)}
	return b
}

func (b *rig) task(host string, picks ...Pick) Task {
	address, err := nvr.ParseAddress(host)
	if err != nil {
		b.t.Fatal(err)
	}
	return Task{
		Source:  "tasks.xlsx  Sheet1!A" + host[strings.LastIndexByte(host, '.')+1:],
		Address: address,
		Login:   nvr.Login{User: simulator.DefaultUser, Password: simulator.DefaultPassword},
		Cameras: picks,
	}
}

// start opens the archive and runs the queue; the test's end stops both.
func (b *rig) start() {
	b.t.Helper()
	b.open()
	b.run()
}

// open makes the queue without running it.
func (b *rig) open() {
	b.t.Helper()
	var err error
	if b.archive, err = archive.Open(b.dir, nil); err != nil {
		b.t.Fatal(err)
	}
	b.options.Archive = b.archive
	b.queue = NewQueue(b.list, b.options)
}

func (b *rig) run() {
	go b.queue.Run(context.Background())
	synctest.Wait()
}

// stop stops the queue and closes the archive, like the end of a run.
func (b *rig) stop() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := b.queue.Stop(ctx); err != nil {
		b.t.Fatal("stopping: ", err)
	}
	if err := b.archive.Close(); err != nil {
		b.t.Fatal("closing the archive: ", err)
	}
}

// finish waits until everything has ended, then stops.
func (b *rig) finish() Snapshot {
	b.t.Helper()
	s := b.until("everything has ended", func(s *Snapshot) bool { return s.Finished })
	b.stop()
	return s
}

// until waits for a snapshot that satisfies cond, at most two hours of the
// bubble's time, and checks every snapshot on the way.
func (b *rig) until(what string, cond func(s *Snapshot) bool) Snapshot {
	b.t.Helper()
	var s Snapshot
	for i := range 2 * 60 * 60 * 10 {
		b.queue.Snapshot(&s)
		checkSnapshot(b.t, &s, b.mostJobs)
		if i%20 == 0 {
			b.audit()
		}
		if cond(&s) {
			return s
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.t.Fatalf("waited in vain until %s; cameras %+v, recorders %+v", what, s.Cameras, s.Recorders)
	return s
}

// checkSnapshot checks what is true of every snapshot.
func checkSnapshot(t *testing.T, s *Snapshot, mostJobs int) {
	t.Helper()
	sum := 0
	for _, n := range s.Counts {
		sum += n
	}
	if sum != len(s.Cameras) {
		t.Fatalf("the counts add up to %d of %d cameras", sum, len(s.Cameras))
	}
	active, first := 0, 0
	for _, r := range s.Recorders {
		if r.First != first || first+r.Count > len(s.Cameras) {
			t.Fatalf("recorder %d has the cameras %d to %d, the one before ended at %d", r.ID, r.First, r.First+r.Count, first)
		}
		first += r.Count
		active += r.Active
		if r.Active > cmp.Or(s.PerRecorder, mostLoad) {
			t.Fatalf("%d downloads at once from one recorder, %d allowed", r.Active, cmp.Or(s.PerRecorder, mostLoad))
		}
	}
	if active != s.Active || active > max(s.Jobs, mostJobs) {
		t.Fatalf("%d downloads at once (%d by recorder), %d allowed", s.Active, active, s.Jobs)
	}
	if s.Bytes > s.Total && s.TotalKnown {
		t.Fatalf("%d bytes of %d", s.Bytes, s.Total)
	}
}

// audit checks the queue's data: each recording is in exactly one place, and
// the sums are right.
func (b *rig) audit() {
	b.t.Helper()
	q := b.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	active := 0
	for _, r := range q.recorders {
		mine := 0
		for _, c := range r.cameras {
			places := map[*recording]int{}
			for _, list := range [][]*recording{c.ready, c.later, c.active} {
				for _, rec := range list {
					places[rec]++
				}
			}
			var have, total int64
			done, failed := 0, 0
			for _, rec := range c.recordings {
				ended := rec.state == RecordingDone || rec.state == RecordingFailed
				if n := places[rec]; (n == 0) != ended || n > 1 {
					b.t.Fatalf("a recording that is in state %d is in %d lists", rec.state, n)
				}
				if rec.meter == nil {
					have += rec.have
				}
				total += rec.Size
				switch rec.state {
				case RecordingDone:
					done++
				case RecordingFailed:
					failed++
				case RecordingWaiting, RecordingActive, RecordingRetrying:
				}
			}
			if have != c.settled || total != c.total || done != c.done || failed != c.failed {
				b.t.Fatalf("the books say %d of %d bytes, %d done, %d failed; it is %d of %d, %d, %d",
					c.settled, c.total, c.done, c.failed, have, total, done, failed)
			}
			mine += len(c.active)
		}
		if mine != r.active {
			b.t.Fatalf("%d downloads on the recorder's books, %d by camera", r.active, mine)
		}
		active += mine
	}
	if active != q.active {
		b.t.Fatalf("%d downloads on the books, %d by camera", q.active, active)
	}
}

// mustHold fails unless exactly the recordings of these tracks are on disk,
// byte for byte as the recorder has them.
func (b *rig) mustHold(host string, tracks ...int) {
	b.t.Helper()
	want := 0
	got := b.files()
	for _, track := range tracks {
		for _, rec := range b.recorders[host].Recordings(track) {
			content, err := io.ReadAll(b.recorders[host].Content(track, rec.Name))
			if err != nil {
				b.t.Fatal(err)
			}
			name := rec.Start.Format("20060102-150405") + "_" + rec.End.Format("20060102-150405")
			i := slices.IndexFunc(got, func(path string) bool {
				return strings.HasPrefix(path, host+"/") && strings.Contains(path, fmt.Sprintf("/ch%02d", track/100)) && strings.Contains(path, name)
			})
			if i < 0 {
				b.t.Fatalf("%s track %d: %s is not on disk; there is %v", host, track, name, got)
			}
			disk, err := os.ReadFile(filepath.Join(b.dir, filepath.FromSlash(got[i])))
			if err != nil {
				b.t.Fatal(err)
			}
			if !bytes.Equal(disk, content) {
				b.t.Fatalf("%s differs from what the recorder has (%d bytes, %d expected)", got[i], len(disk), len(content))
			}
			want++
		}
	}
	here := slices.DeleteFunc(got, func(path string) bool { return !strings.HasPrefix(path, host+"/") })
	if len(here) != want {
		b.t.Fatalf("%d files of %s on disk, %d expected: %v", len(here), host, want, here)
	}
}

// files lists what an operator sees under the output directory.
func (b *rig) files() []string {
	var list []string
	err := filepath.WalkDir(b.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == ".hikgrab" {
			return filepath.SkipDir
		}
		if rel, _ := filepath.Rel(b.dir, path); !d.IsDir() && strings.Contains(rel, string(filepath.Separator)) {
			list = append(list, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

// events returns everything that happened.
func (b *rig) events() []Event { return b.queue.Events(0, nil) }

// morning returns n recordings of a quarter of an hour each, from eight
// o'clock.
func morning(n int, size int64) []simulator.Recording {
	eight := day.Add(8 * time.Hour)
	return simulator.Span(eight, eight.Add(time.Duration(n)*15*time.Minute), 15*time.Minute, size)
}

// channels returns n channels with m recordings each.
func channels(n, m int, size int64) []simulator.Channel {
	list := make([]simulator.Channel, n)
	for i := range list {
		list[i] = simulator.Channel{Number: i + 1, Recordings: morning(m, size)}
	}
	return list
}

func states(s *Snapshot) []State {
	var list []State
	for _, c := range s.Cameras {
		list = append(list, c.State)
	}
	return list
}

// retryFailed retries what failed or is incomplete, as a screen does, and
// returns how many cameras that is.
func (b *rig) retryFailed() int {
	var s Snapshot
	b.queue.Snapshot(&s)
	b.queue.Retry(s.Troubles()...)
	return len(s.Troubles())
}
