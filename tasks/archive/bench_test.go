package archive_test

import (
	"testing"

	"example.com/hikgrab/tasks/archive"
)

// BenchmarkStored is what the second run costs per recording, and what the
// first one costs before it fetches.
func BenchmarkStored(b *testing.B) {
	a, err := archive.Open(b.TempDir(), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer closing(b, a)
	p, err := a.Create(item(0, 1000))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := p.Write(movie(1, 1000)); err != nil {
		b.Fatal(err)
	}
	if _, err := p.Commit(b.Context(), try(1, 1000)); err != nil {
		b.Fatal(err)
	}
	for name, it := range map[string]archive.Item{"done": item(0, 1000), "missing": item(1, 1000)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, ok := a.Stored(it); ok != (name == "done") {
					b.Fatal(ok)
				}
			}
		})
	}
}

// BenchmarkCommit is what a recording costs beside its bytes: everything that
// must reach the disk.
func BenchmarkCommit(b *testing.B) {
	a, err := archive.Open(b.TempDir(), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer closing(b, a)
	movie := movie(1, 100_000)
	for n := 0; b.Loop(); n++ {
		p, err := a.Create(item(n, 0))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.Write(movie); err != nil {
			b.Fatal(err)
		}
		if _, err := p.Commit(b.Context(), try(1, len(movie))); err != nil {
			b.Fatal(err)
		}
	}
}
