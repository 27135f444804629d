package media

import (
	"testing"

	"example.com/hikgrab/nvr/media/es"
)

func TestTally(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name           string
		numbers        []uint32
		missing, reset int64
		steps, jumps   int64
	}{
		{"none left out", []uint32{7, 8, 8, 9}, 0, 0, 3, 0},
		{"one left out", []uint32{7, 9}, 1, 0, 1, 1},
		{"as many as can be", []uint32{7, 7 + resetLimit}, resetLimit - 1, 0, 1, 1},
		{"more than can be", []uint32{7, 8 + resetLimit}, 0, 1, 0, 0},
		{"back", []uint32{7, 6, 7}, 0, 1, 1, 0},
	} {
		var n tally
		var missing int64
		for _, v := range c.numbers {
			missing += n.next(v)
		}
		if missing != c.missing || n.resets != c.reset || n.steps != c.steps || n.jumps != c.jumps {
			t.Errorf("%s: %d missing, %+v", c.name, missing, n)
		}
	}
	for _, c := range []struct {
		tally tally
		want  bool
	}{
		{tally{jumps: 3, steps: 3}, true},
		{tally{jumps: 4, steps: 16}, true},
		{tally{jumps: 4, steps: 15}, false},
		{tally{jumps: 5, steps: 19}, false},
	} {
		if c.tally.counts() != c.want {
			t.Errorf("%+v counts: %v", c.tally, !c.want)
		}
	}
}

// numbered is a picture and the packs seen before it was complete.
type numbered struct {
	packs              []uint32
	number             uint32
	damaged, late, key bool
	bare               bool // it has no number
}

func TestMissingNumbers(t *testing.T) {
	t.Parallel()
	n := func(packs ...uint32) []uint32 { return packs }
	for _, c := range []struct {
		name string
		list []numbered
		want int64
	}{
		{"behind a damaged picture", []numbered{{packs: n(1), number: 1}, {packs: n(2), number: 2, damaged: true}, {packs: n(5), number: 5}}, 2},
		{"behind damage that is long past", []numbered{
			{packs: n(1), number: 1}, {packs: n(2), number: 2, damaged: true}, {packs: n(3), number: 3}, {packs: n(5), number: 5},
		}, 0},
		{"in front of a damaged picture", []numbered{{packs: n(1), number: 1}, {packs: n(5), number: 5, damaged: true}}, 3},
		{"in front of a damaged key frame", []numbered{{packs: n(1), number: 1}, {packs: n(5), number: 5, damaged: true, key: true, late: true}}, 3},
		{"a gap that the recorder made", []numbered{{packs: n(1), number: 1}, {packs: n(5), number: 5, key: true}}, 0},
		{"a picture that comes late", []numbered{{packs: n(1), number: 1}, {packs: n(5), number: 5, late: true}}, 3},
		{"numbers left out without time left out", []numbered{{packs: n(1), number: 1}, {packs: n(5), number: 5}}, 0},
		{"a damaged picture without a number", []numbered{{packs: n(1), number: 1}, {bare: true, damaged: true}, {packs: n(5), number: 5}}, 3},
		{"a late picture without a number", []numbered{{packs: n(1), number: 1}, {number: 9, bare: true, late: true}, {packs: n(2), number: 2, late: true}}, 0},
		{"packs of sound are counted", []numbered{{packs: n(1), number: 1}, {packs: n(2, 3), number: 3}, {packs: n(4, 5), number: 5, damaged: true}}, 0},
		{"packs of sound are counted, and missing", []numbered{{packs: n(1), number: 1}, {packs: n(2, 6, 7), number: 7, late: true}}, 3},
		{"one missing, packs of sound are counted", []numbered{{packs: n(1), number: 1}, {packs: n(2, 4), number: 4, late: true}}, 1},
		{"the next pack was seen before the picture was complete", []numbered{
			{packs: n(1, 2, 6), number: 1}, {packs: n(), number: 6, late: true},
		}, 3},
		{"what was missing once", []numbered{
			{packs: n(1), number: 1}, {packs: n(2, 3), number: 3}, {packs: n(4, 7), number: 7, late: true}, {packs: n(8, 9), number: 9, damaged: true},
		}, 2},
		{"what had not arrived yet", []numbered{
			{packs: n(1, 2, 3, 7), number: 1}, {number: 3, damaged: true}, {number: 7},
		}, 3},
		{"counted anew, packs of sound are counted", []numbered{
			{packs: n(1), number: 1}, {packs: n(3, 4), number: 4, late: true}, {packs: n(0), number: 0},
		}, 1},
		{"a picture without a number, sound has a count of its own", []numbered{
			{packs: n(1, 500, 2, 501, 3, 502, 4, 503, 5, 504, 6, 505), number: 1}, {number: 9, bare: true, late: true}, {number: 2, late: true},
		}, 0},
		{"a gap of the recorder, then damage", []numbered{
			{packs: n(1), number: 1}, {packs: n(2, 9), number: 9, key: true}, {packs: n(10, 11), number: 11, damaged: true},
		}, 0},
		{"sound has a count of its own", []numbered{
			{packs: n(1, 500), number: 1}, {packs: n(2, 501), number: 2}, {packs: n(5, 502), number: 5, late: true},
		}, 2},
	} {
		var k numbers
		for _, p := range c.list {
			for _, v := range p.packs {
				k.pack(v)
			}
			k.picture(&es.AccessUnit{Stamp: es.Stamp{Number: p.number, Numbered: !p.bare}, Damaged: p.damaged, Key: p.key}, p.late)
		}
		if got := k.missing(); got != c.want {
			t.Errorf("%s: %d missing, want %d", c.name, got, c.want)
		}
	}
}

