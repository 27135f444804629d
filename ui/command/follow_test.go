package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/plain"
)

// script is a source that plays moments: each poll sees the next one, the last
// one for ever.
type script struct {
	moments []moment
	polls   int
}

type moment struct {
	events   []tasks.Event
	finished bool
}

func (s *script) present() moment { return s.moments[min(s.polls, len(s.moments)-1)] }

func (s *script) Snapshot(snap *tasks.Snapshot) {
	*snap = tasks.Snapshot{At: time.Now(), Finished: s.present().finished}
}

func (s *script) Events(seq uint64, buf []tasks.Event) []tasks.Event {
	for _, e := range s.present().events {
		if e.Seq > seq {
			buf = append(buf, e)
		}
	}
	s.polls++
	return buf
}

func events(numbers ...uint64) []tasks.Event {
	var list []tasks.Event
	for _, n := range numbers {
		list = append(list, tasks.Event{Seq: n, Camera: -1, Type: tasks.EventNotice})
	}
	return list
}

// recorded is a printer that records its calls.
type recorded struct {
	printer
	told []string
	fail error
}

func (r *recorded) tell(format string, args ...any) error {
	r.told = append(r.told, fmt.Sprintf(format, args...))
	return r.fail
}

func (r *recorded) Notice(_ time.Time, text string) error { return r.tell("notice %s", text) }
func (r *recorded) Gap(_ time.Time, n uint64) error       { return r.tell("gap %d", n) }
func (r *recorded) Progress(*tasks.Snapshot) error        { return r.tell("progress") }
func (r *recorded) Summary(plain.Report) error            { return r.tell("summary") }
func (r *recorded) Events(list []tasks.Event) error {
	return r.tell("events %d-%d", list[0].Seq, list[len(list)-1].Seq)
}

func TestFollowTellsEveryEventOnceAndEndsWhenFinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &script{moments: []moment{
			{events: events(1, 2)}, {events: events(1, 2, 3)}, {events: events(1, 2, 3, 4), finished: true},
		}}
		var p recorded
		if err := follow(t.Context(), src, &p); err != nil {
			t.Fatal(err)
		}
		want := "events 1-2|events 3-3|events 4-4"
		if got := strings.Join(p.told, "|"); got != want {
			t.Errorf("told %s, want %s", got, want)
		}
	})
}

func TestFollowSaysWhatItMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &script{moments: []moment{
			{events: events(1)}, {events: events(5, 6, 9), finished: true},
		}}
		var p recorded
		if err := follow(t.Context(), src, &p); err != nil {
			t.Fatal(err)
		}
		want := "events 1-1|gap 3|events 5-6|gap 2|events 9-9"
		if got := strings.Join(p.told, "|"); got != want {
			t.Errorf("told %s, want %s", got, want)
		}
	})
}

func TestFollowReportsProgressEveryTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 35*time.Second)
		defer cancel()
		var p recorded
		if err := follow(ctx, &script{moments: []moment{{}}}, &p); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(p.told, "|"); got != "progress|progress|progress" {
			t.Errorf("told %s, want three progress reports in 35 s", got)
		}
	})
}

func TestFollowReadsWhatHappenedWhileStopping(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var p recorded
	if err := follow(ctx, &script{moments: []moment{{events: events(1)}}}, &p); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(p.told, "|"); got != "events 1-1" {
		t.Errorf("told %q, want the last event", got)
	}
}

func TestFollowEndsWhenNobodyReads(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	src := &script{moments: []moment{{events: events(1)}}}
	if err := follow(t.Context(), src, plain.NewLines(w, false)); !gone(err) {
		t.Errorf("follow gave %v, want an error that gone knows", err)
	}
}

func TestGone(t *testing.T) {
	for err, want := range map[error]bool{
		nil: false, errors.New("disk full"): false, syscall.ENOSPC: false,
		io.ErrClosedPipe: true, &os.PathError{Op: "write", Err: brokenPipe[0]}: true,
	} {
		if got := gone(err); got != want {
			t.Errorf("gone(%v) = %v, want %v", err, got, want)
		}
	}
}
