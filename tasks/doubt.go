package tasks

import (
	"slices"
	"time"
)

// part is one thing a recorder is asked for: a recording of a camera, or the
// search for its recordings.
type part struct {
	camera    *camera
	recording *recording // nil: the search
}

// doubt is what a recorder has refused since it last served something.
type doubt struct {
	suspects []suspect // each part once, in the order of first refusal
	since    uint64    // only a later request shows who is to blame
	beside   int       // active downloads when the latest probe was sent
	again    bool      // the last probe asked for a suspect
}

type suspect struct {
	part
	err    error
	beside int // active downloads when it was refused
}

// convinced is the number of suspects from which the recorder is probably to
// blame, so that every other probe asks for one of them.
const convinced = 3

func (d *doubt) has(p part) bool {
	return slices.ContainsFunc(d.suspects, func(s suspect) bool { return s.part == p })
}

func (d *doubt) touches(c *camera) bool {
	return slices.ContainsFunc(d.suspects, func(s suspect) bool { return s.camera == c })
}

// blamed reports whether a part was refused before while others came: itself,
// or several recordings of its camera, none of which has come since.
func (p part) blamed() bool {
	if p.recording == nil {
		return p.camera.searchBlamed
	}
	return p.recording.blamed || p.camera.refusals > 1
}

// add makes a part a suspect; asked is the number of requests to the recorder
// so far.
func (d *doubt) add(p part, err error, beside int, asked uint64) {
	if len(d.suspects) == 0 {
		d.since = asked
	}
	if !d.has(p) {
		d.suspects = append(d.suspects, suspect{p, err, beside})
	}
}

// probe returns the next request to a recorder that may not be serving.
// Anything but what it refused shows that. A recording of another camera is
// best, because it has to be fetched anyway. Next come another camera's search,
// another recording of the same camera, the beginning of a recording that came
// before, and a small question.
func (r *recorder) probe(now time.Time) ask {
	d := &r.doubt
	if len(d.suspects) >= convinced && !d.again { // so many are hardly the fault of the parts
		if a := r.suspectedAsk(now); a != (ask{}) {
			return a
		}
	}
	free := func(c *camera) bool { return !d.touches(c) }
	choices := []func() ask{
		func() ask { return r.readyOf(now, free) },
		func() ask { return r.searchOf(now, free) },
		func() ask {
			if len(d.suspects) > 1 {
				return ask{} // of one camera that is sick all over
			}
			return r.readyOf(now, d.touches)
		},
		func() ask { return r.sampleOf(free) },
		func() ask { return r.sampleOf(d.touches) },
		func() ask {
			if len(d.suspects) > 1 || r.active > 0 {
				return ask{} // after two refusals, or one request too many, a small answer says little
			}
			return ask{proof: true}
		},
		func() ask {
			if r.querying {
				return ask{} // active requests show more than repeating the question
			}
			return r.suspectedAsk(now)
		},
		func() ask { return r.readyOf(now, d.touches) },
	}
	if len(d.suspects) > 0 && d.suspects[0].recording == nil { // a search is best tested by a search
		choices[0], choices[1] = choices[1], choices[0]
	}
	for _, choose := range choices {
		if a := choose(); a != (ask{}) && !(r.querying && a.isQuery()) {
			return a
		}
	}
	return ask{}
}

// drop removes suspects that are no longer wanted or have been dealt with.
func (d *doubt) drop() {
	d.suspects = slices.DeleteFunc(d.suspects, func(s suspect) bool {
		switch {
		case !s.camera.eager():
			return true
		case s.recording == nil:
			return s.camera.searched
		}
		return s.recording.state != RecordingWaiting && s.recording.state != RecordingActive
	})
}

// elsewhere reports whether something can be asked for that is not of p's
// camera or of a suspect's.
func (r *recorder) elsewhere(p part, now time.Time) bool {
	free := func(c *camera) bool { return c != p.camera && !r.doubt.touches(c) }
	return r.readyOf(now, free) != ask{} || r.searchOf(now, free) != ask{} || r.sampleOf(free) != ask{}
}

