package nvr_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// TestSearchCut has more items in one day than a search session returns. The
// rest must come from sessions that continue by time. Real devices cut at 4000.
func TestSearchCut(t *testing.T) {
	defer nvr.SuspectCutsFrom(100)()
	for name, q := range map[string]simulator.Quirks{
		"a session is cut":       {SearchCap: 110},
		"and the position fails": {SearchCap: 110, IgnorePosition: true},
		"and no status":          {SearchCap: 110, NoStatus: true},
	} {
		t.Run(name, func(t *testing.T) {
			device, client := plug(t, simulator.Config{Quirks: q, Channels: []simulator.Channel{{
				Recordings: simulator.Span(day, day.AddDate(0, 0, 1), 5*time.Minute, 1000),
			}}})
			found, err := search(t.Context(), client, 101, day, day.AddDate(0, 0, 1))
			if err != nil {
				t.Fatal(err)
			}
			checkFound(t, device, 101, found)
		})
	}
}

func TestSearchIsClippedToTheRange(t *testing.T) {
	_, client := plug(t, simulator.Config{Channels: channels(1), Quirks: simulator.Quirks{TouchingItems: true}})
	found, err := search(t.Context(), client, 101, day.Add(90*time.Minute), day.Add(4*time.Hour))
	if err != nil || len(found) != 3 {
		t.Fatalf("%d found, %v", len(found), err)
	}
	if !found[0].Start.Equal(day.Add(time.Hour)) || !found[2].End.Equal(day.Add(4*time.Hour)) {
		t.Errorf("from %v to %v", found[0].Start, found[2].End)
	}
}

// TestSearchIsLazy gets the first recordings of a long range before most of it
// is searched.
func TestSearchIsLazy(t *testing.T) {
	var list []simulator.Recording
	for n := range 20 {
		list = append(list, simulator.Day(day.AddDate(0, 0, n), time.Hour, 1000)...)
	}
	device, client := plug(t, simulator.Config{Channels: []simulator.Channel{{Recordings: list}}})
	for _, err := range client.Search(t.Context(), 101, day, day.AddDate(0, 0, 20)) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if n := device.Stats().Requests[simulator.Search]; n != 1 {
		t.Errorf("the first recording cost %d requests", n)
	}
	found, err := search(t.Context(), client, 101, day, day.AddDate(0, 0, 20))
	if err != nil {
		t.Fatal(err)
	}
	checkFound(t, device, 101, found)
	if n := device.Stats().Requests[simulator.Search]; n > 1+20 {
		t.Errorf("480 recordings cost %d requests", n)
	}
}

// TestSearchOfEverything searches all time, nearly all of it empty.
func TestSearchOfEverything(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(1)})
	found, err := search(t.Context(), client, 101, time.Time{}, day.AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	checkFound(t, device, 101, found)
	if n := device.Stats().Requests[simulator.Search]; n > 20 {
		t.Errorf("it took %d requests", n)
	}
}

// TestSearchesTakeTurns has a device that allows one search at a time and
// forgets a session when another begins.
func TestSearchesTakeTurns(t *testing.T) {
	bubble(t, func(t *testing.T) {
		device, client := plug(t, simulator.Config{
			Channels: channels(6), MaxSearches: 1, Latency: 20 * time.Millisecond,
			Quirks: simulator.Quirks{PageCap: 5, RepeatOnNewID: true, OneSession: true},
		})
		var all sync.WaitGroup
		for track := 101; track < 700; track += 100 {
			all.Go(func() {
				found, err := search(t.Context(), client, nvr.Track(track), day.AddDate(0, 0, -2), day.AddDate(0, 0, 3))
				if err != nil {
					t.Error(err)
					return
				}
				checkFound(t, device, track, found)
			})
		}
		all.Wait()
		if s := device.Stats(); s.MaxSearches != 1 || s.Refused > 0 {
			t.Errorf("%d searches at once, %d refused", s.MaxSearches, s.Refused)
		}
	})
}

// TestConsumerDoesNotBlockOthers stops in the middle of one search and runs
// another, which makes the device forget the first.
func TestConsumerDoesNotBlockOthers(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(2), Quirks: simulator.Quirks{PageCap: 3, OneSession: true, RepeatOnNewID: true}})
	var found []nvr.Recording
	for rec, err := range client.Search(t.Context(), 101, day, day.AddDate(0, 0, 1)) {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, rec)
		if len(found)%5 == 0 {
			other, err := search(t.Context(), client, 201, day, day.AddDate(0, 0, 1))
			if err != nil {
				t.Fatal(err)
			}
			checkFound(t, device, 201, other)
		}
	}
	checkFound(t, device, 101, found)
}

func TestSearchWaitsOnlyAsLongAsItsContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		device, client := plug(t, simulator.Config{Channels: channels(2)})
		if _, err := client.SignIn(t.Context()); err != nil {
			t.Fatal(err)
		}
		device.Script(simulator.Search, simulator.SlowHeaders(20*time.Second))
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := search(t.Context(), client, 101, day, day.AddDate(0, 0, 1)); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := search(ctx, client, 201, day, day.AddDate(0, 0, 1)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		all.Wait()
	})
}

