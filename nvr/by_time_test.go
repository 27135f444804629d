package nvr_test

import (
	"bytes"
	"errors"
	"net/http"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/nvr/simulator"
)

// TestByTimeQuirks tries the habits of devices that claim to support download
// by time. It requests ten minutes of an hour.
func TestByTimeQuirks(t *testing.T) {
	wanted := map[string]struct {
		share   float64 // of the file, approximately
		begins  time.Duration
		refused bool
	}{
		"by-time":            {share: 1. / 6},
		"by-time-off-by-gop": {share: 1. / 6},
		"by-time-whole":      {share: 1, begins: -20 * time.Minute},
		"by-time-elsewhere":  {share: 1. / 6, begins: -20 * time.Minute},
		"by-time-refused":    {refused: true},
		"hangs-up-by-time":   {refused: true},
	}
	const size = 4_000_000
	seen := 0
	for _, known := range catalogue {
		want, ok := wanted[known.name]
		if !ok {
			continue
		}
		seen++
		t.Run(known.name, func(t *testing.T) {
			t.Log(known)
			bubble(t, func(t *testing.T) {
				c := simulator.Config{Channels: []simulator.Channel{{Recordings: simulator.Day(day, time.Hour, size)}}}
				known.apply(&c)
				device, client := plug(t, c)
				rec := first(t, client, 101)
				if client.ByTime() {
					t.Error("it is believed before it was asked")
				}
				client.LearnByTime(t.Context())
				client.LearnByTime(t.Context())
				if n := device.Stats().Requests[simulator.DownloadCapabilities]; n != 1 || !client.ByTime() || client.Facts().ByTime != "said" {
					t.Fatalf("asked %d times, known: %+v", n, client.Facts())
				}
				var m memory
				from := rec.Start.Add(20 * time.Minute)
				receipt, err := client.DownloadSpan(t.Context(), rec, from, from.Add(10*time.Minute), &m)
				if refused := errors.Is(err, nvr.ErrNotByTime); refused != want.refused || !refused && err != nil {
					t.Fatalf("DownloadSpan = %v", err)
				}
				if want.refused {
					return
				}
				var scan media.Scanner
				_, err = scan.Write(m.Bytes())
				report := scan.Report()
				if share := float64(m.Len()) / size; err != nil || share < want.share*0.97 || share > want.share*1.03 || receipt.Length != int64(m.Len()) {
					t.Errorf("%.3f of the file came, %+v, %v", share, receipt, err)
				}
				if late := report.FirstWall.Sub(from) - want.begins; late.Abs() > time.Minute || !report.Clean() {
					t.Errorf("it begins %v late: %s", late, report.Reason())
				}
			})
		})
	}
	if seen != len(wanted) {
		t.Errorf("the catalogue has %d of %d habits", seen, len(wanted))
	}
}

// TestByTimeIsClaimed accepts only a document that claims it.
func TestByTimeIsClaimed(t *testing.T) {
	for name, tt := range map[string]struct {
		quirks simulator.Quirks
		fault  simulator.Fault // on the first request
		known  string
		asked  int
	}{
		"yes":             {simulator.Quirks{ByTime: simulator.ByTimeRight}, simulator.None, "said", 1},
		"no":              {simulator.Quirks{}, simulator.None, "no", 1},
		"not supported":   {simulator.Quirks{ByTime: simulator.ByTimeRight}, simulator.Refusal(http.StatusForbidden, "methodNotAllowed"), "no", 1},
		"a web page":      {simulator.Quirks{ByTime: simulator.ByTimeRight}, simulator.HTMLWith200, "no", 1},
		"busy once":       {simulator.Quirks{ByTime: simulator.ByTimeRight}, simulator.Busy(0), "said", 2},
		"other namespace": {simulator.Quirks{ByTime: simulator.ByTimeRight, Namespace: simulator.PrefixedNS}, simulator.None, "said", 1},
	} {
		t.Run(name, func(t *testing.T) {
			device, client := plug(t, simulator.Config{Channels: channels(1), Quirks: tt.quirks})
			device.Script(simulator.DownloadCapabilities, tt.fault)
			client.LearnByTime(t.Context())
			if n := device.Stats().Requests[simulator.DownloadCapabilities]; client.Facts().ByTime != tt.known || n != tt.asked {
				t.Errorf("known: %q, asked %d times", client.Facts().ByTime, n)
			}
		})
	}
}

