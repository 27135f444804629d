package ui

import (
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/tasks"
)

// covering returns a function that puts the cursor on a camera with the given
// recordings.
func covering(state tasks.State, with ...func(*Options)) func(w, h int, asked []tasks.Span, recordings ...tasks.RecordingView) *model {
	return func(w, h int, asked []tasks.Span, recordings ...tasks.RecordingView) *model {
		q := emptyQueue()
		q.add("10.20.0.11", "", tasks.Hold{}, cam{name: "Gate", state: state, gib: float64(len(recordings)), percent: 50})
		q.details[0] = tasks.CameraDetail{Periods: asked, Recordings: recordings, Events: q.details[0].Events}
		m := newScreen(q, w, h, with...)
		press(m, "down")
		return m
	}
}

// gapLines returns the lines about gaps of the camera under the cursor, w cells
// wide.
func gapLines(m *model, w int) []string {
	f := &facts{pen: &m.pen, w: w}
	f.gaps(&m.details.cover, 24)
	return f.lines
}

func TestMissing(t *testing.T) {
	day := []tasks.Span{span(8, 18)}
	for _, c := range []struct {
		name       string
		state      tasks.State
		recordings []tasks.RecordingView
		want       string
	}{
		{"nothing", tasks.Done, []tasks.RecordingView{recorded(8, 18, tasks.RecordingDone)}, ""},
		{"what still comes is not missing", tasks.Downloading, []tasks.RecordingView{recorded(8, 10, tasks.RecordingActive), recorded(10, 12, tasks.RecordingRetrying), recorded(12, 18, tasks.RecordingWaiting)}, ""},
		{"the second between two files", tasks.Done, []tasks.RecordingView{recorded(8, 12, tasks.RecordingDone), recorded(12.0005, 18, tasks.RecordingDone)}, ""},
		{"in the middle", tasks.Done, []tasks.RecordingView{recorded(8, 12, tasks.RecordingDone), recorded(13, 18, tasks.RecordingDone)}, ""},
		{"failed", tasks.Incomplete, []tasks.RecordingView{recorded(8, 12, tasks.RecordingDone), recorded(12, 18, tasks.RecordingFailed)}, "6h, recorded (r tries again)"},
		{
			"both", tasks.Incomplete,
			[]tasks.RecordingView{recorded(8, 12, tasks.RecordingDone), recorded(12, 13, tasks.RecordingFailed), recorded(13, 13.5, tasks.RecordingFailed)},
			"1h30m, recorded (r tries again)",
		},
		{"while it is paused", tasks.Paused, []tasks.RecordingView{recorded(8, 12, tasks.RecordingWaiting), recorded(12, 18, tasks.RecordingFailed)}, "6h, recorded"},
		{"skipped", tasks.Skipped, []tasks.RecordingView{recorded(8, 18, tasks.RecordingWaiting)}, "10h, recorded (r takes the skip back)"},
		{"nobody knows", tasks.Failed, nil, ""},
		{"empty", tasks.Empty, nil, ""},
	} {
		m := covering(c.state)(140, 40, day, c.recordings...)
		if got := m.details.cover.missing(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// The longest gaps are listed in order of time, and the others counted.
func TestGapsAreListed(t *testing.T) {
	var recordings []tasks.RecordingView
	for i := range 12 { // a gap after each: 1 min, 2 min, and so on
		start := hour(8 + float64(i)/2)
		recordings = append(recordings, tasks.RecordingView{Start: start, End: start.Add(30*time.Minute - time.Duration(i+1)*time.Minute), State: tasks.RecordingDone})
	}
	recordings[10].State = tasks.RecordingFailed
	m := covering(tasks.Incomplete)(140, 40, []tasks.Span{span(8, 14)}, recordings...)
	got := strings.Join(gapLines(m, 45), "\n")
	want := `missing   19m, recorded (r tries again)
gaps      1h18m in 12 gaps, not recorded
· 12:50:00–13:00:00    10m not recorded
× 13:00:00–13:19:00    19m failed
· 13:19:00–13:30:00    11m not recorded
· 13:48:00–14:00:00    12m not recorded
  and 9 shorter, 45m`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestGapsOfSeveralDays(t *testing.T) {
	m := covering(tasks.Done, ascii)(140, 40, []tasks.Span{span(-48, 0)},
		recorded(-47, -26, tasks.RecordingDone), recorded(-22, -21, tasks.RecordingDone), recorded(-20.99, -1.5, tasks.RecordingDone))
	got := strings.Join(gapLines(m, 60), "\n")
	want := `gaps      6h30m in 4 gaps, not recorded
. 11-01 00:00:00-01:00:00      1h  not recorded
. 11-01 22:00-11-02 02:00      4h  not recorded
. 11-02 03:00:00-03:00:36     36s  not recorded
. 11-02 22:30-11-03 00:00   1h30m  not recorded`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := gapLines(m, 45)[1]; got != ". 11-01 00:00:00-01:00:00     1h not recorded" {
		t.Errorf("beside the list: %q", got)
	}
}

// A paused camera's partial recording is kept, but not being fetched.
func TestPausedIsNotComing(t *testing.T) {
	half := tasks.RecordingView{Start: hour(8), End: hour(13), State: tasks.RecordingWaiting, Bytes: 400 << 20, Size: 1000 << 20}
	later := tasks.RecordingView{Start: hour(13), End: hour(18), State: tasks.RecordingRetrying, Bytes: 1 << 20, Size: 1000 << 20, Next: noon.Add(time.Minute)}
	m := covering(tasks.Paused)(140, 40, []tasks.Span{span(8, 18)}, half, later)
	view := strings.Join(m.pane().side(44, 28), "\n")
	for _, want := range []string{"░ to fetch 10h", "· 11-03 08:00:00–13:00:00  1000 MiB 40%", "· 11-03 13:00:00–18:00:00  1000 MiB 0%"} {
		if !strings.Contains(view, want) {
			t.Errorf("no %q in\n%s", want, view)
		}
	}
	for _, lie := range []string{"►", "~", "coming", "retry"} {
		if strings.Contains(view, lie) {
			t.Errorf("%q in\n%s", lie, view)
		}
	}
}

// The details show the period asked for, and how much of it has passed by the
// recorder's clock.
func TestPeriodOfDetails(t *testing.T) {
	for _, c := range []struct {
		name    string
		periods []tasks.Span
		clock   time.Duration // how far the recorder's clock is ahead
		want    string
	}{
		{"past", []tasks.Span{span(8, 18)}, 0, "period    2026-11-03 08:00 – 18:00"},
		{"up to now", []tasks.Span{span(8, 20)}, 0, "period    2026-11-03 08:00 – 20:00, 10h42m so far"},
		{"its clock is ahead", []tasks.Span{span(8, 20)}, time.Hour, "period    2026-11-03 08:00 – 20:00, 11h42m so far"},
		{"several", []tasks.Span{span(8, 9), span(17, 19)}, 0, "period    2026-11-03 08:00 – 09:00 and 1 more, 2h42m so far"},
		{"over midnight", []tasks.Span{span(-2, 2)}, 0, "period    2026-11-02 22:00 – 2026-11-03 02:00"},
		{
			"everything",
			[]tasks.Span{{From: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), To: hour(48)}},
			0,
			"period    everything, up to 2026-11-05 00:00",
		},
	} {
		m := covering(tasks.Done)(140, 40, c.periods, recorded(8, 9, tasks.RecordingDone))
		m.queue.(*fakeQueue).snap.Recorders[0].Device.WallOffset = c.clock
		press(m, "i")
		lines := m.pane().cameraFacts(138, 30)
		if got := lines[2]; got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Under the list, one line says what is missing once nothing more is on its
// way.
func TestBriefTellsWhatIsMissing(t *testing.T) {
	day := []tasks.Span{span(8, 18)}
	m := covering(tasks.Done)(80, 24, day, recorded(8, 17, tasks.RecordingDone))
	if view := m.View(); !strings.Contains(view, " gaps      1h, not recorded") {
		t.Errorf("after the end:\n%s", view)
	}
	m = covering(tasks.Downloading)(80, 24, day, recorded(8, 17, tasks.RecordingDone))
	if view := m.View(); strings.Contains(view, "missing") || !strings.Contains(view, " last ") {
		t.Errorf("before the end:\n%s", view)
	}
}

// Details longer than their window say that they continue.
func TestDetailsSayThatTheyGoOn(t *testing.T) {
	m := newScreen(siteQueue(), 80, 24)
	press(m, "down", "down", "i")
	if view := m.View(); !strings.Contains(view, "more lines below") {
		t.Errorf("not at the top:\n%s", view)
	}
	press(m, "end")
	if view := m.View(); strings.Contains(view, "below") {
		t.Errorf("still at the end:\n%s", view)
	}
}

// A camera with thousands of recordings is not refreshed four times a second.
func TestManyRecordingsAreLookedAtSeldom(t *testing.T) {
	q := siteQueue()
	d := q.details[1]
	d.Recordings = nil
	for i := range 3000 {
		d.Recordings = append(d.Recordings, recorded(8+float64(i)/600, 8+float64(i+1)/600, tasks.RecordingWaiting))
	}
	q.details[1] = d
	m := newScreen(q, 140, 40)
	press(m, "down", "down")
	if len(m.details.camera.Recordings) != 3000 {
		t.Fatalf("%d recordings", len(m.details.camera.Recordings))
	}
	d.Recordings = d.Recordings[:2000]
	q.details[1] = d
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{250 * time.Millisecond, 3000}, {time.Second, 2000}} {
		q.snap.At = noon.Add(c.after)
		tick(m)
		if got := len(m.details.camera.Recordings); got != c.want {
			t.Errorf("after %v %d recordings are seen, want %d", c.after, got, c.want)
		}
	}
}

// What the recorder is still writing is neither missing nor on its way.
func TestWhatIsBeingRecordedIsNotMissing(t *testing.T) {
	q := emptyQueue()
	q.add("10.20.0.11", "", tasks.Hold{}, cam{name: "Gate", state: tasks.Done, gib: 1, percent: 100})
	q.details[0] = tasks.CameraDetail{
		Periods: []tasks.Span{span(8, 12)}, Recordings: []tasks.RecordingView{recorded(8, 11, tasks.RecordingDone)},
		Growing: []tasks.Span{span(11, 12)},
	}
	m := newScreen(q, 140, 40)
	press(m, "down")
	if got := m.details.cover.missing(); got != "" {
		t.Errorf("missing: %q", got)
	}
	text := strings.Join(m.draw(), "\n")
	for _, want := range []string{"being recorded 1h", "+++"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not on the screen:\n%s", want, text)
		}
	}
}
