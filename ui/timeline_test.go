package ui

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/hikgrab/tasks"
)

// hour returns a time on the day of the canned snapshots.
func hour(h float64) time.Time {
	return time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC).Add(time.Duration(h * float64(time.Hour)))
}

func span(from, to float64) tasks.Span { return tasks.Span{From: hour(from), To: hour(to)} }

func recorded(from, to float64, s tasks.RecordingState) tasks.RecordingView {
	return tasks.RecordingView{Start: hour(from), End: hour(to), State: s}
}

func TestTimeline(t *testing.T) {
	m, plain := newScreen(emptyQueue(), 80, 24), newScreen(emptyQueue(), 80, 24, ascii)
	for _, c := range []struct {
		name        string
		periods     []tasks.Span
		recordings  []tasks.RecordingView
		state       tasks.State
		now         float64
		want, ascii string
	}{
		{
			"one of each",
			[]tasks.Span{span(8, 20)},
			[]tasks.RecordingView{
				recorded(8, 10, tasks.RecordingDone), recorded(10, 11, tasks.RecordingActive), recorded(11, 12, tasks.RecordingRetrying),
				recorded(12, 13, tasks.RecordingFailed), recorded(15, 20, tasks.RecordingWaiting),
			},
			tasks.Downloading, 24, "██►~×··░░░░░", "##>~x..-----",
		},
		{
			"what is paused is not coming",
			[]tasks.Span{span(8, 20)},
			[]tasks.RecordingView{
				recorded(8, 10, tasks.RecordingDone),
				{Start: hour(10), End: hour(12), State: tasks.RecordingWaiting, Bytes: 1 << 20, Size: 2 << 20},
				recorded(12, 16, tasks.RecordingRetrying), recorded(16, 20, tasks.RecordingWaiting),
			},
			tasks.Paused, 24, "██░░░░░░░░░░", "##----------",
		},
		{
			"what is skipped is left out",
			[]tasks.Span{span(8, 20)},
			[]tasks.RecordingView{recorded(8, 10, tasks.RecordingDone), recorded(10, 16, tasks.RecordingWaiting)},
			tasks.Skipped, 24, "██»»»»»»····", "##//////....",
		},
		{
			"its recorder was given up",
			[]tasks.Span{span(8, 20)},
			[]tasks.RecordingView{recorded(8, 10, tasks.RecordingDone), recorded(10, 16, tasks.RecordingWaiting)},
			tasks.Incomplete, 24, "██××××××····", "##xxxxxx....",
		},
		{"nothing", []tasks.Span{span(8, 20)}, nil, tasks.Empty, 24, "············", "............"},
		{"not asked yet", []tasks.Span{span(8, 20)}, nil, tasks.Waiting, 24, "????????????", "????????????"},
		{
			"the future is no gap",
			[]tasks.Span{span(8, 20)},
			[]tasks.RecordingView{recorded(8, 12, tasks.RecordingDone)},
			tasks.Done, 14, "████████····", "########....",
		},
		{
			"two periods",
			[]tasks.Span{span(8, 10), span(18, 20)},
			[]tasks.RecordingView{recorded(8, 10, tasks.RecordingDone)},
			tasks.Done, 24, "██        ··", "##        ..",
		},
		{
			"a recording reaches out of the period",
			[]tasks.Span{span(8, 20)},
			[]tasks.RecordingView{recorded(7, 14, tasks.RecordingDone), recorded(14, 23, tasks.RecordingWaiting)},
			tasks.Waiting, 24, "██████░░░░░░", "######------",
		},
		{
			"a short failure shows",
			[]tasks.Span{span(8, 20)},
			[]tasks.RecordingView{recorded(8, 12.1, tasks.RecordingDone), recorded(12.1, 12.2, tasks.RecordingFailed), recorded(12.2, 20, tasks.RecordingDone)},
			tasks.Incomplete, 24, "████×███████", "####x#######",
		},
		{
			"a short gap shows",
			[]tasks.Span{span(8, 20)},
			[]tasks.RecordingView{recorded(8, 12.5, tasks.RecordingDone), recorded(12.501, 20, tasks.RecordingDone)},
			tasks.Done, 24, "████▓███████", "####=#######",
		},
		{
			"the second between two files does not",
			[]tasks.Span{span(8, 20)},
			[]tasks.RecordingView{recorded(8, 12.5, tasks.RecordingDone), recorded(12.5003, 20, tasks.RecordingDone)},
			tasks.Done, 24, "████████████", "############",
		},
		{
			"a short recording shows",
			[]tasks.Span{span(8, 20)},
			[]tasks.RecordingView{recorded(8, 9, tasks.RecordingDone), recorded(12.5, 12.501, tasks.RecordingDone), recorded(19, 20, tasks.RecordingDone)},
			tasks.Done, 24, "█···▒······█", "#...:......#",
		},
		{
			"what is on disk covers what failed beside it",
			[]tasks.Span{span(8, 20)},
			[]tasks.RecordingView{recorded(8, 20, tasks.RecordingDone), recorded(12, 14, tasks.RecordingFailed)},
			tasks.Incomplete, 24, "████████████", "############",
		},
		{
			"little in a long period",
			[]tasks.Span{span(0, 24)},
			[]tasks.RecordingView{recorded(10, 14, tasks.RecordingDone)},
			tasks.Done, 24, "·██████████·", ".##########.",
		},
		{
			"end before begin",
			[]tasks.Span{span(8, 20)},
			[]tasks.RecordingView{recorded(14, 9, tasks.RecordingDone)},
			tasks.Done, 24, "············", "............",
		},
	} {
		d := tasks.CameraDetail{CameraView: tasks.CameraView{State: c.state}, Periods: c.periods, Recordings: c.recordings}
		covered := tasks.CoverageOf(d, hour(c.now))
		cells := timeline(&covered, extent(&covered, 12), 12)
		if got := m.strip(cells); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if got := plain.strip(cells); got != c.ascii {
			t.Errorf("%s in ASCII: %q, want %q", c.name, got, c.ascii)
		}
	}
}

