package nvr

import (
	"context"
	"fmt"
	"time"
)

const (
	// clockMargin is how far after a device's own now a recording must begin to
	// contradict its clock.
	clockMargin = 10 * time.Minute

	// nextToNow is how close to now the current recording ends, on devices that
	// list it.
	nextToNow = 3 * time.Minute

	// mostProbed is how many tracks of a device are searched for evidence.
	mostProbed = 4
)

// clockDecision is the clock that a device uses in searches. It is decided once
// per run: a later change would leave recordings found earlier with times of
// the wrong clock.
type clockDecision struct {
	decided bool
	utc     bool
	proven  bool   // recordings prove it: the other clock cannot explain them
	notice  Notice // for the operator, if the device differs from its kind
}

// Clock returns how the device writes times in searches, and whether its
// recordings prove it. Without proof it follows from the kind of device, or
// from Config.Clock. It is ClockAuto until the first Search has decided.
func (r *Recorder) Clock() (c Clock, proven bool) {
	k := r.known().clock
	switch {
	case !k.decided:
		return ClockAuto, false
	case k.utc:
		return ClockUTC, k.proven
	}
	return ClockLocal, k.proven
}

// ClockNotice returns a notice if the device's recordings do not fit the clock
// of its kind, otherwise the zero Notice. The notice may appear once a Search
// has begun. There is none if Config.Clock sets the clock.
func (r *Recorder) ClockNotice() Notice { return r.known().clock.notice }