// TestRepeatedHour has two recordings with the same start on the wall clock, in
// the repeated hour of autumn. On a camera, which searches in UTC, both are
// within the requested hour.
func TestRepeatedHour(t *testing.T) {
	autumn := time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC) // at 03:00 the clock goes back to 02:00
	list := []simulator.Recording{
		{Start: autumn.Add(2 * time.Hour), End: autumn.Add(2*time.Hour + 30*time.Minute), Size: 1000, Name: "first"},
		{Start: autumn.Add(2 * time.Hour), End: autumn.Add(2*time.Hour + 30*time.Minute), Size: 1000, Name: "second"},
	}
	for _, k := range []simulator.Kind{simulator.NVR, simulator.Camera} {
		_, client := plug(t, simulator.Config{Kind: k, Zone: summerZone, Channels: []simulator.Channel{{Recordings: list}}})
		found, err := search(t.Context(), client, 101, autumn.Add(2*time.Hour), autumn.Add(3*time.Hour))
		if err != nil || len(found) != 2 || found[0].Name == found[1].Name {
			t.Errorf("kind %d: %+v, %v", k, found, err)
		}
	}
}

// TestConsumerStopsInTheMiddle stops while items are being sorted.
func TestConsumerStopsInTheMiddle(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(1), Quirks: simulator.Quirks{Descending: true, PageCap: 5}})
	device.Script(simulator.Search, simulator.None, simulator.None, simulator.DropAfter(100))
	n := 0
	for _, err := range client.Search(t.Context(), 101, day, day.AddDate(0, 0, 1)) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d came", n)
	}
}

// TestOddTrackTeachesNothing has a track that is refused as a bad request.
// Later searches must not become short because of it.
func TestOddTrackTeachesNothing(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(1), Quirks: simulator.Quirks{RefuseUnknown: true}})
	if _, err := search(t.Context(), client, 101, day, day.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	before := device.Stats().Requests[simulator.Search]
	_, err := search(t.Context(), client, 901, day, day.AddDate(0, 0, 1))
	checkKind(t, err, nvr.Protocol)
	middle := device.Stats().Requests[simulator.Search]
	if _, err := search(t.Context(), client, 101, day, day.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	after := device.Stats().Requests[simulator.Search]
	if middle-before > 4 || after-middle != 1 {
		t.Errorf("%d requests for the odd track, %d for the next", middle-before, after-middle)
	}
}

func TestSearchOfATrackThatIsNotThere(t *testing.T) {
	_, client := plug(t, simulator.Config{Channels: channels(1), Quirks: simulator.Quirks{RefuseUnknown: true}})
	_, err := search(t.Context(), client, 901, day, day.AddDate(0, 0, 1))
	checkKind(t, err, nvr.Protocol)
	_, client = plug(t, simulator.Config{Channels: channels(1)})
	if found, err := search(t.Context(), client, 901, day, day.AddDate(0, 0, 1)); err != nil || len(found) > 0 {
		t.Errorf("%d found, %v", len(found), err)
	}
}

// TestSearchStatusIsFoundUnderAnyName needs no extra requests.
func TestSearchStatusIsFoundUnderAnyName(t *testing.T) {
	for _, tag := range []string{"responseStatusStrg", "responseStatusString", "responseStatusStrip", "responseStatusStrp"} {
		device, client := plug(t, simulator.Config{Channels: channels(1), Quirks: simulator.Quirks{StatusTag: tag}})
		if found, err := search(t.Context(), client, 101, day, day.AddDate(0, 0, 1)); err != nil || len(found) != 24 {
			t.Fatalf("%d found, %v", len(found), err)
		}
		if n := device.Stats().Requests[simulator.Search]; n != 1 {
			t.Errorf("%s: %d requests", tag, n)
		}
	}
}

// TestSearchThatIsNotThere must not report a recording as gone.
func TestSearchThatIsNotThere(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(1)})
	device.ScriptAlways(simulator.Search, simulator.Gone404)
	_, err := search(t.Context(), client, 101, day, day.AddDate(0, 0, 1))
	checkKind(t, err, nvr.Protocol)
}

func TestSearchWithoutStorage(t *testing.T) {
	device, client := plug(t, simulator.Config{})
	device.ScriptAlways(simulator.Search, simulator.Refusal(http.StatusForbidden, "invalidOperation"))
	_, err := search(t.Context(), client, 101, day, day.AddDate(0, 0, 1))
	checkKind(t, err, nvr.Protocol)
}

