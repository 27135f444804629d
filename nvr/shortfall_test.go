package nvr_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// TestShorterThanAnnounced has recordings with fewer bytes than the search
// said. That is an error until the recorder confirms it.
func TestShorterThanAnnounced(t *testing.T) {
	for name, q := range map[string]simulator.Quirks{
		"Content-Length is right":                {WrongSize: 50_000},
		"it is right and the end stays open":     {WrongSize: 50_000, KeepOpen: true},
		"in chunks":                              {WrongSize: 50_000, Framing: simulator.Chunked},
		"a few bytes, Content-Length says more":  {WrongSize: 4, WrongLength: 4},
		"a few bytes, ends with the connection":  {WrongSize: 4, Framing: simulator.ByClose},
		"a few bytes, Content-Length says still": {WrongSize: 4, WrongLength: 2},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				device, client := plug(t, simulator.Config{Channels: channels(1), Quirks: q})
				rec := first(t, client, 101)
				_, err := client.Download(t.Context(), rec, new(memory))
				if k := nvr.KindOf(err); k != nvr.Short && k != nvr.Timeout {
					t.Fatalf("the first time: %v", err)
				}
				var m memory
				receipt, err := client.Download(t.Context(), rec, &m)
				if err != nil || !bytes.Equal(m.Bytes(), content(t, device, rec)) {
					t.Fatalf("%d bytes, %v", m.Len(), err)
				}
				if receipt.Length != int64(m.Len()) || len(receipt.Notes) != 1 || !strings.Contains(receipt.Notes[0], "announced") {
					t.Errorf("%+v", receipt)
				}
			})
		})
	}
}

// TestShorterThanAnnouncedStaysShort has endings that confirm nothing: a
// connection that breaks far from the end, at a different byte each time, or a
// recording that ended only just now.
func TestShorterThanAnnouncedStaysShort(t *testing.T) {
	cases := map[string]struct {
		quirks simulator.Quirks
		faults []simulator.Fault
		now    time.Time
	}{
		"drops in the middle":      {faults: []simulator.Fault{simulator.DropAfter(50_000), simulator.DropAfter(50_000), simulator.DropAfter(50_000)}},
		"ends with the connection": {faults: []simulator.Fault{simulator.CloseDelimited(50_000), simulator.CloseDelimited(50_000), simulator.CloseDelimited(50_000)}},
		"drops here and there":     {faults: []simulator.Fault{simulator.DropAfter(99_990), simulator.DropAfter(99_991), simulator.DropAfter(99_992)}},
		"over just now":            {quirks: simulator.Quirks{WrongSize: 50_000}, now: day.Add(90 * time.Minute)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			config := simulator.Config{Channels: channels(1), Quirks: c.quirks}
			if !c.now.IsZero() {
				config.Now = func() time.Time { return c.now }
			}
			device, client := plug(t, config)
			rec := first(t, client, 101)
			device.Script(simulator.Download, c.faults...)
			for range 3 {
				_, err := client.Download(t.Context(), rec, new(memory))
				checkKind(t, err, nvr.Short)
			}
		})
	}
}

// TestAmountsAreForPeople checks what an operator sees of an interrupted
// recording.
func TestAmountsAreForPeople(t *testing.T) {
	for at, want := range map[int64]string{
		1_500_000: "1.4 of 4.9 MiB came", 5_168_379: "the last 4 B of 4.9 MiB did not come", 900: "900 B of 4.9 MiB came",
	} {
		device, client := plug(t, simulator.Config{Channels: []simulator.Channel{{Recordings: simulator.Span(day, day.Add(time.Hour), time.Hour, 5_168_383)}}})
		rec := first(t, client, 101)
		device.Script(simulator.Download, simulator.DropAfter(at))
		_, err := client.Download(t.Context(), rec, new(memory))
		if e := mustFail(t, err, nvr.Short); e.Detail != want {
			t.Errorf("after %d bytes: %q", at, e.Detail)
		}
	}
}