// flowing counts the active downloads, without those that hang.
func (r *recorder) flowing(now time.Time) int {
	n := 0
	for _, c := range r.cameras {
		for _, rec := range c.active {
			if rec.meter != nil && (rec.meter.Fetched.Load() > 0 || now.Sub(rec.sent) < hangs) {
				n++
			}
		}
	}
	return n
}

// hangs is how long a recording may take to begin before it no longer counts as
// load on its recorder.
const hangs = 10 * time.Second

// alone reports whether only p can be asked for to show whether the recorder
// serves.
func (r *recorder) alone(p part, now time.Time) bool {
	another := func(c *camera) bool {
		return slices.ContainsFunc(c.ready, func(rec *recording) bool { return rec != p.recording && !r.doubt.has(part{c, rec}) })
	}
	return !r.elsewhere(p, now) && p.camera.proven() == nil && !another(p.camera)
}

// readyOf returns the next unsuspected recording of the cameras selected by of.
// Cameras without an active download go first, then the one with the most left;
// what failed in an earlier run goes last.
func (r *recorder) readyOf(now time.Time, of func(*camera) bool) ask {
	var chosen ask
	best, most := 3, int64(0)
	for _, c := range r.cameras {
		c.wake(now)
		if !c.eager() || !of(c) {
			continue
		}
		i := slices.IndexFunc(c.ready, func(rec *recording) bool {
			return len(r.doubt.suspects) == 0 || !r.doubt.has(part{c, rec})
		})
		if i < 0 {
			continue
		}
		rank, left := 0, c.total-c.bytes()
		if c.ready[i].behind {
			rank = 2
		} else if len(c.active) > 0 {
			rank = 1
		}
		if rank < best || rank == best && left > most {
			chosen, best, most = ask{camera: c, recording: c.ready[i]}, rank, left
		}
	}
	return chosen
}

// searchOf returns the next due and unsuspected search of the cameras selected
// by of. Those that failed in an earlier run go last.
func (r *recorder) searchOf(now time.Time, of func(*camera) bool) ask {
	var behind ask
	for _, c := range r.cameras {
		if !c.eager() || c.searched || c.channel == 0 || c.searchNext.After(now) || !of(c) {
			continue
		}
		if len(r.doubt.suspects) > 0 && r.doubt.has(part{c, nil}) {
			continue
		}
		if !c.behind {
			return ask{camera: c}
		}
		if behind == (ask{}) {
			behind = ask{camera: c}
		}
	}
	return behind
}

// sampleOf returns a recording that the recorder has served before: its first
// bytes show whether it still serves any.
func (r *recorder) sampleOf(of func(*camera) bool) ask {
	for _, c := range r.cameras {
		if !of(c) {
			continue
		}
		if rec := c.proven(); rec != nil {
			return ask{camera: c, recording: rec, proof: true}
		}
	}
	return ask{}
}

// proven returns a recording that came in this run, otherwise the latest that
// an earlier run fetched, or nil.
func (c *camera) proven() *recording {
	if c.sample != nil {
		return c.sample
	}
	for _, rec := range slices.Backward(c.recordings) {
		if rec.state == RecordingDone && !rec.gone {
			return rec
		}
	}
	return nil
}

// answeredProbe notes that a request is over. If it was the probe, the next one
// may be sent.
func (r *recorder) answeredProbe(number uint64) {
	if r.probing == number {
		r.probing = 0
	}
}

// suspectedAsk returns the first refused suspect that can be asked for.
func (r *recorder) suspectedAsk(now time.Time) ask {
	for _, s := range r.doubt.suspects {
		c := s.camera
		switch {
		case !c.eager():
		case s.recording != nil && slices.Contains(c.ready, s.recording):
			return ask{camera: c, recording: s.recording}
		case s.recording == nil && !r.querying && !c.searched && !c.searchNext.After(now):
			return ask{camera: c}
		}
	}
	return ask{}
}
