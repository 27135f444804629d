package tasks

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

func TestBackoffGrowsAndStaysBounded(t *testing.T) {
	for n := range 100 {
		most := min(backoffMost, backoffBase<<min(max(n-1, 0), 20)) + backoffBase/4
		for range 50 {
			if d := backoff(n); d < backoffBase/4 || d > most {
				t.Fatalf("after %d failures the wait is %v, at most %v allowed", n, d, most)
			}
		}
	}
}

// TestJudge is the table of what a failure means: for the attempt, for the
// recorder and for the volume.
func TestJudge(t *testing.T) {
	now := time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)
	failed := func(k nvr.Kind) error {
		return fmt.Errorf("wrapped: %w", &nvr.Error{Op: "download", Kind: k, TriesLeft: -1})
	}
	disk := func(k archive.Kind) error { return &archive.Error{Op: "write", Kind: k, Err: errors.New("no")} }
	for _, c := range []struct {
		name        string
		err         error
		burn, never bool
		held        nvr.Kind
		forGood     bool
		volume      bool
	}{
		{name: "made to leave", err: &leftError{cause: errPaused}},
		{name: "panic", err: &panicError{}, never: true},
		{name: "login refused", err: failed(nvr.Auth), held: nvr.Auth, forGood: true},
		{name: "certificate refused", err: failed(nvr.TLS), held: nvr.TLS, forGood: true},
		{name: "locked, nobody knows how long", err: failed(nvr.Locked), held: nvr.Locked, forGood: true},
		{name: "locked for a while", err: &nvr.Error{Kind: nvr.Locked, RetryAfter: time.Minute}, held: nvr.Locked},
		{name: "no right", err: failed(nvr.Forbidden), never: true},
		{name: "busy", err: failed(nvr.Busy), held: nvr.Busy},
		{name: "unreachable", err: failed(nvr.Unreachable), held: nvr.Unreachable},
		{name: "gone", err: failed(nvr.Gone), burn: true},
		{name: "timeout", err: failed(nvr.Timeout), burn: true},
		{name: "slow", err: failed(nvr.Slow), burn: true},
		{name: "short", err: failed(nvr.Short), burn: true},
		{name: "protocol", err: failed(nvr.Protocol), burn: true},
		{name: "unknown", err: errors.New("?"), burn: true},
		{name: "disk full", err: disk(archive.Full), volume: true},
		{name: "disk read-only", err: disk(archive.Denied), volume: true},
		{name: "somebody else writes it", err: disk(archive.InUse)},
		{name: "damaged", err: disk(archive.Damaged), burn: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := NewQueue(nil, Options{})
			r := &recorder{id: 1, signedIn: true, known: true, limit: 2, client: nvr.New(nvr.Config{})}
			q.recorders = append(q.recorders, r)
			v := q.judge(r, c.err, false, now)
			if v.burn != c.burn || v.never != c.never {
				t.Errorf("the attempt: %+v", v)
			}
			if v.burn && v.after <= 0 {
				t.Errorf("the next attempt is due at once: %+v", v)
			}
			if r.hold.Kind != c.held || (r.hold.Held() && r.hold.Until.IsZero() != c.forGood) {
				t.Errorf("the recorder: %+v", r.hold)
			}
			if q.volume.held() != c.volume {
				t.Errorf("the volume: %+v", q.volume)
			}
		})
	}
}

func TestHopelessRecorderIsHeld(t *testing.T) {
	q := NewQueue(nil, Options{})
	now := time.Now()
	r := &recorder{signedIn: true, known: true, limit: 2}
	short := &nvr.Error{Kind: nvr.Short}
	for range hopeless {
		if r.hold.Held() {
			t.Fatal("held too early")
		}
		q.judge(r, short, false, now)
	}
	if !r.hold.Held() {
		t.Fatalf("%d attempts brought nothing and the recorder is not held", hopeless)
	}
	q.judge(r, short, true, now)
	if !r.hold.Held() {
		t.Fatal("bytes that an older download had brought lifted the hold")
	}
	r.probing = true
	q.judge(r, short, true, now)
	if r.hold.Held() || r.streak != 0 {
		t.Fatalf("bytes came and the recorder is still held: %+v", r.hold)
	}
}

func TestHeldVolumeGoesOnByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(3, 2, size), Rate: size / 5})
		b.start()
		b.until("two downloads run", func(s *Snapshot) bool { return s.Active == 2 })
		full := Failure{Kind: archive.Full.String(), What: "the disk is full"}
		b.queue.report(func(now time.Time) { b.queue.holdVolume(full, now) })
		b.until("one download tries the disk", func(s *Snapshot) bool {
			b.queue.mu.Lock()
			defer b.queue.mu.Unlock()
			return b.queue.volume.probing && s.Active == 1
		})
		s := b.finish()
		if s.Disk.Held != "" || s.Counts[Done] != 3 {
			t.Fatalf("the end: %+v", s)
		}
	})
}
