package fleet

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"example.com/hikgrab/tasks/archive"
)

// tellAgain is how long a machine waits for the catalogue before it reports
// again. The hub redelivers what it keeps, so this is for a hub that lost it.
const tellAgain = 30 * time.Second

// outbox holds, in order, the reports that the catalogue does not have yet. The
// journal is the truth: what a crash loses here is read from there.
type outbox struct {
	link Link
	news chan struct{}

	mu        sync.Mutex
	store     Archive // nil until the run is known
	catalogue string
	session   uint64
	pending   []Report
	first     uint64 // the number of pending[0] in this session
	sent      int    // how many of pending, in this session
	round     int    // incremented when everything is sent again
	last      time.Time
}

// begin fills the outbox with what an earlier process could not report.
func (o *outbox) begin(store Archive, catalogue string, untold []archive.Distant) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.store, o.catalogue = store, catalogue
	var all []Report
	for _, f := range untold {
		all = append(all, Report{File: &f})
	}
	o.pending, o.sent = append(all, o.pending...), 0
	o.round++
	Poke(o.news)
}

func (o *outbox) add(r Report) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pending = append(o.pending, r)
	Poke(o.news)
}

func (o *outbox) empty() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.pending) == 0
}

func (o *outbox) hasEnd(id RecorderID) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.ContainsFunc(o.pending, func(r Report) bool { return r.End != nil && r.Recorder == id })
}

// restart renumbers everything for a new session.
func (o *outbox) restart(session uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.session, o.first, o.sent = session, 1, 0
	o.round++
	Poke(o.news)
}

// told removes what the catalogue has, and notes that in the journal.
func (o *outbox) told(session, n uint64) {
	o.mu.Lock()
	if session != o.session || n < o.first {
		o.mu.Unlock()
		return
	}
	count := int(min(n-o.first+1, uint64(len(o.pending))))
	var files []archive.Distant
	for _, r := range o.pending[:count] {
		if r.File != nil {
			files = append(files, *r.File)
		}
	}
	o.pending = append([]Report(nil), o.pending[count:]...)
	o.first, o.sent, o.last = o.first+uint64(count), max(o.sent-count, 0), time.Now()
	store, catalogue := o.store, o.catalogue
	o.mu.Unlock()
	if len(files) > 0 && store != nil {
		_ = store.NoteTold(catalogue, files) // failing only means that they are reported again
	}
}

func (o *outbox) next() (r Report, id string, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.store == nil || o.session == 0 {
		return r, "", false
	}
	if o.sent > 0 && o.sent == len(o.pending) && time.Since(o.last) > tellAgain {
		o.sent = 0
		o.round++
	}
	if o.sent >= len(o.pending) {
		return r, "", false
	}
	r = o.pending[o.sent]
	r.Session, r.N = o.session, o.first+uint64(o.sent)
	return r, fmt.Sprintf("%d.%d.%d", r.Session, r.N, o.round), true
}

// send sends what is pending until ctx ends.
func (o *outbox) send(ctx context.Context) {
	for ctx.Err() == nil {
		r, id, ok := o.next()
		if !ok {
			rest(ctx, tellAgain/3, o.news)
			continue
		}
		bounded, cancel := context.WithTimeout(ctx, 10*time.Second)
		err := o.link.Report(bounded, id, encode(r))
		cancel()
		if err != nil {
			rest(ctx, time.Second, o.news)
			continue
		}
		o.mu.Lock()
		if r.Session == o.session && r.N == o.first+uint64(o.sent) {
			o.sent++
			o.last = time.Now()
		}
		o.mu.Unlock()
	}
}
