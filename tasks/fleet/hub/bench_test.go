package hub

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"example.com/hikgrab/tasks/fleet"
)

// resident reports the memory of this process in MiB, if the system tells.
func resident(b *testing.B) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(pages*os.Getpagesize())/(1<<20), "MiB-resident")
}

// fill writes leases to the store of r as they are when a coordinator ends. A
// server without a sync for each does it in seconds.
func (r *rig) fill(b *testing.B, leases int) {
	b.Helper()
	s, err := server.NewServer(&server.Options{DontListen: true, NoSigs: true, NoLog: true, JetStream: true, StoreDir: filepath.Join(r.out, storeDir)})
	if err != nil {
		b.Fatal(err)
	}
	s.Start()
	defer func() { s.Shutdown(); s.WaitForShutdown() }()
	nc, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		b.Fatal(err)
	}
	defer nc.Close()
	st, err := openStore(b.Context(), nc, subjects(r.id.pin.Fleet()), 1, true)
	if err != nil {
		b.Fatal(err)
	}
	js, err := jetstream.New(nc, jetstream.WithPublishAsyncMaxPending(1000))
	if err != nil {
		b.Fatal(err)
	}
	value := []byte(strings.Repeat("x", 300))
	for n := range leases {
		if _, err := js.PublishAsync(st.subject(fmt.Sprintf("lease.%032x", n)), value); err != nil {
			b.Fatal(err)
		}
	}
	<-js.PublishAsyncComplete()
}

// BenchmarkReady measures the time from nothing to every lease in memory.
func BenchmarkReady(b *testing.B) {
	for _, leases := range []int{0, 10_000, 100_000} {
		b.Run(fmt.Sprintf("leases=%d", leases), func(b *testing.B) {
			r := newRig(b)
			r.fill(b, leases)
			for b.Loop() {
				h := r.open(b)
				all, err := h.Load(b.Context())
				if err != nil || len(all) != leases {
					b.Fatal(len(all), err)
				}
				b.StopTimer()
				resident(b)
				h.Close()
				b.StartTimer()
			}
		})
	}
}

// BenchmarkLifeOfALease grants a lease and seals its login; its end is
// reported, recorded and written.
func BenchmarkLifeOfALease(b *testing.B) {
	const machines = 16
	r := newRig(b)
	h := r.open(b)
	serve(b, h, echo)
	inv := r.invite(b)
	var links []*guest
	for range machines {
		links = append(links, r.join(b, b.TempDir(), inv, nil).in(b))
	}
	ended := make([]chan struct{}, machines)
	for n := range ended {
		ended[n] = make(chan struct{}, 1)
	}
	go func() {
		for {
			batch, err := h.Reports(b.Context(), 256)
			if err != nil {
				return
			}
			for _, d := range batch {
				n, err := strconv.Atoi(string(d.Data))
				if err != nil {
					b.Error(err)
				}
				_ = d.Ack()
				ended[n] <- struct{}{}
			}
		}
	}()
	var lives atomic.Int64
	var working sync.WaitGroup
	b.ResetTimer()
	for n, l := range links {
		working.Go(func() {
			for own := int64(1); lives.Add(1) <= int64(b.N); own++ {
				key := fmt.Sprintf("lease.%d.%d", n, own)
				revision, err := h.Save(b.Context(), key, []byte("held"), 0)
				if err != nil {
					b.Error(err)
				}
				if sealed, err := h.Seal(l.me, []byte("login")); err != nil {
					b.Error(err)
				} else if _, err := l.Open(sealed); err != nil {
					b.Error(err)
				}
				if err := l.Report(b.Context(), key, strconv.AppendInt(nil, int64(n), 10)); err != nil {
					b.Error(err)
				}
				<-ended[n]
				if _, err := h.Save(b.Context(), key, []byte("ended"), revision); err != nil {
					b.Error(err)
				}
			}
		})
	}
	working.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "leases/s")
}

// BenchmarkReportsTakenIn measures waiting reports taken in batches, as after a
// coordinator was away.
func BenchmarkReportsTakenIn(b *testing.B) {
	const machines = 8
	r := newRig(b)
	h := r.open(b)
	serve(b, h, echo)
	inv := r.invite(b)
	text := []byte(strings.Repeat("x", 300))
	var sending sync.WaitGroup
	var sent atomic.Int64
	for range machines {
		l := r.join(b, b.TempDir(), inv, nil).in(b)
		sending.Go(func() {
			for n := 0; sent.Add(1) <= int64(b.N); n++ {
				if err := l.Report(b.Context(), strconv.Itoa(n), text); err != nil {
					b.Error(err)
				}
			}
		})
	}
	sending.Wait()
	b.ResetTimer()
	for taken := 0; taken < b.N; {
		batch, err := h.Reports(b.Context(), 256)
		if err != nil {
			b.Fatal(err)
		}
		for _, d := range batch {
			if err := d.Ack(); err != nil {
				b.Fatal(err)
			}
		}
		taken += len(batch)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reports/s")
}

// BenchmarkBeat measures both ends of a beat, with many machines connected.
func BenchmarkBeat(b *testing.B) {
	for _, machines := range []int{10, 1000} {
		b.Run(fmt.Sprintf("machines=%d", machines), func(b *testing.B) {
			r := newRig(b)
			h := r.open(b)
			serve(b, h, func(context.Context, fleet.Peer, fleet.Kind, []byte) []byte { return []byte("{}") })
			inv := r.invite(b)
			var links []*guest
			for range machines {
				links = append(links, r.join(b, b.TempDir(), inv, nil).in(b))
			}
			beat := []byte(strings.Repeat("x", 500))
			next := 0
			for b.Loop() {
				if _, err := links[next%machines].Request(b.Context(), fleet.KindBeat, beat); err != nil {
					b.Fatal(err)
				}
				next++
			}
			resident(b)
		})
	}
}
