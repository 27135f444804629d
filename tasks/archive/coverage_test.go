package archive_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/tasks/archive"
)

// What is remembered of a camera always fits into a line of the journal. The
// oldest goes first, and nothing is claimed of that time.
func TestCoverageFitsALine(t *testing.T) {
	at := func(n int) time.Time { return morning.Add(time.Duration(n) * time.Minute) }
	var c archive.Coverage
	for n := range 2000 {
		c.Asked = append(c.Asked, archive.Span{From: at(3 * n), To: at(3*n + 2)})
		c.Missing = append(c.Missing, archive.Absence{From: at(3 * n), To: at(3*n + 1), Why: "lost", Cause: n%20 + 1})
	}
	for n := range 20 {
		c.Causes = append(c.Causes, archive.Cause{Kind: "busy", What: strings.Repeat("<", 1000) + string(rune('a'+n)), Remedy: strings.Repeat("r", 100)})
	}
	a := open(t, t.TempDir())
	key := archive.CameraKey{Recorder: "10.20.0.11", Track: 101}
	must(t, a.NoteCoverage(key, c))
	a = reopen(t, a)
	got := a.CoverageOf(key)
	if len(got.Asked) < 100 || got.Asked[len(got.Asked)-1] != c.Asked[1999] || len(got.Missing) != len(got.Asked) || len(got.Causes) > 8 {
		t.Errorf("%d asked, %d missing, %d causes are left", len(got.Asked), len(got.Missing), len(got.Causes))
	}
	for _, m := range got.Missing {
		if m.From.Before(got.Asked[0].From) || m.Cause < 0 || m.Cause > len(got.Causes) {
			t.Errorf("%+v is left", m)
		}
	}
	if all := a.Coverages(); len(all) != 1 || !slices.Equal(all[key].Asked, got.Asked) {
		t.Errorf("all coverages are %d", len(all))
	}
}

// A file that somebody moved away is distinguished from those that exist.
func TestRecordingsThatAreGone(t *testing.T) {
	a := open(t, t.TempDir())
	first, second := commit(t, a, item(0, 0), movie(1, 1000)), commit(t, a, item(1, 0), movie(2, 1000))
	forget(t, a.Dir(), first.Path)
	all, err := a.Recordings()
	if err != nil || len(all) != 2 || all[0].There || !all[1].There || all[0].Path != first.Path || all[1].Codec != "H.264-BP" {
		t.Errorf("%+v, %v", all, err)
	}
	if there := archive.There(all); len(there) != 1 || there[0].Path != second.Path {
		t.Errorf("there is %+v", there)
	}
}

// Stills come from all over the day, and only existing ones.
func TestSampleOfStills(t *testing.T) {
	a := open(t, t.TempDir())
	if s := a.Sampler().Sample([]archive.Finished{{Path: "a/b.mp4"}}, 5); s != nil {
		t.Errorf("an archive without stills has %v", s)
	}
	write := func(name, text string) { put(t, pathOf(a.Dir(), name), []byte(text)) }
	list := func(dir string, hour, n int) {
		var b strings.Builder
		b.WriteString("file,time,seconds,source\n")
		for i := range n {
			at := morning.Add(time.Duration(hour)*time.Hour + time.Duration(i)*time.Second)
			name := at.Format("20060102-150405.000") + ".jpg"
			b.WriteString(name + "," + at.Format("2006-01-02T15:04:05.000") + ",0.0,x\n")
			write(dir+"/"+name, "jpeg")
		}
		write(dir+"/"+archive.StillsList, b.String())
	}
	list("frames/1s/n/ch01/d/one", 0, 400)
	list("frames/1s/n/ch01/d/two_from-20261103-081500", 1, 3)
	write("frames/1s/n/ch01/d/bad/"+archive.StillsList, "file,time\n../../../../manifest.csv,2026-11-03T08:00:00.000\n")
	files := []archive.Finished{{Path: "n/ch01/d/one.mp4"}, {Path: "n/ch01/d/none.mp4"}, {Path: "n/ch01/d/two.mp4"}, {Path: "n/ch01/d/bad.mp4"}}
	got := a.Sampler().Sample(files, 12)
	times := map[string]int{}
	for i, s := range got {
		if i > 0 && !s.At.After(got[i-1].At) {
			t.Errorf("%v comes after %v", s, got[i-1])
		}
		if !strings.HasPrefix(s.Path, "frames/1s/n/ch01/d/") || !strings.HasSuffix(s.Path, ".jpg") {
			t.Errorf("a still is %q", s.Path)
		}
		times[s.Source]++
	}
	if times["n/ch01/d/one.mp4"] != 4 || times["n/ch01/d/two.mp4"] == 0 || len(times) != 2 {
		t.Errorf("stills of %v", times)
	}
	if got := a.Sampler().Sample(files[:1], 1); len(got) != 1 || !got[0].At.Equal(morning) {
		t.Errorf("the first still is %v", got)
	}
}
