package ui

import (
	"runtime"
	"testing"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

func TestRecorderTitle(t *testing.T) {
	for _, c := range []struct{ sheet, device, want string }{
		{"Склад", "NVR 7", "10.0.0.2  Склад"},
		{"", "NVR 7", "10.0.0.2  NVR 7"},
		{"", "Network Video Recorder", "10.0.0.2"},
		{"", "embedded net dvr", "10.0.0.2"},
		{"", "\x1b[2J", "10.0.0.2"},
		{"", "", "10.0.0.2"},
	} {
		r := tasks.RecorderView{Address: "10.0.0.2", Name: c.sheet, Device: nvr.Device{Name: c.device}}
		if got := recorderTitle(&r); got != c.want {
			t.Errorf("sheet %q, device %q: %q, want %q", c.sheet, c.device, got, c.want)
		}
	}
}

// If the locale is known not to be UTF-8, block characters would turn into
// garbage.
func TestPlainCharactersWhereTheLocaleNeedsThem(t *testing.T) {
	if runtime.GOOS == "windows" {
		if !knowsUnicode(func(string) string { return "C" }) {
			t.Error("Windows has no locale to ask")
		}
		return
	}
	for _, c := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, true},
		{map[string]string{"LANG": "ru_RU.UTF-8"}, true},
		{map[string]string{"LANG": "C.utf8"}, true},
		{map[string]string{"LANG": "C"}, false},
		{map[string]string{"LANG": "ru_RU.KOI8-R"}, false},
		{map[string]string{"LANG": "ru_RU.UTF-8", "LC_CTYPE": "POSIX"}, false},
		{map[string]string{"LANG": "C", "LC_CTYPE": "C.UTF-8"}, true},
		{map[string]string{"LANG": "C", "LC_CTYPE": "C.UTF-8", "LC_ALL": "C"}, false},
	} {
		env := func(name string) string { return c.env[name] }
		m := newModel(emptyQueue(), Options{}, &terminal{getenv: env})
		if m.opts.ASCII == c.want || (m.glyphs.barDone == "█") != c.want {
			t.Errorf("%v: bar of %q", c.env, m.glyphs.barDone)
		}
	}
	linux := glyphsFor(false, func(name string) string { return map[string]string{"TERM": "linux"}[name] })
	if len(linux.levels) != 2 {
		t.Errorf("the levels on the console are %q, which its font does not have", linux.levels)
	}
}

// An earlier failure does not matter once recordings arrive again.
func TestTroubled(t *testing.T) {
	for s, want := range map[tasks.State]bool{
		tasks.Failed: true, tasks.Incomplete: true, tasks.Retrying: true, tasks.Waiting: true, tasks.Paused: true, tasks.Skipped: true,
		tasks.Downloading: false, tasks.Searching: false, tasks.Done: false,
	} {
		if got := troubled(&tasks.CameraView{State: s, Failure: noFootage}); got != want {
			t.Errorf("%v: %v", s, got)
		}
		if troubled(&tasks.CameraView{State: s}) {
			t.Errorf("%v without a failure is trouble", s)
		}
	}
}

// If nothing could be fetched, nothing is done.
func TestPercentOfNothing(t *testing.T) {
	s := tasks.Snapshot{Finished: true}
	s.Counts[tasks.Empty] = 2
	if got := percentOf(&s); got != 100 {
		t.Errorf("with nothing to fetch %d%%", got)
	}
	s.Counts[tasks.Failed] = 1
	if got := percentOf(&s); got != 0 {
		t.Errorf("with nothing to be had %d%%", got)
	}
}

// In the list a name gets the room it needs, and no two recorders look alike.
func TestTitlesInTheList(t *testing.T) {
	m := newScreen(emptyQueue(), 140, 40)
	m.snap.Recorders = []tasks.RecorderView{
		{Address: "10.0.0.1", Name: "Склад"},
		{Address: "10.0.0.2", Name: "Склад"},
		{Address: "10.0.0.3", Name: "Офис"},
		{Address: "10.0.0.4", Name: "Магазин на Ленина, 15, корпус 2"},
		{Address: "10.0.0.5", Name: "Магазин на Ленина, 15, корпус 3"},
		{Address: "10.0.0.6"},
	}
	for w, want := range map[int][]string{
		60: {
			"Склад  10.0.0.1", "Склад  10.0.0.2", "Офис  10.0.0.3",
			"Магазин на Ленина, 15, корпус 2  10.0.0.4", "Магазин на Ленина, 15, корпус 3  10.0.0.5", "10.0.0.6",
		},
		31: {"Склад  10.0.0.1", "Склад  10.0.0.2", "Офис  10.0.0.3", "Магазин на Ленина, 15, корпус 2", "Магазин на Ленина, 15, корпус 3", "10.0.0.6"},
		20: {"Склад  10.0.0.1", "Склад  10.0.0.2", "Офис  10.0.0.3", "10.0.0.4  Магазин н…", "10.0.0.5  Магазин н…", "10.0.0.6"},
		12: {"10.0.0.1  С…", "10.0.0.2  С…", "Офис", "10.0.0.4  М…", "10.0.0.5  М…", "10.0.0.6"},
	} {
		drawn := m.rowsIn(140, &m.list, &m.snap)
		drawn.ambiguous = drawn.ambiguousIn(w)
		for i := range m.snap.Recorders {
			if got := drawn.title(&m.snap.Recorders[i], w); got != want[i] {
				t.Errorf("in %d cells %q, want %q", w, got, want[i])
			}
		}
	}
}
