package command

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// closing is how long a recorder may take to notice a closed connection.
const closing = 200 * time.Millisecond

// ledger records which machine contacted which recorder, and when. The zero
// value is empty.
type ledger struct {
	mu     sync.Mutex
	names  map[string]string // machines' addresses
	visits []*visit
	frozen map[string][]time.Time // machines whose connections stay open, and since when
}

// visit is one request.
type visit struct {
	recorder     int
	who          string // the client's address
	begun, ended time.Time
}

// address returns the address that a machine connects from.
func (l *ledger) address(name string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.names == nil {
		l.names = map[string]string{}
	}
	if l.names[name] == "" {
		l.names[name] = fmt.Sprint("127.0.1.", len(l.names)+1)
	}
	return l.names[name]
}

// watch records the requests to a recorder.
func (l *ledger) watch(recorder int, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		v := &visit{recorder: recorder, who: host, begun: time.Now()}
		l.mu.Lock()
		l.visits = append(l.visits, v)
		l.mu.Unlock()
		defer func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			v.ended = time.Now()
		}()
		h.ServeHTTP(w, r)
	})
}

// froze notes that a machine is frozen, so its connections stay open.
func (l *ledger) froze(name string) {
	who := l.address(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.frozen == nil {
		l.frozen = map[string][]time.Time{}
	}
	l.frozen[who] = append(l.frozen[who], time.Now())
}

// overlap returns the longest time that two machines were on one recorder at
// once, except for connections left open by a frozen machine.
func (l *ledger) overlap() (longest time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, a := range l.visits {
		for _, b := range l.visits[i+1:] { // it began later
			between := func(at time.Time) bool { return a.begun.Before(at) && b.begun.After(at) }
			if a.recorder != b.recorder || a.who == b.who || slices.ContainsFunc(l.frozen[a.who], between) {
				continue
			}
			until := a.until()
			if other := b.until(); other.Before(until) {
				until = other
			}
			longest = max(longest, until.Sub(b.begun))
		}
	}
	return longest
}

func (v *visit) until() time.Time {
	if v.ended.IsZero() {
		return time.Now()
	}
	return v.ended
}

// last returns when a machine last contacted a recorder; zero if never.
func (l *ledger) last(name string) (at time.Time) {
	who := l.address(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, v := range l.visits {
		if v.who == who {
			at = v.begun
		}
	}
	return at
}

// visited returns when a machine first contacted a recorder after a moment (any
// recorder if -1); zero if it did not.
func (l *ledger) visited(name string, after time.Time, recorder int) time.Time {
	who := l.address(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, v := range l.visits {
		if v.who == who && v.begun.After(after) && (recorder < 0 || v.recorder == recorder) {
			return v.begun
		}
	}
	return time.Time{}
}

// busy returns the recorder that a machine contacted last.
func (l *ledger) busy(name string) (recorder int) {
	who := l.address(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, v := range l.visits {
		if v.who == who {
			recorder = v.recorder
		}
	}
	return recorder
}

// took returns the time from the first request to the end of the last.
func (l *ledger) took() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	var end time.Time
	for _, v := range l.visits {
		if v.ended.After(end) {
			end = v.ended
		}
	}
	return end.Sub(l.visits[0].begun)
}
