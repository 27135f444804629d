package media

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"example.com/hikgrab/nvr/media/es"
)

// placedAt runs stamps through a timeline and returns the resulting times.
func placedAt(stamps []int64) (times []int64, jumps int64) {
	t := timeline{place: func(_ moment, at int64) { times = append(times, at) }}
	for _, s := range stamps {
		t.push(moment{raw: s, known: s >= 0})
	}
	t.settle(true)
	return times, t.jumps
}

func TestTimelineKeepsTrueTimes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		mask := int64(1<<rapid.SampledFrom([]int{32, 33}).Draw(t, "bits") - 1)
		at := rapid.Int64Range(0, mask).Draw(t, "base")
		steps := rapid.SliceOf(rapid.OneOf(
			rapid.Int64Range(1, 2*clock), rapid.Just(int64(3600)), rapid.Int64Range(1, 6*3600*clock))).Draw(t, "steps")
		// After the last picture nothing confirms a long gap.
		steps = append(steps, 3600)
		stamps, want := []int64{at}, []int64{0}
		for _, s := range steps {
			at += s
			stamps = append(stamps, at&mask)
			want = append(want, want[len(want)-1]+s)
		}
		got, jumps := placedAt(stamps)
		if !slices.Equal(got, want) || jumps != 0 {
			t.Fatalf("%d jumps\ngot  %v\nwant %v", jumps, got, want)
		}
	})
}

// TestTimelineGrows feeds arbitrary stamps: times must grow, one per picture.
func TestTimelineGrows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		stamps := rapid.SliceOf(rapid.OneOf(rapid.Int64Range(-1, 1<<33-1), rapid.Int64Range(-1, 10*clock))).Draw(t, "stamps")
		got, _ := placedAt(stamps)
		if len(got) != len(stamps) {
			t.Fatalf("%d times for %d pictures", len(got), len(stamps))
		}
		for i := 1; i < len(got); i++ {
			if d := got[i] - got[i-1]; d < 0 || d >= 1<<32 {
				t.Fatalf("times %v", got)
			}
		}
	})
}

func TestTimelineRepairs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		stamps []int64
		want   []int64
	}{
		{"missing", []int64{0, -1, -1, 10800}, []int64{0, 3600, 7200, 10800}},
		{"missing in a slow stream", []int64{0, 9000, -1, 27000}, []int64{0, 9000, 18000, 27000}},
		{"missing first", []int64{-1, -1, 50000, 53600}, []int64{0, 3600, 7200, 10800}},
		{"missing last", []int64{0, 3600, -1, -1}, []int64{0, 3600, 7200, 10800}},
		{"all missing", []int64{-1, -1, -1}, []int64{0, 3600, 7200}},
		{"one wild", []int64{0, 3600, 7e9, 10800, 14400}, []int64{0, 3600, 7200, 10800, 14400}},
		{"two the same", []int64{0, 3600, 3600, 10800}, []int64{0, 3600, 7200, 10800}},
		{"clock set back", []int64{900000, 903600, 100, 3700, 7300}, []int64{0, 3600, 7200, 10800, 14400}},
		{"gap", []int64{0, 3600, 1000000, 1003600}, []int64{0, 3600, 1000000, 1003600}},
	} {
		if got, _ := placedAt(c.stamps); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestTimelineEstimates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		stamps []int64
		want   int64
	}{
		{"at the usual distance", []int64{0, 3600, -1, 10800}, 0},
		{"at another distance", []int64{0, 3600, -1, 18000}, 1},
		{"behind the last stamp", []int64{0, 3600, -1, -1}, 2},
	} {
		list := timeline{place: func(moment, int64) {}}
		for _, s := range c.stamps {
			list.push(moment{raw: s, known: s >= 0})
		}
		list.settle(true)
		if list.estimated != c.want {
			t.Errorf("%s: %d times are estimated, want %d", c.name, list.estimated, c.want)
		}
	}
}

// TestTimelineWaits bounds how many pictures wait for a stamp.
func TestTimelineWaits(t *testing.T) {
	t.Parallel()
	placed, most := 0, 0
	list := timeline{place: func(moment, int64) { placed++ }}
	for i := range 5000 {
		list.push(moment{})
		waiting := i + 1 - placed
		if most = max(most, waiting); len(list.wait) != waiting {
			t.Fatalf("%d of %d pictures wait, %d are kept", waiting, i+1, len(list.wait))
		}
	}
	if most != waitLimit-1 {
		t.Errorf("%d pictures wait at most", most)
	}
}

func TestMomentOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pts, dts, shift int64
		odd             bool
	}{
		{7200, 3600, 3600, false},
		{3600, 3600, 0, false},
		{1000, 1<<33 - 1000, 2000, false},
		{3600, 7200, 0, true},
		{11 * clock, 0, 0, true},
	} {
		m, odd := momentOf(&es.AccessUnit{Stamp: es.Stamp{PTS: c.pts, DTS: c.dts, HasPTS: true, HasDTS: true}})
		if odd != c.odd || m.shift != c.shift || odd && m.raw != c.pts || !odd && m.raw != c.dts {
			t.Errorf("PTS %d, DTS %d: %+v, %v", c.pts, c.dts, m, odd)
		}
	}
}
