package tasks

import "example.com/hikgrab/tasks/archive"

// clipsAlone reports whether only clips of recordings are wanted.
func (o *Options) clipsAlone() bool { return o.Cut && o.Format == archive.MP4 }

// save notes how many bytes of a recording will not come.
func (c *camera) save(rec *recording, spare int64) {
	c.total += rec.spare - spare
	rec.Size += rec.spare - spare
	rec.spare = spare
}

// expect computes how much of a recording will not come, because the recorder
// is asked for less.
func (q *Queue) expect(c *camera, rec *recording) {
	whole := q.item(c, rec)
	if c.recorder.byTime && whole.Recording.Size > 0 {
		c.save(rec, whole.Recording.Size-whole.Expected())
	} else {
		c.save(rec, 0)
	}
}

// expectAgain applies what was learned about the recorder since.
func (q *Queue) expectAgain(r *recorder) {
	if now := q.options.clipsAlone() && r.client.ByTime(); now != r.byTime {
		r.byTime = now
		learned := r.facts()
		q.note(func() { q.noteFacts(r.address, learned) })
		for _, c := range r.cameras {
			for _, rec := range c.recordings {
				if rec.state != RecordingDone {
					q.expect(c, rec)
				}
			}
		}
	}
	for _, c := range r.cameras {
		for _, rec := range c.active {
			if rec.spare > 0 && rec.meter.Have.Load() > rec.Size { // all of it is coming after all
				c.save(rec, 0)
			}
		}
	}
}
