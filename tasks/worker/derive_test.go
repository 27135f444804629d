package worker

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/derive"
)

// Stills are still made after joining fails, but not when the disk is full.
func TestAfterWhichFailureDerivingGoesOn(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want bool
	}{
		{t.Context(), nil, true},
		{t.Context(), &archive.Error{Kind: archive.Denied}, true},
		{t.Context(), errors.New("x"), true},
		{t.Context(), &archive.Error{Kind: archive.Full}, false},
		{stopped, nil, false},
	} {
		m := Derived{Err: c.err}
		if got := m.goesOn(c.ctx); got != c.want {
			t.Errorf("after %v: %v", c.err, got)
		}
	}
}

// Only files made now are reported, including those made before an error.
func TestWhatWasMadeBeforeIsNotToldAgain(t *testing.T) {
	var out Derived
	file := func(path string) archive.Derived { return archive.Derived{Finished: archive.Finished{Path: path}} }
	out.take(derive.Result{Files: []archive.Derived{file("old"), file("new")}, Made: []archive.Derived{file("new")}}, nil)
	out.take(derive.Result{Made: []archive.Derived{file("half")}}, errors.New("x"))
	if len(out.Files) != 2 || out.Files[0].Path != "new" || out.Files[1].Path != "half" || out.Err == nil {
		t.Errorf("%+v", out)
	}
}

func TestEverythingIsJoinedUnderTheTimesOfWhatThereIs(t *testing.T) {
	day := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	at := func(hour int) time.Time { return day.Add(time.Duration(hour) * time.Hour) }
	m := Derive{}
	m.Camera.Files = []archive.Finished{{Start: at(8), End: at(9)}, {Start: at(9), End: at(10)}}
	if w := m.window(Window{Span: archive.Span{From: at(7), To: at(12)}}); !w.From.Equal(at(7)) || !w.To.Equal(at(12)) {
		t.Errorf("a period became %+v", w)
	}
	if w := m.window(Window{Span: archive.Span{To: at(12)}, Everything: true}); !w.From.IsZero() || !w.To.IsZero() {
		t.Errorf("everything became %+v", w)
	}
	if w := m.window(Window{Span: archive.Span{To: at(9)}, Everything: true}); !w.From.IsZero() || !w.To.Equal(at(9)) {
		t.Errorf("everything up to nine became %+v", w)
	}
}