// TestSearchFindsEverythingOnce is the underlying property: whatever was
// recorded, and however pages are cut, each recording comes once, in order.
func TestSearchFindsEverythingOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var list []simulator.Recording
		at := day
		for range rapid.IntRange(0, 15).Draw(rt, "recordings") {
			at = at.Add(time.Duration(rapid.IntRange(0, 40_000).Draw(rt, "gap")) * time.Second)
			length := time.Duration(rapid.IntRange(1, 20_000).Draw(rt, "length")) * time.Second
			list = append(list, simulator.Recording{Start: at, End: at.Add(length), Size: 1000})
			at = at.Add(length)
		}
		q := simulator.Quirks{
			PageCap:        rapid.IntRange(1, 9).Draw(rt, "page"),
			IgnorePosition: rapid.Bool().Draw(rt, "no position"),
			NoStatus:       rapid.Bool().Draw(rt, "no status"),
			EmptyMore:      rapid.Bool().Draw(rt, "empty more"),
			TouchingItems:  rapid.Bool().Draw(rt, "touching"),
			RepeatItems:    rapid.Bool().Draw(rt, "repeat"),
		}
		device, client := plug(t, simulator.Config{Quirks: q, Channels: []simulator.Channel{{Recordings: list}}})
		found, err := search(t.Context(), client, 101, day, at.Add(time.Hour))
		if err != nil {
			rt.Fatal(err)
		}
		want := device.Recordings(101)
		names := func(a nvr.Recording, b simulator.Recording) bool { return a.Name == b.Name }
		if !slices.EqualFunc(found, want, names) {
			rt.Fatalf("found %d of %d", len(found), len(want))
		}
	})
}

// TestSearchBeforeTheIndex has a recorder that fails for every range that
// begins before its index.
func TestSearchBeforeTheIndex(t *testing.T) {
	index := day.AddDate(-3, 2, 5).Add(7*time.Hour + 11*time.Minute)
	var list []simulator.Recording
	for _, at := range []time.Time{index.Add(time.Second), index.AddDate(0, 0, 1), index.AddDate(1, 0, 0), day} {
		list = append(list, simulator.Span(at, at.Add(30*time.Minute), 2*time.Minute, 1000)...)
	}
	bubble(t, func(t *testing.T) {
		device, client := plug(t, simulator.Config{
			Channels: []simulator.Channel{{Recordings: list}, {Number: 2, Recordings: list[20:]}},
			Quirks:   simulator.Quirks{IndexFrom: index},
		})
		for _, track := range []nvr.Track{101, 201} {
			before := device.Stats().Requests[simulator.Search]
			found, err := search(t.Context(), client, track, day.AddDate(-25, 0, 0), day.AddDate(0, 0, 1))
			if err != nil {
				t.Fatal(err)
			}
			checkFound(t, device, int(track), found)
			asked := device.Stats().Requests[simulator.Search] - before
			if most := map[nvr.Track]int{101: 130, 201: 40}[track]; asked > most {
				t.Errorf("track %d cost %d searches", track, asked)
			}
		}
	})
}

// TestSearchOfATrackThatAlwaysFails must not look for an accepted range, which
// would cost hundreds of requests.
func TestSearchOfATrackThatAlwaysFails(t *testing.T) {
	bubble(t, func(t *testing.T) {
		device, client := plug(t, simulator.Config{Channels: []simulator.Channel{{SearchFault: simulator.DeviceError500, Recordings: simulator.Day(day, time.Hour, 1000)}}})
		for range 5 {
			if _, err := search(t.Context(), client, 101, day.AddDate(-20, 0, 0), day.AddDate(0, 0, 1)); nvr.KindOf(err) != nvr.Busy {
				t.Fatal(err)
			}
		}
		if n := device.Stats().Requests[simulator.Search]; n > 20 {
			t.Errorf("five searches of a track that always fails cost %d requests", n)
		}
	})
}

// TestRefusedPagesAreAskedForAgain counts the requests for a search of many
// pages on a recorder that refuses some of them.
func TestRefusedPagesAreAskedForAgain(t *testing.T) {
	var list []simulator.Recording
	for n := range 30 {
		list = append(list, simulator.Day(day.AddDate(0, 0, n), time.Hour, 1000)...)
	}
	for name, p := range map[string]float64{"one in five": 0.2, "three in ten": 0.3} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				device, client := plug(t, simulator.Config{Channels: []simulator.Channel{{Recordings: list}}})
				to := day.AddDate(0, 0, 30)
				found, err := search(t.Context(), client, 101, day, day.Add(time.Hour)) // the first page may be refused for good
				if err != nil || len(found) == 0 {
					t.Fatal(err)
				}
				before := device.Stats().Requests[simulator.Search]
				device.Chaos(simulator.Search, simulator.Chaos{Seed: 7, Probability: p, Faults: []simulator.Fault{simulator.Busy(0)}})
				var all []nvr.Recording
				from := day
				for tries := 0; ; tries++ {
					found, err = search(t.Context(), client, 101, from, to)
					all = append(all, found...)
					if err == nil {
						break
					}
					e, ok := errors.AsType[*nvr.Error](err)
					if !ok || tries == 5 {
						t.Fatal(err)
					}
					if !e.Reached.IsZero() {
						from = e.Reached
					}
				}
				seen := map[time.Time]bool{}
				for _, rec := range all {
					seen[rec.Start] = true
				}
				if len(seen) != 720 {
					t.Errorf("%d of 720 found", len(seen))
				}
				if n := device.Stats().Requests[simulator.Search] - before; n > 75 {
					t.Errorf("%d requests", n)
				}
			})
		})
	}
}
