package collect

import (
	"context"
	"sync"
	"time"

	"example.com/hikgrab/tasks/fleet"
)

// How many bytes of one machine are asked for at a time. More would not come
// sooner, but would stand in a thin line, and the machine's beats behind them.
const (
	firstFlow = 64 << 10
	leastFlow = 16 << 10
	mostFlow  = 8 * fleet.MostPiece
	soon      = 250 * time.Millisecond // an answer so fast lets more be asked for
	late      = time.Second            // one so slow less
)

// flow bounds what is asked of one machine at a time, by how long its answers
// take. The zero value is ready.
type flow struct {
	mu     sync.Mutex
	budget int // bytes; 0 before the first
	out    int // bytes asked for and not answered
	freed  chan struct{}
}

// piece is how many bytes of so many left should be asked for at once.
func (f *flow) piece(left int64) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.begin()
	return int(min(left, int64(f.budget), fleet.MostPiece))
}

func (f *flow) begin() {
	if f.budget == 0 {
		f.budget = firstFlow
	}
	if f.freed == nil {
		f.freed = make(chan struct{})
	}
}

// take waits until n bytes may be asked for, or gives the cause of ctx.
func (f *flow) take(ctx context.Context, n int) error {
	for {
		f.mu.Lock()
		f.begin()
		if f.out == 0 || f.out+n <= f.budget {
			f.out += n
			f.mu.Unlock()
			return nil
		}
		freed := f.freed
		f.mu.Unlock()
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-freed:
		}
	}
}

// give takes in that n bytes were answered, or never will be.
func (f *flow) give(n int, took time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out -= n
	switch {
	case took >= limit:
		f.budget = leastFlow
	case took > late:
		f.budget = max(f.budget-n/2, leastFlow)
	case took < soon:
		f.budget = min(f.budget+n/4, mostFlow)
	}
	close(f.freed)
	f.freed = make(chan struct{})
}
