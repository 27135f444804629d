package media

import (
	"slices"
	"testing"

	"example.com/hikgrab/nvr/media/es"
)

// TestTimelineJudges checks the limits between plausible stamps and others. A
// stamp below 0 means none.
func TestTimelineJudges(t *testing.T) {
	t.Parallel()
	const far = 1_000_000_000
	for _, c := range []struct {
		name             string
		span, step       int64
		stamps, want     []int64
		jumps, estimated int64
	}{
		{"another distance is announced", 0, 9000, []int64{0, -1, -1}, []int64{0, 9000, 18000}, 0, 2},
		{"the first stamps are missing, then a gap", 0, 0, []int64{-1, 50000, 53600, 503600, 507200}, []int64{0, 3600, 7200, 457200, 460800}, 0, 0},
		{"the first stamp is missing", 0, 0, []int64{-1, 50000, 53600}, []int64{0, 3600, 7200}, 0, 0},
		{"a second is not suspicious", 0, 0, []int64{0, 90000, 3600}, []int64{0, 90000, 180000}, 1, 1},
		{"more than a second is", 0, 0, []int64{0, 90001, 3600}, []int64{0, 1800, 3600}, 1, 1},
		{"a second each is not suspicious", 0, 0, []int64{0, -1, 180000, 7200}, []int64{0, 90000, 180000, 270000}, 1, 2},
		{"more than a second each is", 0, 0, []int64{0, -1, 180001, 7200}, []int64{0, 2400, 4800, 7200}, 1, 2},
		{"the last one half a minute on", 0, 0, []int64{0, 30 * clock}, []int64{0, 30 * clock}, 0, 0},
		{"the last one more than half a minute on", 0, 0, []int64{0, 30*clock + 1}, []int64{0, 3600}, 1, 1},
		{"the last one at the end of the span", 20 * clock, 0, []int64{0, 20 * clock}, []int64{0, 20 * clock}, 0, 0},
		{"the last one behind the span", 20 * clock, 0, []int64{0, 20*clock + 1}, []int64{0, 3600}, 1, 1},
		{"the last one like the one before", 0, 0, []int64{0, 3600, 3600}, []int64{0, 3600, 7200}, 1, 1},
		{"a gap up to the end of the span", 60 * clock, 0, []int64{0, 3600, 60 * clock, 60*clock + 3600}, []int64{0, 3600, 60 * clock, 60*clock + 3600}, 0, 0},
		{"a gap that leads behind the span", 60 * clock, 0, []int64{0, 3600, 60*clock + 1, 60*clock + 3601}, []int64{0, 3600, 7200, 10800}, 1, 0},
		{"a gap, and then one stamp twice", 0, 0, []int64{0, 3600, far, far, far + 3600}, []int64{0, 3600, 7200, 9000, 10800}, 2, 1},
		{"far, and then back before all", 0, 0, []int64{far, far + 3600, far + 900000, 500, 4100}, []int64{0, 3600, 7200, 10800, 14400}, 2, 0},
		{"one wild, and then one stamp twice", 0, 0, []int64{0, 3600, far, 3600, 7200}, []int64{0, 3600, 7200, 10800, 14400}, 2, 0},
		{"one wild, and then as far as can be", 0, 0, []int64{0, far, 180000, 183600}, []int64{0, 90000, 180000, 183600}, 1, 1},
		{"one wild, and then farther", 0, 0, []int64{0, far, 180001, 183601}, []int64{0, 3600, 7200, 10800}, 2, 0},
		{"wraps that come late", 0, 0, []int64{1<<32 - 3600, 0, 3600}, []int64{0, 3600, 7200}, 0, 0},
	} {
		var times []int64
		list := timeline{span: c.span, step: c.step, place: func(_ moment, at int64) { times = append(times, at) }}
		for _, s := range c.stamps {
			list.push(moment{raw: s, known: s >= 0})
		}
		list.settle(true)
		if !slices.Equal(times, c.want) || list.jumps != c.jumps || list.estimated != c.estimated {
			t.Errorf("%s: %v, %d jumps, %d estimated, want %v, %d, %d", c.name, times, list.jumps, list.estimated, c.want, c.jumps, c.estimated)
		}
	}
}

// TestTimelineWaitsForAnotherStamp bounds how long a suspicious stamp waits for
// confirmation.
func TestTimelineWaitsForAnotherStamp(t *testing.T) {
	t.Parallel()
	placed, most := 0, 0
	list := timeline{place: func(moment, int64) { placed++ }}
	list.push(moment{known: true})
	for i := range 1000 {
		list.push(moment{raw: 100 * clock, known: i == 0})
		most = max(most, len(list.wait))
	}
	if most != waitLimit-1 || placed+len(list.wait) != 1001 || list.jumps != 1 {
		t.Errorf("%d pictures wait at most, %d are placed, %d jumps", most, placed, list.jumps)
	}
}

// TestOddMoment keeps what is certain about a picture with contradictory
// stamps, and nothing of a packet whose stamps belong to another picture.
func TestOddMoment(t *testing.T) {
	t.Parallel()
	stamp := es.Stamp{PTS: 1, DTS: 2, HasPTS: true, HasDTS: true, Wall: 3}
	if m, odd := momentOf(&es.AccessUnit{Stamp: stamp, Key: true}); !odd || m != (moment{raw: 1, known: true, wall: 3, key: true}) {
		t.Errorf("%+v, %v", m, odd)
	}
	if m, _ := momentOf(&es.AccessUnit{Stamp: stamp}); m.key {
		t.Errorf("%+v", m)
	}
	stamp = es.Stamp{PTS: 10*clock + 2, DTS: 2, HasPTS: true, HasDTS: true}
	if m, odd := momentOf(&es.AccessUnit{Stamp: stamp}); odd || m.shift != 10*clock {
		t.Errorf("ten seconds: %+v, %v", m, odd)
	}
	stamp.HasPTS, stamp.HasDTS = false, false
	if m, odd := momentOf(&es.AccessUnit{Stamp: stamp}); odd || m.known || m.shift != 0 {
		t.Errorf("without a stamp of its own: %+v, %v", m, odd)
	}
}
