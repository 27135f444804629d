package simulator

import (
	"maps"
	"sync"
	"sync/atomic"
)

// Stats is what a recorder has counted so far.
type Stats struct {
	Requests       map[Endpoint]int // signed in, except Challenge
	Auth           AuthStats
	MaxDownloads   int   // most running at once
	MaxSearches    int   // most running at once
	Refused        int   // answered "busy" because a limit was reached
	Fallen         int   // times the recorder fell over
	BytesSent      int64 // in bodies of downloads
	FullDeliveries int   // downloads whose last byte was sent
}

// meter keeps the counts.
type meter struct {
	mu      sync.Mutex
	stats   Stats
	running map[Endpoint]int
	bytes   atomic.Int64
	whole   atomic.Int64 // downloads whose last byte was sent
}

func (m *meter) request(e Endpoint) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stats.Requests[e]++
}

// enter counts a request, unless limit are running already. release ends it.
func (m *meter) enter(e Endpoint, limit int) (release func(), busy bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if limit > 0 && m.running[e] >= limit {
		m.stats.Refused++
		return func() {}, true
	}
	m.running[e]++
	m.stats.MaxDownloads = max(m.stats.MaxDownloads, m.running[Download])
	m.stats.MaxSearches = max(m.stats.MaxSearches, m.running[Search])
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.running[e]--
	}, false
}

func (m *meter) runningNow(e Endpoint) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.running[e]
}

// Stats returns the counts so far.
func (rec *Recorder) Stats() Stats {
	m := &rec.meter
	m.mu.Lock()
	s := m.stats
	s.Requests = maps.Clone(s.Requests)
	m.mu.Unlock()
	s.BytesSent = m.bytes.Load()
	s.FullDeliveries = int(m.whole.Load())
	s.Fallen = int(rec.fallen.Load())

	g := rec.guard
	g.mu.Lock()
	defer g.mu.Unlock()
	s.Auth = g.stats
	for _, l := range g.locks {
		s.Auth.Locked = s.Auth.Locked || g.now().Before(l.until)
	}
	return s
}
