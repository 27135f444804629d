package tasks

import (
	"slices"
	"time"
)

// part is one thing that a recorder is asked for: a recording of a camera, or
// the search for its recordings.
type part struct {
	camera    *camera
	recording *recording // nil: the search
}

// doubt is what a recorder has refused since it last served something.
type doubt struct {
	suspects []suspect // each part once, in the order of their first refusals
	since    uint64    // only what is asked for after this shows who is to blame
	beside   int       // downloads that were under way when the latest probe was sent
	again    bool      // the last probe asked for a suspect
}

type suspect struct {
	part
	err    error
	beside int // downloads that were under way when it was refused
}

// convinced is from how many suspects on the recorder is probably to blame, so
// that every other probe asks for one of them.
const convinced = 3

func (d *doubt) has(p part) bool {
	return slices.ContainsFunc(d.suspects, func(s suspect) bool { return s.part == p })
}

func (d *doubt) touches(c *camera) bool {
	return slices.ContainsFunc(d.suspects, func(s suspect) bool { return s.camera == c })
}

// blamed reports whether a part was refused before while others came: itself,
// or several recordings of its camera of which none has come since.
func (p part) blamed() bool {
	if p.recording == nil {
		return p.camera.searchBlamed
	}
	return p.recording.blamed || p.camera.refusals > 1
}

func (p part) attempts() int {
	if p.recording == nil {
		return p.camera.tries
	}
	return p.recording.attempts
}

func (d *doubt) others(p part) int {
	n := len(d.suspects)
	if d.has(p) {
		n--
	}
	return n
}

// add suspects a part; asked is how many things the recorder was asked for so far.
func (d *doubt) add(p part, err error, beside int, asked uint64) {
	if len(d.suspects) == 0 {
		d.since = asked
	}
	if !d.has(p) {
		d.suspects = append(d.suspects, suspect{p, err, beside})
	}
}

// probe returns what to ask a recorder next of which it is not known whether it
// serves. Something else than what it refused shows that: a recording of
// another camera is best, since that is work to be done, then another camera's
// search, then another recording of the same camera, then the beginning of one
// that has come before, then a small question.
func (r *recorder) probe(now time.Time) ask {
	d := &r.doubt
	if len(d.suspects) >= convinced && !d.again { // so much is hardly the fault of the parts
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
				return ask{} // where two things are refused, or one too many may be asked, a small answer says little
			}
			return ask{proof: true}
		},
		func() ask {
			if r.scouting {
				return ask{} // what is out shows more than the same question again
			}
			return r.suspectedAsk(now)
		},
		func() ask { return r.readyOf(now, d.touches) },
	}
	if len(d.suspects) > 0 && d.suspects[0].recording == nil { // a search is shown well by a search
		choices[0], choices[1] = choices[1], choices[0]
	}
	for _, choose := range choices {
		if a := choose(); a != (ask{}) && !(r.scouting && a.errand()) {
			return a
		}
	}
	return ask{}
}

// drop takes from the suspects what is no longer wanted or has been dealt with.
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

// elsewhere reports whether something that is not of the camera of p, nor of
// the suspects', can be asked for.
func (r *recorder) elsewhere(p part, now time.Time) bool {
	free := func(c *camera) bool { return c != p.camera && !r.doubt.touches(c) }
	return r.readyOf(now, free) != ask{} || r.searchOf(now, free) != ask{} || r.sampleOf(free) != ask{}
}

// flowing counts the downloads under way, without those that hang.
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

// hangs is how long a recording may take to begin before it is not counted as
// a load on its recorder any more.
const hangs = 10 * time.Second

// alone reports whether nothing but p can be asked for that shows whether the
// recorder serves.
func (r *recorder) alone(p part, now time.Time) bool {
	another := func(c *camera) bool {
		return slices.ContainsFunc(c.ready, func(rec *recording) bool { return rec != p.recording && !r.doubt.has(part{c, rec}) })
	}
	return !r.elsewhere(p, now) && p.camera.proven() == nil && !another(p.camera)
}

// readyOf returns the next recording of the cameras that of names which is not
// suspected: of cameras that have none under way before the others, among those of
// the one of which most is left, and what failed in an earlier run after the rest.
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

// searchOf returns the next search of the cameras that of names which is due
// and not suspected; those that failed in an earlier run come last.
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

// sampleOf returns a recording that the recorder has given before: its first
// bytes show whether it still gives any.
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

// proven returns a recording that came in this run, or else the latest that an
// earlier one has fetched; nil when there is none.
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

// answeredProbe notes that a request is over: when it was the one that shows
// whether the recorder serves, the next may be sent.
func (r *recorder) answeredProbe(number uint64) {
	if r.probing == number {
		r.probing = 0
	}
}

// suspectedAsk returns the suspect that was refused first and can be asked for.
func (r *recorder) suspectedAsk(now time.Time) ask {
	for _, s := range r.doubt.suspects {
		c := s.camera
		switch {
		case !c.eager():
		case s.recording != nil && slices.Contains(c.ready, s.recording):
			return ask{camera: c, recording: s.recording}
		case s.recording == nil && !r.scouting && !c.searched && !c.searchNext.After(now):
			return ask{camera: c}
		}
	}
	return ask{}
}