// TestNumbersThatAreNoCount ignores numbers that skip one every time.
func TestNumbersThatAreNoCount(t *testing.T) {
	t.Parallel()
	var k numbers
	for i := range uint32(10) {
		k.pack(i * 40)
		k.picture(&es.AccessUnit{Stamp: es.Stamp{Number: i * 40, Numbered: true}}, true)
	}
	if got := k.missing(); got != 0 {
		t.Errorf("%d missing", got)
	}
}

func TestRecent(t *testing.T) {
	t.Parallel()
	first := sighting{pts: 1, print: 2, number: 3, numbered: true}
	with := func(change func(*sighting)) sighting {
		s := first
		change(&s)
		return s
	}
	bare := with(func(s *sighting) { s.bare = true })
	for _, c := range []struct {
		name string
		old  sighting
		new  sighting
		back bool
		want bool
	}{
		{"the same", first, first, true, true},
		{"the same, but it follows", first, first, false, false},
		{"another stamp", first, with(func(s *sighting) { s.pts = 9 }), true, false},
		{"damaged", first, with(func(s *sighting) { s.print = 9 }), true, true},
		{"another number", first, with(func(s *sighting) { s.number = 9 }), true, true},
		{"another picture", first, with(func(s *sighting) { s.number, s.print = 9, 9 }), true, false},
		{"no number any more, another picture", first, with(func(s *sighting) { s.numbered, s.print = false, 9 }), true, false},
		{"no number before, another picture", with(func(s *sighting) { s.numbered = false }), with(func(s *sighting) { s.print = 9 }), true, false},
		{"no stamp of its own any more", first, bare, true, false},
		{"no stamp of its own before", bare, first, true, false},
		{"no stamp of its own", bare, bare, true, true},
		{"no stamp of its own, damaged", bare, with(func(s *sighting) { s.bare, s.print = true, 9 }), true, false},
		{"no stamp of its own, another number", bare, with(func(s *sighting) { s.bare, s.number = true, 9 }), true, false},
		{
			"neither stamp nor number", with(func(s *sighting) { s.bare, s.numbered = true, false }),
			with(func(s *sighting) { s.bare, s.numbered = true, false }), true, true,
		},
		{"nothing was seen", first, sighting{}, true, false},
	} {
		var r recent
		if r.again(c.old, true) {
			t.Errorf("%s: the first came twice", c.name)
		}
		if got := r.again(c.new, c.back); got != c.want || r.inside != got {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestRecentForgets remembers the promised number of pictures, not counting
// duplicates.
func TestRecentForgets(t *testing.T) {
	t.Parallel()
	for others, want := range map[int]bool{recentSize - 1: true, recentSize: false} {
		var r recent
		r.again(sighting{pts: -1}, false)
		for i := range others {
			s := sighting{pts: int64(i), print: uint64(i)}
			r.again(s, false)
			if i == 5 && !r.again(s, true) {
				t.Error("a picture that just came is not known")
			}
		}
		if got := r.again(sighting{pts: -1}, true); got != want {
			t.Errorf("behind %d others it is known: %v", others, got)
		}
	}
}

// TestRecentInside takes a picture after a duplicate for the next duplicate if
// it has the same stamp, even if it is damaged.
func TestRecentInside(t *testing.T) {
	t.Parallel()
	var r recent
	for i := range int64(3) {
		r.again(sighting{pts: i, print: uint64(i)}, false)
	}
	if r.again(sighting{pts: 1, print: 9}, true) {
		t.Error("another picture came twice")
	}
	if !r.again(sighting{pts: 1, print: 1}, true) || !r.again(sighting{pts: 2, print: 9}, true) {
		t.Error("a damaged one behind one that came twice is not known")
	}
}
