package tasks

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// fetched puts a recording of an hour into an archive.
func fetched(t *testing.T, a *archive.Archive, track nvr.Track, start time.Time) archive.File {
	t.Helper()
	it := archive.Item{
		Recorder: "10.0.0.5", Label: "Depot", Camera: "Gate",
		Recording: nvr.Recording{Track: track, Start: start, End: start.Add(time.Hour), Name: start.Format(time.DateTime)},
	}
	p, err := a.Create(it)
	if err != nil {
		t.Fatal(err)
	}
	b := append([]byte{0, 0, 1, 0xba}, make([]byte, 996)...)
	if _, err := p.Write(b); err != nil {
		t.Fatal(err)
	}
	f, err := p.Commit(t.Context(), archive.Try{Number: 1, Last: true, Receipt: nvr.Receipt{Received: int64(len(b)), Length: int64(len(b))}})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// told describes the days of a camera in a few words each.
func told(h History) (days []string) {
	for _, d := range h.Days {
		words := []string{d.Date.Format("02"), d.State.String(), d.AskedTime().String(), d.Recorded().String(), d.OnDiskTime().String()}
		for _, m := range d.Missing {
			words = append(words, m.Why+" "+m.To.Sub(m.From).String()+" "+m.Failure.What)
		}
		days = append(days, strings.TrimSpace(strings.Join(words, " ")))
	}
	return days
}

func TestHistories(t *testing.T) {
	a, err := archive.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	day := func(d, hour int) time.Time { return time.Date(2026, 11, d, hour, 0, 0, 0, time.UTC) }
	busy := Failure{Kind: "busy", What: "it is busy"}
	camera := func(track nvr.Track, stretches ...Stretch) Coverage {
		v := CameraView{Failure: busy}
		if track > 0 {
			v.Channel, v.Stream = track.Channel(), track.Stream()
		}
		return Coverage{Recorder: RecorderView{Address: "10.0.0.5"}, Camera: v, Stretches: stretches}
	}
	fetched(t, a, 101, day(3, 10))
	fetched(t, a, 101, time.Date(2026, 11, 3, 23, 30, 0, 0, time.UTC)) // reaches into the next day
	gone := fetched(t, a, 101, day(4, 12))
	if err := os.Remove(filepath.Join(a.Dir(), filepath.FromSlash(gone.Path))); err != nil {
		t.Fatal(err)
	}
	var d archive.Distant
	text := `{"t":"done","id":"000102030405060708090a0b0c0d0e0f","format":1,"path":"n/x.mp4","bytes":5,"recorder":"10.0.0.5","track":501,"start":"2026-11-03T08:00:00","end":"2026-11-03T09:00:00"}`
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	if _, err := a.NoteElsewhere("kazan-1", "UK", []archive.Distant{d}); err != nil {
		t.Fatal(err)
	}
	late := fetched(t, a, 201, day(3, 10)) // from another run than the one that lost it
	err = NoteCoverage(a, []Coverage{
		camera(101, Stretch{Span{From: day(3, 0), To: day(3, 11)}, OnDisk}, Stretch{Span{From: day(3, 11), To: day(3, 12)}, Lost}, Stretch{Span{From: day(3, 12), To: day(5, 0)}, NotRecorded}),
		camera(201, Stretch{Span{From: day(3, 10), To: day(3, 11)}, Lost}),
		camera(301, Stretch{Span{From: day(3, 0), To: day(4, 0)}, NotRecorded}),
		camera(0, Stretch{Span{From: day(3, 0), To: day(6, 0)}, Unknown}), // its cameras were unknown that day
	})
	if err != nil {
		t.Fatal(err)
	}
	for key, o := range map[nvr.Track]archive.Outcome{
		0:   {State: "failed", What: "unreachable", At: day(6, 1), Label: "Depot"},
		101: {State: "done", At: day(6, 2), Label: "Store"}, // its latest name
		301: {State: "incomplete", What: "its search broke off", At: day(6, 2), From: day(3, 0), To: day(4, 0), Camera: "Yard"},
		401: {State: "no state", At: day(6, 2)}, // from another version
	} {
		if err := a.NoteCamera(archive.CameraKey{Recorder: "10.0.0.5", Track: key}, o); err != nil {
			t.Fatal(err)
		}
	}
	files, err := a.Recordings()
	if err != nil {
		t.Fatal(err)
	}
	got := map[nvr.Track]History{}
	for _, h := range Histories(a, files) {
		got[h.Track] = h
		if h.Label != "Store" {
			t.Errorf("%v is of %q", h.CameraKey, h.Label)
		}
	}
	want := map[nvr.Track][]string{
		0:   {"05 failed 24h0m0s 0s 0s unknown 24h0m0s it is busy"}, // its cameras were asked for on the other days
		101: {"03 incomplete 24h0m0s 2h30m0s 1h30m0s lost 1h0m0s it is busy", "04 incomplete 24h0m0s 1h30m0s 30m0s gone 1h0m0s"},
		201: {"03 done 1h0m0s 1h0m0s 1h0m0s"},
		301: {"03 incomplete 24h0m0s 0s 0s"},
		501: {"03 done 0s 1h0m0s 1h0m0s"},
	}
	if len(got) != len(want) {
		t.Errorf("%d cameras, want %d", len(got), len(want))
	}
	for track, days := range want {
		if !slices.Equal(told(got[track]), days) {
			t.Errorf("%d: %q, want %q", track, told(got[track]), days)
		}
	}
	if h := got[0]; h.Outcome != (archive.Outcome{}) {
		t.Errorf("the recorder still failed as %+v", h.Outcome)
	}
	if h := got[501]; !slices.Equal(h.Machines, []string{"kazan-1"}) || len(h.Days[0].Elsewhere) != 1 || len(got[201].Machines) > 0 {
		t.Errorf("elsewhere %v, on %v", h.Days, h.Machines)
	}
	if f := got[201].Days[0].Files; len(f) != 1 || f[0].Path != late.Path || got[301].Name != "Yard" {
		t.Errorf("files %v, name %q", f, got[301].Name)
	}
}

// A sheet that asks for decades does not yield a page of empty days.
func TestHistoriesOfDecades(t *testing.T) {
	a, err := archive.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	c := Coverage{Recorder: RecorderView{Address: "10.0.0.5"}, Stretches: []Stretch{{Span{From: noon.AddDate(-30, 0, 0), To: noon}, Unknown}}}
	if err := NoteCoverage(a, []Coverage{c}); err != nil {
		t.Fatal(err)
	}
	if h := Histories(a, nil); len(h) != 1 || len(h[0].Days) != latestDays || !h[0].Days[latestDays-1].Date.Equal(midnight(noon)) {
		t.Errorf("%d histories", len(h))
	}
}

// Recorders come in the order of the sheet, followed by those that later runs
// no longer include.
func TestHistoriesComeInTheOrderOfTheSheet(t *testing.T) {
	a, err := archive.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	var all []Coverage
	for i, address := range []string{"10.0.0.9", "10.0.0.7", "10.0.0.8"} {
		all = append(all, Coverage{
			Recorder: RecorderView{ID: RecorderID(i + 1), Address: address}, Camera: CameraView{Channel: 1, Stream: nvr.Main},
			Stretches: []Stretch{{Span{From: noon, To: noon.Add(time.Hour)}, NotRecorded}},
		})
	}
	if err := NoteCoverage(a, all); err != nil {
		t.Fatal(err)
	}
	fetched(t, a, 101, noon) // of 10.0.0.5
	files, err := a.Recordings()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, h := range Histories(a, files) {
		got = append(got, h.Recorder)
	}
	if want := []string{"10.0.0.9", "10.0.0.7", "10.0.0.8", "10.0.0.5"}; !slices.Equal(got, want) {
		t.Errorf("recorders %v, want %v", got, want)
	}
}
