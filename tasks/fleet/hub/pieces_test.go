package hub

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"example.com/hikgrab/tasks/fleet"
)

const pieceSize = 256 << 10

// piece makes the bytes of a piece from its number.
func piece(n uint64) []byte {
	return bytes.Repeat(binary.LittleEndian.AppendUint64(nil, n), pieceSize/8)
}

func bringer(_ context.Context, _ fleet.Peer, kind fleet.Kind, data []byte) []byte {
	if kind != fleet.KindPiece {
		return append([]byte{}, data...)
	}
	return piece(binary.LittleEndian.Uint64(data))
}

// askTwice asks for a piece twice: a request may be lost when a connection
// breaks.
func askTwice(t *testing.T, h *Hub, m fleet.MachineID, data []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(soon(t), 2*time.Second)
	defer cancel()
	if got, err := h.Ask(ctx, m, fleet.KindPiece, data); err == nil {
		return got, nil
	}
	return h.Ask(soon(t), m, fleet.KindPiece, data)
}

func TestPiecesComeOnAConnectionOfTheirOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := r.open(t)
	stop := serve(t, h, echo)
	m := r.join(t, t.TempDir(), r.invite(t), bringer).in(t)
	connections := func(h *Hub) int {
		all, err := h.engine.server.Connz(&server.ConnzOptions{Username: true, User: string(m.me)})
		if err != nil {
			t.Fatal(err)
		}
		return all.NumConns
	}
	if got := connections(h); got != 1 {
		t.Errorf("before anybody collects there are %d connections", got)
	}
	fetch := func(h *Hub) {
		t.Helper()
		for n := range uint64(20) {
			got, err := askTwice(t, h, m.me, binary.LittleEndian.AppendUint64(nil, n))
			if err != nil || !bytes.Equal(got, piece(n)) {
				t.Fatalf("piece %d: %d bytes, %v", n, len(got), err)
			}
		}
		if got := connections(h); got != 2 {
			t.Errorf("there are %d connections", got)
		}
	}
	fetch(h)
	stop()
	h = r.open(t)
	serve(t, h, echo)
	m.in(t)
	fetch(h)
	m.stop()
	patience := soon(t)
	for err := error(nil); !errors.Is(err, fleet.ErrAbsent); { // a request may get lost in a closing connection
		short, cancel := context.WithTimeout(patience, time.Second)
		_, err = h.Ask(short, m.me, fleet.KindPiece, make([]byte, 8))
		cancel()
		if patience.Err() != nil {
			t.Fatalf("a machine that is gone gives %v", err)
		}
	}
}

// BenchmarkPieces measures collecting without its disks, and the delay of a
// beat meanwhile.
func BenchmarkPieces(b *testing.B) {
	const window = 8
	r := newRig(b)
	h := r.open(b)
	serve(b, h, echo)
	content := piece(1)
	m := r.join(b, b.TempDir(), r.invite(b), func(context.Context, fleet.Peer, fleet.Kind, []byte) []byte { return content }).in(b)
	b.SetBytes(pieceSize)
	beating, stop := context.WithCancel(b.Context())
	var late time.Duration
	var working sync.WaitGroup
	working.Go(func() {
		for beating.Err() == nil {
			began := time.Now()
			if _, err := m.Request(b.Context(), fleet.KindBeat, nil); err != nil {
				b.Error(err)
			}
			late = max(late, time.Since(began))
			time.Sleep(10 * time.Millisecond)
		}
	})
	begun := cpu()
	b.ResetTimer()
	slots := make(chan struct{}, window)
	for range b.N {
		slots <- struct{}{}
		working.Go(func() {
			if got, err := h.Ask(b.Context(), m.me, fleet.KindPiece, make([]byte, 8)); err != nil || len(got) != pieceSize {
				b.Error(len(got), err)
			}
			<-slots
		})
	}
	for range window {
		slots <- struct{}{}
	}
	b.StopTimer()
	stop()
	working.Wait()
	b.ReportMetric(float64(late.Microseconds())/1000, "ms-latest-beat")
	if spent := cpu() - begun; runtime.GOOS == "linux" {
		b.ReportMetric(spent.Seconds()*(1<<30)/float64(b.N*pieceSize), "cpu-s/GiB")
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
