package tasks

import "time"

// How many downloads at once is a recorder emptied fastest by? Some throttle each
// download, and six bring three times what two do; some share what they have; some
// give up under four. Nobody knows before it was tried. So a recorder begins with
// two, gets one more when its rate has been weighed, keeps it when that brought
// enough, and loses it otherwise.

// AutoPerRecorder is the Options.PerRecorder that has the queue find out for each
// recorder how many downloads at once it is emptied fastest by.
const AutoPerRecorder = 0

// FirstLoad is how many downloads at once a recorder begins with.
const FirstLoad = 2

const (
	// mostLoad is the most that is tried.
	mostLoad = 6
	// worth is by how much one download more has to raise a recorder's rate.
	worth = 1.15
	// weighing is over how much time at work a rate is taken.
	weighing = 10 * time.Second
	// moreAgain is after how long more is tried again than a recorder was busy
	// with, or had a use for. After each trial in vain it takes twice as long.
	moreAgain = 10 * time.Minute
	// quiet is how long a recorder that was busy has to be quiet before it gets
	// one download more at once, where the operator fixed how many.
	quiet = time.Minute
)

// load is how many downloads at once a recorder is asked for. It asks nobody what
// time it is and changes nothing but itself.
type load struct {
	limit int // at present
	fixed int // by the operator, at most; 0: it is found out

	seen    time.Duration // time at work with limit downloads that is being weighed
	bytes   int64         // that came in it
	without float64       // bytes per second with one less, while the last one is on trial; else 0
	full    bool          // one more was tried and brings nothing
	told    bool          // full comes from an earlier run
	next    time.Time     // when more may be tried
	wait    time.Duration // until then, the next time
	met     bool          // the limit is what was found to be right, not where it began

	fell bool      // with the one on trial
	bore int       // what limit was before the recorder was taken for busy; 0 when that is not in doubt
	busy time.Time // when it was last
}

// newLoad returns the load to begin with; fixed is the operator's number, known
// what an earlier run found. 0 is none.
func newLoad(fixed, known int) load {
	switch {
	case fixed > 0:
		return load{limit: fixed, fixed: fixed}
	case known > 0:
		return load{limit: min(known, mostLoad), full: true, told: true, met: true}
	}
	return load{limit: FirstLoad}
}

// found returns the number that was found, for the next run; 0 when none was.
func (l *load) found() int {
	switch {
	case l.fixed > 0 || !l.met:
		return 0
	case l.without > 0: // the last one is on trial
		return l.limit - 1
	}
	return l.limit
}

// learn takes in what came in an amount of time while so many downloads ran.
func (l *load) learn(now time.Time, took time.Duration, bytes int64, downloads int) {
	if l.fixed > 0 {
		if l.limit < l.fixed && !l.busy.IsZero() && now.Sub(l.busy) > quiet {
			l.limit++
			l.busy = now
		}
		return
	}
	if l.told { // how long ago that was nobody knows
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

// postpone sets when more is tried again.
func (l *load) postpone(now time.Time) {
	l.wait = max(moreAgain, 2*l.wait)
	l.next = now.Add(l.wait)
}

// lower asks a busy recorder, of which so many downloads are under way, for less
// at once. It reports whether that is news.
func (l *load) lower(now time.Time, active int) bool {
	limit := max(1, min(l.limit, active+1)-1)
	switch {
	case l.fixed > 0:
	case l.without > 0: // it is the one on trial that is too much, whatever died with it
		limit, l.met, l.fell = l.limit-1, true, true
	case l.fell && now.Sub(l.busy) <= quiet, active == 0: // it has not recovered, or it is busy without us
		limit = l.limit
	}
	news := limit < l.limit || now.Sub(l.busy) > quiet
	l.busy = now
	if !news {
		return false
	}
	if l.bore == 0 && !l.fell {
		l.bore = l.limit
	}
	l.limit, l.full = limit, false
	l.seen, l.bytes, l.without = 0, 0, 0
	l.postpone(now)
	return true
}

// restore takes the latest lower back: it was not too much for the recorder.
func (l *load) restore() {
	if l.bore > 0 {
		l.limit, l.bore = l.bore, 0
	}
}
