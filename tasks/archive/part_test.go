package archive

import (
	"testing"
	"time"
)

// TestCheckpoint sees that a crash costs no more than checkpointEvery.
func TestCheckpoint(t *testing.T) {
	a := open(t, t.TempDir())
	a.checkpointEvery = 1 << 20
	p := create(t, a, item(0, 0))
	b := movie(1, 5<<20)
	write(t, p, b[:4<<20])
	var safe int64
	for rest := b[4<<20:]; len(rest) > 0 && safe == 0; rest = rest[32<<10:] { // the hasher, which vouches for bytes, is a goroutine of its own
		time.Sleep(10 * time.Millisecond)
		write(t, p, rest[:32<<10])
		p.mu.Lock()
		p.quiet()
		p.mu.Unlock()
		a.mu.Lock()
		safe = a.index.kept[p.id.kept()]
		a.mu.Unlock()
	}
	if safe < 1<<20 || safe > 5<<20 {
		t.Errorf("%d bytes are vouched for", safe)
	}
	if err := p.Reset(); err != nil {
		t.Fatal(err)
	}
	a.mu.Lock()
	safe = a.index.kept[p.id.kept()]
	a.mu.Unlock()
	if safe != 0 {
		t.Errorf("%d bytes are vouched for after Reset", safe)
	}
}
