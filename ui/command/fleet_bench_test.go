package command

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkMachines measures what each additional machine gains: the time from
// the first request to the last byte. Every machine downloads one recording at
// a time.
//
//	go test -run xxx -bench Machines -benchtime 1x ./ui/command
func BenchmarkMachines(b *testing.B) {
	for _, machines := range []int{1, 2, 4} {
		b.Run(fmt.Sprintf("machines=%d", machines), func(b *testing.B) {
			for b.Loop() {
				s := newSquad(b, plot{recorders: 16, files: 6, rate: 200_000})
				boss := s.serve("-j", "0")
				s.invite("a.invite")
				all := []*process{boss}
				for n := range machines {
					all = append(all, s.work(fmt.Sprint("m", n), "a.invite"))
				}
				s.end(all...)
				b.ReportMetric(s.ledger.took().Seconds(), "s-in-all")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

// BenchmarkTakeover measures how soon a starting machine contacts its first
// recorder, how soon it does so again after a kill and restart, and how soon
// another machine takes over if it does not restart, with a patience of five
// seconds.
func BenchmarkTakeover(b *testing.B) {
	for b.Loop() {
		s := newSquad(b, plot{recorders: 3, files: 40, rate: 60_000})
		s.serve("-j", "0", "--patience", "5s")
		s.invite("a.invite")
		asks := func(what, name string, from time.Time, recorder int) {
			s.until(name+" asks", func() bool { return !s.ledger.visited(name, from, recorder).IsZero() })
			b.ReportMetric(s.ledger.visited(name, from, recorder).Sub(from).Seconds(), what)
		}
		started := time.Now()
		one := s.work("one", "a.invite")
		asks("s-to-first-request", "one", started, -1)
		s.until("it works", func() bool { return s.has("one") > 1 })
		s.kill(one)
		again := time.Now()
		one = s.work("one")
		asks("s-to-lease-back", "one", again, -1)
		s.work("two", "a.invite")
		s.until("the other one waits", func() bool { return s.has("one") > 3 })
		time.Sleep(4 * time.Second) // leases are short again
		held := s.ledger.busy("one")
		killed := time.Now()
		s.kill(one)
		asks("s-to-takeover", "two", killed, held)
		b.ReportMetric(0, "ns/op")
	}
}