// decideClock decides which clock the device uses in searches. Usually its kind
// tells, but some NVRs search by UTC and some cameras by their wall clock
// (gate_nvr met two recorders on one site that differ). The two clocks differ
// by the zone. A recording that begins at a time that the clock behind has not
// reached yet was written by the clock ahead, and proves it. The absence of
// such recordings proves nothing, so the kind decides.
func (r *Recorder) decideClock(ctx context.Context, j *joining, track Track) error {
	select {
	case r.clockTurn <- struct{}{}:
		defer func() { <-r.clockTurn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if r.known().clock.decided {
		return nil
	}
	k := clockDecision{decided: true, utc: r.config.Clock == ClockUTC}
	if r.config.Clock == ClockAuto {
		before := r.known().remembered
		k.utc, k.proven = j.device.Kind == Camera, before.ClockProven
		if before.Clock != ClockAuto {
			k.utc = before.Clock == ClockUTC
		}
		if d := j.device; d.ClockKnown && j.zone.known && !k.proven {
			p := newClockProbe(d.WallClock(time.Now()), j.zone.offset(time.Now()), k.utc)
			found, err := r.evidence(ctx, p, track)
			if err != nil {
				return err
			}
			p.conclude(&k, d.Kind, found)
		}
	}
	if k.notice != (Notice{}) {
		r.log.Warn("the clock of searches", "utc", k.utc, "proven", k.proven, "notice", k.notice.What)
	}
	r.learn(func(l *learned) { l.clock = k })
	return nil
}

// clockProbe holds the digits of now on both clocks, in time.UTC.
type clockProbe struct {
	early, late time.Time // now, on the clock behind and on the clock ahead
	lateIsUTC   bool
	assumedLate bool // the clock of this kind of device is the one ahead
	gap         time.Duration
}

func newClockProbe(wall time.Time, offset time.Duration, assumeUTC bool) clockProbe {
	p := clockProbe{early: wall.Add(-offset), late: wall, gap: offset}
	if offset < 0 {
		p = clockProbe{early: wall, late: wall.Add(-offset), gap: -offset, lateIsUTC: true}
	}
	p.assumedLate = p.lateIsUTC == assumeUTC
	return p
}

// clockEvidence is what the recordings of some tracks show.
type clockEvidence struct {
	late  bool // one begins where only the clock ahead has been
	early bool // one ends where the clock behind is now, as if in progress
	void  bool // one begins after both: the device's clock was set back
}

// evidence searches the wanted track, and some others listed by the device,
// until a recording tells the clocks apart.
func (r *Recorder) evidence(ctx context.Context, p clockProbe, track Track) (clockEvidence, error) {
	if p.gap <= 2*clockMargin {
		return clockEvidence{}, nil // both clocks agree
	}
	tracks := []Track{track}
	for _, n := range r.known().channels {
		if t := TrackOf(n, Main); t != track && len(tracks) < mostProbed {
			tracks = append(tracks, t)
		}
	}
	var all clockEvidence
	for _, t := range tracks {
		one, err := r.probe(ctx, p, t)
		if err != nil {
			return all, err
		}
		all.late, all.early, all.void = all.late || one.late, all.early || one.early, all.void || one.void
		if all.late || all.void {
			break
		}
	}
	return all, nil
}

// probe searches a track around both nows. If the result would overrule the
// device's kind, it also searches after them. A device that refuses the search
// gives no evidence.
func (r *Recorder) probe(ctx context.Context, p clockProbe, track Track) (clockEvidence, error) {
	found, err := r.digits(ctx, track, p.early.Add(-nextToNow), p.late.Add(time.Hour))
	e := p.weigh(found)
	if err == nil && e.late && !e.void && !p.assumedLate {
		// A page holds few items, and those from a clock that was set back come last.
		found, err = r.digits(ctx, track, p.late.Add(clockMargin), p.late.Add(20*time.Hour))
		e.void = p.weigh(found).void
	}
	switch KindOf(err) {
	case Protocol, Forbidden, Gone:
		err = nil
	case KindUnknown, Auth, Locked, Busy, Unreachable, Timeout, Slow, Short, TLS, TooLarge:
	}
	return e, err
}

func (p clockProbe) weigh(found []Recording) (e clockEvidence) {
	for _, rec := range found {
		switch {
		case rec.Start.After(p.late.Add(clockMargin)):
			e.void = true
		case rec.Start.After(p.early.Add(clockMargin)):
			e.late = true
		case rec.Start.Before(p.early) && p.early.Sub(rec.End).Abs() <= nextToNow:
			e.early = true
		}
	}
	return e
}

// digits returns one page of a track's recordings with the times as the device
// writes them. It omits those with an explicit zone, which are unambiguous.
func (r *Recorder) digits(ctx context.Context, track Track, from, to time.Time) ([]Recording, error) {
	select {
	case r.search <- struct{}{}:
		defer func() { <-r.search }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	r.learn(func(l *learned) { l.turns++ })
	f, err := r.page(ctx, page{id: newSearchID(), track: track, from: from, to: to, wall: from})
	var all []Recording
	for _, item := range f.items {
		rec := item.recording(track, from, func(text string) (time.Time, bool) {
			digits, _, explicit, ok := splitTime(text)
			return digits, ok && !explicit
		})
		if rec.Note == "" && rec.Track == track {
			all = append(all, rec)
		}
	}
	return all, err
}

// conclude decides, and writes the notice for the operator.
func (p clockProbe) conclude(k *clockDecision, kind DeviceKind, e clockEvidence) {
	assumed, other := "its wall clock", "UTC"
	if k.utc {
		assumed, other = other, assumed
	}
	remedy := map[string]Remedy{"UTC": SearchByUTC, "its wall clock": SearchByLocal}
	switch {
	case e.void:
	case e.late && p.assumedLate:
		k.proven = true
	case e.late:
		k.utc, k.proven = p.lateIsUTC, true
		k.notice = Notice{fmt.Sprintf("this %s searches by %s, not by %s as others do: otherwise its newest recordings would lie in the future",
			kind, other, assumed), remedy[other]}
	case e.early && p.assumedLate:
		k.notice = Notice{fmt.Sprintf("this %s may search by %s, not by %s as others do: its newest recording ends %s before its clock, so its times may be off by that much",
			kind, other, assumed, roundUp(p.gap)), remedy[other]}
	}
}
