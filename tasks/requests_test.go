package tasks

import (
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

// A recorder is asked for little more than what is fetched: one request per
// file, and one in twenty for signing in, looking around and searching.
func TestRequestsPerFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const cameras, files = 8, 96
		list, eight := make([]simulator.Channel, cameras), day.Add(8*time.Hour)
		for i := range list {
			list[i].Recordings = simulator.Span(eight, eight.Add(files*2*time.Minute), 2*time.Minute, 2_000)
		}
		b := setUp(t, simulator.Config{Channels: list})
		b.dir = inMemory(t)
		b.start()
		s := b.finish()
		if s.Files != cameras*files {
			t.Fatalf("%d files, %v", s.Files, states(&s))
		}
		stats := b.recorders["10.0.0.1"].Stats()
		requests := 0
		for _, n := range stats.Requests {
			requests += n
		}
		if most := s.Files * 105 / 100; requests > most || stats.Auth.Refused != 0 {
			t.Errorf("%d requests for %d files, %d logins refused: %v", requests, s.Files, stats.Auth.Refused, stats.Requests)
		}
	})
}

// Nobody waits for the last page of a search: what the first page lists is
// downloaded meanwhile.
func TestPagesAreAskedWhileDownloadsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{
			Channels: channels(1, 30, size), Rate: size, Latency: 2 * time.Second, Quirks: simulator.Quirks{PageCap: 3},
		})
		b.start()
		b.until("files come", func(s *Snapshot) bool { return s.Files >= 3 })
		early := b.recorders["10.0.0.1"].Stats().Requests[simulator.Search]
		b.finish()
		if all := b.recorders["10.0.0.1"].Stats().Requests[simulator.Search]; early >= all || all < 10 {
			t.Errorf("%d of %d pages had been asked for when three files were there", early, all)
		}
	})
}
