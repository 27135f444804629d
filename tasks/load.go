package tasks

import "time"

// How many downloads at once empty a recorder fastest? Some throttle each
// download, so that six bring three times as much as two; some share a fixed
// rate; some fail at four. Only trying tells. So a recorder starts with two.
// Once its rate has been measured it gets one more, keeps it if that brought
// enough, and loses it otherwise.

// AutoPerRecorder as Options.PerRecorder makes the queue find the fastest
// number of downloads at once for each recorder.
const AutoPerRecorder = 0

// FirstLoad is how many downloads at once a recorder starts with.
const FirstLoad = 2

const (
	// mostLoad is the most that is tried.
	mostLoad = 6
	// worth is the factor by which one more download must raise a recorder's rate.
	worth = 1.15
	// weighing is the time at work over which a rate is measured.
	weighing = 10 * time.Second
	// moreAgain is when to try more again than made a recorder busy or brought
	// nothing. It doubles after each failed trial.
	moreAgain = 10 * time.Minute
	// quiet is how long a recorder that was busy must be quiet before it gets one
	// more download at once, if the operator fixed the number.
	quiet = time.Minute
)

// load is how many downloads at once a recorder is asked for. It reads no clock
// and changes nothing but itself.
type load struct {
	limit int // at present
	fixed int // the operator's maximum; 0: found automatically

	seen    time.Duration // time at work with limit downloads, being measured
	bytes   int64         // that came in it
	without float64       // bytes per second with one less, while the last one is on trial; otherwise 0
	full    bool          // one more was tried and brings nothing
	told    bool          // full comes from an earlier run
	next    time.Time     // when more may be tried
	wait    time.Duration // until then, the next time
	met     bool          // the limit was found to be right, not just the start

	fell       bool      // with the one on trial
	beforeBusy int       // limit before the recorder seemed busy; 0 if that is certain
	busy       time.Time // when it was last busy
}

// newLoad returns the load to start with: fixed is the operator's number, known
// the one that an earlier run found, 0 for none.
func newLoad(fixed, known int) load {
	switch {
	case fixed > 0:
		return load{limit: fixed, fixed: fixed}
	case known > 0:
		return load{limit: min(known, mostLoad), full: true, told: true, met: true}
	}
	return load{limit: FirstLoad}
}

// found returns the number that was found, for the next run, or 0.
func (l *load) found() int {
	switch {
	case l.fixed > 0 || !l.met:
		return 0
	case l.without > 0: // the last one is on trial
		return l.limit - 1
	}
	return l.limit
}

// learn adds the bytes that came in a time while so many downloads ran.
func (l *load) learn(now time.Time, took time.Duration, bytes int64, downloads int) {
	if l.fixed > 0 {
		if l.limit < l.fixed && !l.busy.IsZero() && now.Sub(l.busy) > quiet {
			l.limit++
			l.busy = now
		}
		return
	}
	if l.told { // nobody knows how long ago that was
		l.told = false
		l.postpone(now)
	}
	if downloads != l.limit {
		return
	}
	if l.seen, l.bytes = l.seen+took, l.bytes+bytes; l.seen < weighing {
		return
	}
	rate := float64(l.bytes) / l.seen.Seconds()
	l.seen, l.bytes = 0, 0
	switch trial := l.without; {
	case trial > 0 && rate < worth*trial:
		l.without, l.full, l.met = 0, true, true
		l.limit--
		l.postpone(now)
		return
	case trial > 0:
		l.without, l.met, l.fell, l.wait = 0, true, false, 0
	}
	if l.limit < mostLoad && rate > 0 && !now.Before(l.next) {
		l.without, l.full = rate, false
		l.limit++
	}
}

// postpone sets when to try more again.
func (l *load) postpone(now time.Time) {
	l.wait = max(moreAgain, 2*l.wait)
	l.next = now.Add(l.wait)
}

// lower asks less at once of a busy recorder with so many active downloads. It
// reports whether that is a change.
func (l *load) lower(now time.Time, active int) bool {
	limit := max(1, min(l.limit, active+1)-1)
	switch {
	case l.fixed > 0:
	case l.without > 0: // the one on trial is too much, whichever failed with it
		limit, l.met, l.fell = l.limit-1, true, true
	case l.fell && now.Sub(l.busy) <= quiet, active == 0: // it has not recovered, or it is busy without us
		limit = l.limit
	}
	news := limit < l.limit || now.Sub(l.busy) > quiet
	l.busy = now
	if !news {
		return false
	}
	if l.beforeBusy == 0 && !l.fell {
		l.beforeBusy = l.limit
	}
	l.limit, l.full = limit, false
	l.seen, l.bytes, l.without = 0, 0, 0
	l.postpone(now)
	return true
}

// restore undoes the latest lower: the load was not too much for the recorder.
func (l *load) restore() {
	if l.beforeBusy > 0 {
		l.limit, l.beforeBusy = l.beforeBusy, 0
	}
}
