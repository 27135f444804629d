package tasks

import "time"

// volume is the state of the disk of the output directory.
type volume struct {
	failure Failure
	since   time.Time
	until   time.Time // when one download tries whether it is writable
	probing bool      // that download is active
	told    time.Time // when the operator last heard of a hold
}

func (v *volume) held() bool { return v.failure.Kind != "" }

// open reports whether another download may start. On a held volume they start
// one at a time, to see whether it takes data again.
func (v *volume) open(now time.Time, active int) bool {
	return !v.held() || (active == 0 && !v.until.After(now))
}

const (
	// volumeAgain is how often a held volume is tried.
	volumeAgain = 5 * time.Second
	// volumeTold is how long the operator hears nothing of further holds: a nearly
	// full disk is held again and again while files still fit one by one.
	volumeTold = 5 * time.Minute
)

// holdVolume stops writing to a volume that is full or denies access.
func (q *Queue) holdVolume(f Failure, now time.Time) {
	v := &q.volume
	if !v.held() {
		v.since = now
	}
	v.failure, v.until, v.probing = f, now.Add(volumeAgain), false
	if v.told.IsZero() || now.Sub(v.told) > volumeTold {
		v.told = now
		q.tellAll(now, Event{
			Type: EventError, Failure: f, Message: f.What + "; downloads wait and resume by themselves",
		})
	}
}

// denied holds a volume that denies access. Space comes back by itself,
// permissions hardly ever: when patience ends, so does the run.
func (q *Queue) denied(f Failure, now time.Time) {
	q.holdVolume(f, now)
	if now.Sub(q.volume.since) <= patience {
		return
	}
	failed := 0
	for _, r := range q.recorders {
		failed += r.failAll(f)
		for _, c := range r.cameras {
			if c.derivable() {
				c.failDerived(f)
			}
		}
	}
	if failed > 0 {
		q.tellAll(now, Event{Type: EventError, Failure: f, Message: f.What})
	}
}

// volumeTakes notes that a download could write to a held volume.
func (q *Queue) volumeTakes(now time.Time) {
	if !q.volume.probing {
		return
	}
	q.volume = volume{told: q.volume.told}
	q.tellAll(now, Event{Type: EventNotice, Message: "the disk accepts data again; downloads resume"})
}
