package nvr_test

import (
	"encoding/json"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// meet signs in to a device, finds the recordings of its first track and
// downloads the first of them.
func meet(t *testing.T, device *simulator.Recorder, known nvr.Facts) (*nvr.Recorder, nvr.Recording) {
	t.Helper()
	_, client := clientOf(t, device, func(c *nvr.Config) { c.Facts = known })
	rec := first(t, client, 101)
	if _, err := client.Download(t.Context(), rec, new(memory)); err != nil {
		t.Fatal(err)
	}
	return client, rec
}

// TestFactsGoToTheNextRun has a device that differs from its kind in
// everything. The second run must not repeat requests that the first one was
// refused.
func TestFactsGoToTheNextRun(t *testing.T) {
	bubble(t, func(t *testing.T) {
		device := simulator.New(simulator.Config{
			Channels: channels(1), Auth: simulator.Auth{Scheme: simulator.DigestSHA256},
			Quirks: simulator.Quirks{Verb: simulator.GetOnly, RejectNamespace: true},
		})
		client, _ := meet(t, device, nvr.Facts{})
		learned := client.Facts()
		want := nvr.Facts{
			Serial: device.Config().Serial, Clock: nvr.ClockLocal, Zone: "UTC+0:00:00",
			Download: "get", SearchForm: 2, Scheme: nvr.SchemeSHA256,
		}
		if learned != want {
			t.Errorf("learned %+v, want %+v", learned, want)
		}
		text, err := json.Marshal(learned)
		if err != nil {
			t.Fatal(err)
		}
		var travelled nvr.Facts
		if err := json.Unmarshal(text, &travelled); err != nil || travelled != learned {
			t.Fatalf("%s came back as %+v, %v", text, travelled, err)
		}
		before := device.Stats().Requests
		client, _ = meet(t, device, travelled)
		after := device.Stats().Requests
		if n := after[simulator.Download] - before[simulator.Download]; n != 1 {
			t.Errorf("the second run asked %d times for one recording", n)
		}
		if n := after[simulator.Search] - before[simulator.Search]; n != 1 {
			t.Errorf("the second run searched %d times", n)
		}
		if again := client.Facts(); again != learned {
			t.Errorf("the second run knows %+v, the first %+v", again, learned)
		}
	})
}

// TestFactsOfAnotherDevice must not use the old facts. But an impostor in place
// of the device must not get the login by a weaker scheme.
func TestFactsOfAnotherDevice(t *testing.T) {
	device := simulator.New(simulator.Config{Channels: channels(1)})
	client, _ := meet(t, device, nvr.Facts{
		Serial: "another", Clock: nvr.ClockUTC, ClockProven: true, Zone: "UTC-8:00:00", Download: "query", SearchForm: 3,
		LongestRange: time.Hour,
	})
	want := nvr.Facts{
		Serial: device.Config().Serial, Clock: nvr.ClockLocal, Zone: "UTC+0:00:00", Download: "post", SearchForm: 1, Scheme: nvr.SchemeMD5,
	}
	if got := client.Facts(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestInvalidFacts has facts from a damaged file or another version.
func TestInvalidFacts(t *testing.T) {
	var f nvr.Facts
	text := `{"clock":"sidereal","zone":"nowhere","download":"carrier pigeon","search_form":99,"scheme":"rot13","longest_range":-5}`
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	_, client := clientOf(t, simulator.New(simulator.Config{}), func(c *nvr.Config) { c.Facts = f })
	if got := client.Facts(); got != (nvr.Facts{}) {
		t.Errorf("%+v is believed", got)
	}
}

// TestNamesStayTheSame has a camera that shows its time without its zone. Its
// recordings keep their times in summer, when every guess has moved by an hour.
func TestNamesStayTheSame(t *testing.T) {
	bubble(t, func(t *testing.T) {
		device := simulator.New(simulator.Config{
			Kind: simulator.Camera, Zone: summerZone, Quirks: simulator.Quirks{NoOffset: true, NoTimeZone: true}, Channels: channels(1),
		})
		client, rec := meet(t, device, nvr.Facts{})
		if !rec.Start.Equal(day) {
			t.Fatalf("in winter it begins %v", rec.Start)
		}
		time.Sleep(time.Until(day.AddDate(0, 8, 0)))
		_, again := meet(t, device, client.Facts())
		if again.Name != rec.Name || !again.Start.Equal(rec.Start) {
			t.Errorf("%s began %v, now it is %s and begins %v", rec.Name, rec.Start, again.Name, again.Start)
		}
	})
}

// TestProvenClockIsNotAskedForAgain counts the searches for evidence.
func TestProvenClockIsNotAskedForAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		time.Sleep(8*time.Hour + 30*time.Minute)
		zone := "CST+5:00:00"
		device := simulator.New(simulator.Config{
			Zone: zone, Quirks: simulator.Quirks{Clock: simulator.TrueUTC}, Channels: []simulator.Channel{{Recordings: recorded(zone)}},
		})
		searches := func(known nvr.Facts) (nvr.Facts, int) {
			before := device.Stats().Requests[simulator.Search]
			_, client := clientOf(t, device, func(c *nvr.Config) { c.Facts = known })
			wall := device.WallClock()
			if _, err := search(t.Context(), client, 101, wall.Add(-3*time.Hour), wall); err != nil {
				t.Fatal(err)
			}
			return client.Facts(), device.Stats().Requests[simulator.Search] - before
		}
		learned, first := searches(nvr.Facts{})
		if learned.Clock != nvr.ClockUTC || !learned.ClockProven {
			t.Fatalf("learned %+v", learned)
		}
		again, second := searches(learned)
		if again != learned || second != 1 || first < 2 {
			t.Errorf("%d searches, then %d; %+v, then %+v", first, second, learned, again)
		}
	})
}
