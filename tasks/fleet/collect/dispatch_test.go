package collect

import (
	"errors"
	"testing"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/fleet"
	"example.com/hikgrab/tasks/worker"
)

// The fate of a file that could not be collected, by the first failure and the
// last that counts.
func TestWhatBecomesOfAFile(t *testing.T) {
	disk := func(k archive.Kind) error { return &archive.Error{Kind: k} }
	for name, c := range map[string]struct {
		err         error
		first, last tasks.State
		held        bool // nothing more is written for now
	}{
		"full":       {disk(archive.Full), tasks.Waiting, tasks.Waiting, true},
		"denied":     {disk(archive.Denied), tasks.Waiting, tasks.Waiting, true},
		"no name":    {&worker.PlaceError{Err: disk(archive.Denied)}, tasks.Retrying, tasks.Failed, false},
		"no room":    {disk(archive.NoRoom), tasks.Retrying, tasks.Retrying, false},
		"in use":     {disk(archive.InUse), tasks.Retrying, tasks.Retrying, false},
		"too large":  {disk(archive.TooLarge), tasks.Failed, tasks.Failed, false},
		"wrong":      {disk(archive.Damaged), tasks.Retrying, tasks.Failed, false},
		"gone":       {archive.ErrNotHere, tasks.Failed, tasks.Failed, false},
		"unreadable": {&fleet.LostError{Reason: "input/output error"}, tasks.Retrying, tasks.Failed, false},
		"nonsense":   {errors.New("it sent what makes no sense"), tasks.Retrying, tasks.Failed, false},
		"absent":     {fleet.ErrAbsent, tasks.Waiting, tasks.Waiting, false},
		"silent":     {errSilent, tasks.Waiting, tasks.Waiting, false},
	} {
		q := New(Options{Tell: func(tasks.Event) {}})
		q.run, q.halt = t.Context(), func(error) {}
		m := &machine{name: "kazan-1", present: true, look: make(chan struct{}, 1)}
		s := &source{machine: m}
		f := &file{group: m, sources: []*source{s}, meter: &worker.Meter{}}
		now := time.Now()
		fail := func() {
			q.active, m.active = q.active+1, m.active+1
			q.came(f, s, archive.File{}, c.err, now)
		}
		if fail(); f.state != c.first || (q.disk.failure.Kind != "") != c.held {
			t.Errorf("%s: it is %s, the disk %+v", name, f.state, q.disk)
		}
		if open := q.writable(now); open == c.held {
			t.Errorf("%s: files go on: %v", name, open)
		}
		if c.held && (!q.writable(now.Add(diskAgain)) || q.disk.failure.What == "") {
			t.Errorf("%s: the disk is never tried again, or nobody is told why: %+v", name, q.disk)
		}
		for i := 0; i < triesAtMost && !f.state.Ended(); i++ {
			fail()
		}
		if f.state != c.last || f.state == tasks.Failed && f.failure.What == "" {
			t.Errorf("%s: in the end it is %s: %+v", name, f.state, f.failure)
		}
	}
}

// Of the derivations that failed, only those that the operator selects are made
// again.
func TestARetryMakesAnewWhatFailed(t *testing.T) {
	q := New(Options{Tell: func(tasks.Event) {}})
	q.derivations.rows = []*derivation{{id: firstDerived, state: tasks.Failed}, {id: firstDerived + 1, state: tasks.Done}}
	if q.Retry(firstDerived + 1); q.derivations.stale {
		t.Error("what is done is made again")
	}
	if q.Retry(firstDerived); !q.derivations.stale {
		t.Error("what failed is not made again")
	}
}