// TestByTimeIsRemembered gives what was sent precedence over what was claimed,
// permanently.
func TestByTimeIsRemembered(t *testing.T) {
	for _, known := range []string{"", "said", "shown", "no", "nonsense"} {
		_, client := plug(t, simulator.Config{}, func(c *nvr.Config) { c.Facts.ByTime = known })
		if want := known == "said" || known == "shown"; client.ByTime() != want {
			t.Errorf("%q: %v", known, client.ByTime())
		}
		client.NoteByTime(true, "")
		if want := map[string]string{"no": "no"}[known]; want == "" && client.Facts().ByTime != "shown" || want != "" && client.Facts().ByTime != want {
			t.Errorf("%q: %q after a right one", known, client.Facts().ByTime)
		}
		client.NoteByTime(false, "it sent another time")
		client.NoteByTime(true, "")
		if client.ByTime() || client.Facts().ByTime != "no" {
			t.Errorf("%q: %q after a wrong one", known, client.Facts().ByTime)
		}
	}
}

// TestBusyIsNoRefusalOfTime covers a recorder where download by time has
// worked.
func TestBusyIsNoRefusalOfTime(t *testing.T) {
	for known, want := range map[string]bool{"said": true, "shown": false} {
		bubble(t, func(t *testing.T) {
			device, client := plug(t, simulator.Config{Channels: channels(1), Quirks: simulator.Quirks{ByTime: simulator.ByTimeRight}},
				func(c *nvr.Config) { c.Facts.ByTime = known })
			rec := first(t, client, 101)
			for _, f := range []simulator.Fault{simulator.Busy(0), simulator.SlowHeaders(time.Hour), simulator.Refuse} {
				device.Script(simulator.Download, f, f)
				_, err := client.DownloadSpan(t.Context(), rec, rec.Start, rec.End.Add(-time.Minute), new(memory))
				if err == nil || errors.Is(err, nvr.ErrNotByTime) != want {
					t.Errorf("%s, %v: %v", known, f, err)
				}
				for device.Stats().Requests[simulator.Download]%2 == 1 { // the rest of the script
					_, _ = client.DownloadSpan(t.Context(), rec, rec.Start, rec.End.Add(-time.Minute), new(memory))
				}
			}
			for _, f := range []simulator.Fault{simulator.DeviceError500, simulator.Gone404, simulator.Forbidden} {
				device.Script(simulator.Download, f)
				if _, err := client.DownloadSpan(t.Context(), rec, rec.Start, rec.End.Add(-time.Minute), new(memory)); !errors.Is(err, nvr.ErrNotByTime) {
					t.Errorf("%s, %v: %v", known, f, err)
				}
			}
		})
	}
}

// TestAPieceThatCannotBeContinued starts over in the same attempt.
func TestAPieceThatCannotBeContinued(t *testing.T) {
	bubble(t, func(t *testing.T) {
		_, client := plug(t, simulator.Config{
			Channels: channels(1), Quirks: simulator.Quirks{ByTime: simulator.ByTimeRight, Range: simulator.RangeHonored},
		})
		rec := first(t, client, 101)
		var want memory
		if _, err := client.DownloadSpan(t.Context(), rec, rec.Start, rec.Start.Add(20*time.Minute), &want); err != nil {
			t.Fatal(err)
		}
		for name, held := range map[string][]byte{
			"the same":  want.Bytes()[:want.Len()/2],
			"something": bytes.Repeat([]byte("x"), want.Len()/2),
			"too much":  bytes.Repeat([]byte("x"), 2*want.Len()),
		} {
			m := memory{}
			_, _ = m.Write(held)
			if _, err := client.DownloadSpan(t.Context(), rec, rec.Start, rec.Start.Add(20*time.Minute), &m); err != nil || !bytes.Equal(m.Bytes(), want.Bytes()) {
				t.Errorf("%s: %d bytes, %v", name, m.Len(), err)
			}
		}
	})
}