// Each slot has its own glyph, so that a timeline is readable without colour.
func TestSlotsDiffer(t *testing.T) {
	for _, g := range []glyphs{blockGlyphs(), asciiGlyphs()} {
		seen := map[string]slot{}
		for s := range numSlots {
			glyph := g.slots[s]
			if other, ok := seen[glyph]; ok || width(glyph) != 1 {
				t.Errorf("slot %d is drawn as %q, like slot %d, or not one cell wide", s, glyph, other)
			}
			seen[glyph] = s
			if s != slotOutside && slotNames[s] == "" {
				t.Errorf("slot %d has no name", s)
			}
		}
	}
}

// A timeline can be drawn for any times that a recorder reports.
func TestTimelineTakesAnything(t *testing.T) {
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "zero") {
			return time.Time{}
		}
		return time.Unix(rapid.Int64Range(-1<<36, 1<<36).Draw(t, "s"), 0).UTC()
	})
	rapid.Check(t, func(t *rapid.T) {
		d := tasks.CameraDetail{CameraView: tasks.CameraView{State: tasks.State(rapid.IntRange(0, 10).Draw(t, "state"))}}
		for range rapid.IntRange(0, 3).Draw(t, "periods") {
			d.Periods = append(d.Periods, tasks.Span{From: moment.Draw(t, "from"), To: moment.Draw(t, "to")})
		}
		for range rapid.IntRange(0, 5).Draw(t, "recordings") {
			state := tasks.RecordingState(rapid.IntRange(0, 4).Draw(t, "recording"))
			d.Recordings = append(d.Recordings, tasks.RecordingView{Start: moment.Draw(t, "start"), End: moment.Draw(t, "end"), State: state})
		}
		m := newScreen(emptyQueue(), 80, 24)
		m.details.cover = coverOf(d, moment.Draw(t, "now"), noon)
		m.details.cover.Camera.Recordings = len(d.Recordings)
		w := rapid.IntRange(0, 100).Draw(t, "w")
		lines := gapLines(m, w)
		if all, cells := m.details.cover.drawn(w); cells != nil {
			lines = append(lines, m.strip(cells), axis(all, w))
			lines = append(lines, m.legend(cells, m.details.cover.lengths, w)...)
		}
		for _, line := range lines {
			if width(line) > max(w, labelWidth+1) {
				t.Fatalf("wider than %d: %q", w, line)
			}
		}
	})
}

func TestAxis(t *testing.T) {
	for _, c := range []struct {
		span tasks.Span
		w    int
		want string
	}{
		{span(8, 20), 45, "08:00  10:00   12:00  14:00   16:00  18:00"},
		{span(0, 24), 24, "00:00       12:00"},
		{span(8, 8.1), 20, "08:00"},
		{span(12, 60), 40, "12:00     11-04     12:00     11-05"},
		{span(0, 24*7), 40, "11-03      11-05      11-07       11-09"},
		{tasks.Span{}, 40, ""},
		{span(8, 20), 4, ""},
	} {
		if got := axis(c.span, c.w); got != c.want {
			t.Errorf("axis of %v at %d: %q, want %q", c.span, c.w, got, c.want)
		}
	}
}

func TestSparkline(t *testing.T) {
	block, plain := newScreen(emptyQueue(), 80, 24), newScreen(emptyQueue(), 80, 24, ascii)
	values := []float64{0, 1, 2, 4, 8, 7}
	if got := block.glyphs.spark(values, 8); got != "   ▂▃▅██" {
		t.Errorf("blocks: %q", got)
	}
	if got := plain.glyphs.spark(values, 6); got != " _.-##" {
		t.Errorf("ASCII: %q", got)
	}
	if got := block.glyphs.spark(nil, 3); strings.TrimSpace(got) != "" || width(got) != 3 {
		t.Errorf("nothing: %q", got)
	}
}
