package ui

import (
	"strings"
	"testing"

	"example.com/hikgrab/tasks"
)

// While files are made from a camera's recordings, its row shows what is made
// and the progress in place of the speed.
func TestDerivingShows(t *testing.T) {
	q := emptyQueue()
	q.add("10.20.0.11", "Север", tasks.Hold{},
		cam{name: "Gate", state: tasks.Downloading, percent: 100, gib: 2}, cam{name: "Yard", state: tasks.Done, percent: 100, gib: 2})
	c := &q.snap.Cameras[0]
	c.Active, c.Files, c.Deriving, c.DerivingDone = 0, 2, "joining", 0.409
	q.snap.Recorders[0].Active, q.snap.Active = 0, 0
	for _, size := range []struct {
		w, h int
		want []string
	}{
		{140, 40, []string{" 40% ", "state     ► joining, 40%", " of 4.00 GiB  joining "}},
		{80, 24, []string{" 40% ", " of 4.00 GiB  joining "}},
		{60, 20, []string{"joining"}},
	} {
		m := newScreen(q, size.w, size.h)
		press(m, "down")
		view := m.View()
		for _, want := range size.want {
			if !strings.Contains(view, want) {
				t.Errorf("%d×%d: no %q in\n%s", size.w, size.h, want, view)
			}
		}
		rows := 0
		for line := range strings.Lines(view) {
			if before, _, _ := strings.Cut(line, "│"); strings.HasSuffix(strings.TrimRight(before, " \n"), "joining") && !strings.Contains(before, " of ") {
				rows++
			}
		}
		if rows != 2 {
			t.Errorf("%d×%d: %d rows end with it, want those of the camera and of its recorder:\n%s", size.w, size.h, rows, view)
		}
		checkBounds(t, m, size.w, size.h)
	}
	c = &q.snap.Cameras[0]
	q.snap.Active, c.Active, c.Rate = 1, 1, 3<<20 // a retry fetches recordings again, which takes precedence
	m := newScreen(q, 80, 24)
	if view := m.View(); strings.Contains(view, "40%") || !strings.Contains(view, "3.00 MiB/s") {
		t.Errorf("the speed is hidden:\n%s", view)
	}
}
