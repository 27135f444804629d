package plain

import (
	"bytes"
	"strings"
	"testing"

	"example.com/hikgrab/tasks"
)

func TestWhatWillNotFitIsSaid(t *testing.T) {
	s := &tasks.Snapshot{TotalKnown: true, Needed: 4 << 40, Total: 5 << 40, Disk: tasks.Disk{Dir: "recordings", Free: 73 << 30}}
	if got := WillNotFit(s); !strings.HasPrefix(got, "recordings: needs 4.00 TiB, 73.0 GiB free; free some space") {
		t.Error(got)
	}
	var lines, objects bytes.Buffer
	if err := NewLines(&lines, false).Progress(s); err != nil || !strings.Contains(lines.String(), "needs 4.00 TiB, 73.0 GiB free") {
		t.Errorf("%v: %s", err, &lines)
	}
	if err := NewJSON(&objects).Progress(s); err != nil || !strings.Contains(objects.String(), `"disk_short":4319663357952`) {
		t.Errorf("%v: %s", err, &objects)
	}
	for name, fits := range map[string]func(){
		"while searching":      func() { s.TotalKnown = false },
		"where nobody knows":   func() { s.Disk.Free = -1 },
		"with room":            func() { s.Disk.Free = 5 << 40 },
		"when nothing is left": func() { s.Finished = true },
	} {
		before := *s
		fits()
		if s.Short() != 0 {
			t.Errorf("%s %d bytes are short", name, s.Short())
		}
		*s = before
	}
}
