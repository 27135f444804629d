package collect

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/fleet"
	"example.com/hikgrab/tasks/fleet/hub"
	"example.com/hikgrab/tasks/worker"
)

// BenchmarkCollect collects a file of 512 MiB over TLS on loopback: both ends,
// with their disks, the checksum at the end, and the delay of a beat meanwhile.
//
//	go test ./tasks/fleet/collect -run xxx -bench Collect -benchtime 4x
func BenchmarkCollect(b *testing.B) {
	const bytes = 512 << 20
	quiet := slog.New(slog.DiscardHandler)
	id, err := hub.OpenIdentity(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	out := b.TempDir()
	h, err := hub.Open(b.Context(), hub.Options{Identity: id, Out: out, Listen: "127.0.0.1:0", Log: quiet})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(h.Close)
	var own sync.WaitGroup
	b.Cleanup(own.Wait)
	ctx, cancel := context.WithCancel(context.Background())
	b.Cleanup(cancel)
	own.Go(func() {
		_ = h.Serve(ctx, func(context.Context, fleet.Peer, fleet.Kind, []byte) []byte { return []byte("{}") }) // it ends with the benchmark
	})
	inv, err := id.Invite(time.Now(), time.Hour, nil)
	if err != nil {
		b.Fatal(err)
	}
	there := b.TempDir()
	keys, err := hub.OpenKeys(there)
	if err != nil {
		b.Fatal(err)
	}
	link, err := hub.OpenLink(hub.LinkOptions{Keys: keys, Out: there, Invited: &inv, Name: "one", Log: quiet})
	if err != nil {
		b.Fatal(err)
	}
	var told []archive.Distant
	store, err := archive.Open(there, nil, archive.WithFinished(func(d archive.Distant) { told = append(told, d) }))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	random := rand.NewChaCha8([32]byte{7})
	start := time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)
	part, err := store.Create(archive.Item{Recorder: "10.20.0.11", Recording: nvr.Recording{Track: 101, Start: start, End: start.Add(time.Hour), Size: bytes}})
	if err == nil {
		_, err = io.Copy(part, io.LimitReader(random, bytes))
	}
	if err == nil {
		_, err = part.Commit(b.Context(), archive.Try{Number: 1, Receipt: nvr.Receipt{Received: bytes, Length: bytes}})
	}
	if err != nil {
		b.Fatal(err)
	}
	m := fleet.NewMachine(link, fleet.MachineOptions{Name: "one", Log: quiet})
	own.Go(func() { _ = m.Listen(ctx) })
	own.Go(func() {
		_ = m.Work(ctx, fleet.Run{Catalogue: "C"}, tasks.NewQueue(nil, tasks.Options{Archive: store}), store)
	})
	b.SetBytes(bytes)
	late := time.Duration(0)
	beating, silence := context.WithCancel(ctx)
	own.Go(func() {
		for beating.Err() == nil {
			began := time.Now()
			if _, err := link.Request(beating, fleet.KindBeat, nil); err == nil {
				late = max(late, time.Since(began))
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
	begun := cpu()
	for n := 0; b.Loop(); n++ {
		home, err := archive.Open(fmt.Sprintf("%s/home%d", out, n), nil)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := home.NoteElsewhere("one", string(link.Machine()), told); err != nil {
			b.Fatal(err)
		}
		q := New(Options{Hub: h, Archive: home, Name: "boss", Patience: time.Minute, Tell: func(tasks.Event) {}})
		go q.Run(ctx)
		var s tasks.Snapshot
		for s.Counts[tasks.Done] == 0 {
			time.Sleep(5 * time.Millisecond)
			s = tasks.Snapshot{}
			q.AddTo(&s)
		}
		if err := q.Stop(ctx); err != nil {
			b.Fatal(err)
		}
		if err := home.Close(); err != nil {
			b.Fatal(err)
		}
	}
	spent := cpu() - begun
	silence()
	b.ReportMetric(float64(late.Microseconds())/1000, "ms-latest-beat")
	if runtime.GOOS == "linux" {
		b.ReportMetric(spent.Seconds()*(1<<30)/float64(b.N*bytes), "cpu-s/GiB")
	}
}

// BenchmarkSnapshot shows a hundred thousand files and takes the queue's
// measurements, both of which happen four times a second.
func BenchmarkSnapshot(b *testing.B) {
	q := New(Options{Patience: time.Hour})
	q.learned, q.started = true, time.Now()
	q.run, q.halt = context.WithCancelCause(b.Context())
	m := &machine{id: "UA", name: "kazan-1", group: firstID, since: time.Now()}
	q.machines = []*machine{m}
	for i := range 100_000 {
		f := &file{id: tasks.CameraID(firstID + i), group: m, bytes: 1 << 30, meter: &worker.Meter{}, sources: []*source{{machine: m}}}
		q.files, m.files = append(q.files, f), append(m.files, f)
	}
	var s tasks.Snapshot
	for b.Loop() {
		s = tasks.Snapshot{Recorders: s.Recorders[:0], Cameras: s.Cameras[:0], Finished: true, TotalKnown: true}
		q.AddTo(&s)
		q.change(q.sample)
	}
	if len(s.Cameras) != len(q.files) {
		b.Fatal(len(s.Cameras))
	}
}

// cpu returns the processor time that this process has used, or 0 on systems
// other than Linux.
func cpu() time.Duration {
	stat, _ := os.ReadFile("/proc/self/stat")
	var user, system time.Duration // in hundredths of a second, the 12th and 13th field after the program's name
	_, rest, _ := strings.Cut(string(stat), ") ")
	if fields := strings.Fields(rest); len(fields) > 12 {
		_, _ = fmt.Sscan(fields[11]+" "+fields[12], &user, &system)
	}
	return (user + system) * 10 * time.Millisecond
}
