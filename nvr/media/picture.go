package media

import (
	"time"

	"example.com/hikgrab/nvr/media/es"
)

// picture takes the next access unit.
func (r *reader) picture(u *es.AccessUnit) {
	if r.cut && u.Damaged {
		return // the file ends inside it
	}
	if u.Field {
		if r.fields++; r.fields > 1 {
			r.refuse(FieldPictures, "")
		}
	}
	if u.TooLarge {
		r.refuse(HugeFrame, "")
	}
	sps, sized := r.video.SPS()
	if r.report.Frames == 0 && (!u.Key || !sized || len(r.video.Sets().PPS) == 0) {
		r.problem(LateKeyFrame, 1, 0, -1)
		return
	}
	m, odd := momentOf(u)
	if odd {
		r.times.jumps++
	}
	if r.again.again(sightingOf(u), r.back(u, m)) {
		r.problem(Duplicates, 1, 0, -1)
		r.mend(u)
		return
	}
	if u.Numbered {
		r.number = u.Number
	}
	late := !m.known || !r.stamped || difference(m.raw, r.raw) > r.times.step*3/2
	r.order(u, m)
	r.count.picture(u, late)
	if sps.TickNumerator > 0 && r.times.step == 0 {
		r.times.step = min(int64(sps.TickNumerator)*clock/int64(sps.TickDenominator), stepLimit)
	}
	first := r.report.Frames == 0
	if first {
		r.sps, r.sets = sps, r.video.Sets()
	}
	r.report.Frames++
	if u.Key {
		r.report.KeyFrames++
	}
	r.store(u)
	r.times.push(m)
	if first {
		r.audio.start(u.Offset)
	}
}

// back reports whether a picture may be one of those that were there already,
// because it does not follow the latest one. Of pictures without a stamp of
// their own only the number can tell, or that those before it came twice: the
// small pictures of a still scene all look the same.
func (r *reader) back(u *es.AccessUnit, m moment) bool {
	onward := int64(0)
	if u.Numbered {
		onward = int64(int32(u.Number - r.number))
	}
	if !m.known {
		return r.again.inside || onward < 0
	}
	d := difference(m.raw, r.raw)
	return r.stamped && (d < 0 || d == 0 && onward <= 0)
}

// order watches for pictures that come out of order without decoding times.
// Their times would have to be guessed, and guesses are what Remux does not
// sell.
func (r *reader) order(u *es.AccessUnit, m moment) {
	r.shifted = r.shifted || m.shift != 0
	if r.shifted && !u.HasPTS {
		r.bare++
	}
	if m.known && !u.HasDTS && !r.shifted && r.stamped {
		if d := difference(m.raw, r.raw); d < 0 && d > -stepLimit {
			r.zigzags++
		}
	}
	if r.zigzags >= 4 && r.zigzags*10 >= int64(r.report.Frames) || r.bare >= 4 {
		r.refuse(Reordered, "")
	}
	if m.known {
		r.raw, r.stamped = m.raw, true
	}
}

// placed is called by the timeline when the time of the next picture is known.
func (r *reader) placed(m moment, at int64) {
	gap := at - r.end
	if gap > ticks(GapLimit) {
		r.report.GapCount++
		r.report.GapTime += duration(gap)
		if len(r.report.Gaps) < MaxGaps {
			r.report.Gaps = append(r.report.Gaps, Gap{Start: duration(r.end), Length: duration(gap)})
		}
	}
	if gap <= ticks(GapLimit) {
		r.sinceKey += gap
	}
	if m.key {
		r.report.KeyInterval = max(r.report.KeyInterval, duration(r.sinceKey))
		r.sinceKey = 0
	}
	r.end = at
	r.walls.see(m.wall, at)
	if r.sink != nil {
		r.sink.pictureTime(at, m.shift)
	}
}

// ticks and duration convert between time.Duration and units of clock. Both are
// exact to a unit for more than a year.
func ticks(d time.Duration) int64 { return int64(d) / 1000 * 9 / 100 }

func duration(t int64) time.Duration {
	return time.Duration(t/clock)*time.Second + time.Duration(t%clock)*time.Second/clock
}

// walls follows the recorder's own clock.
type walls struct {
	first, last     int64 // Unix ms; 0 when not told
	firstAt, lastAt int64 // of them on the timeline
	jumps           int64
}

// wallSlack is how far the clock may stray from the time stamps between two key
// frames.
const wallSlack = 2 * clock

func (w *walls) see(wall, at int64) {
	if wall == 0 {
		return
	}
	if w.first == 0 {
		w.first, w.firstAt = wall, at
	} else if d := (wall-w.last)*clock/1000 - (at - w.lastAt); abs(d) > wallSlack {
		w.jumps++
	}
	w.last, w.lastAt = wall, at
}

// conclude completes the report.
func (r *reader) conclude() {
	rep := &r.report
	rep.Codec = r.video.Codec
	rep.Width, rep.Height = r.sps.Width, r.sps.Height
	if r.report.Frames > 0 {
		end := r.end + r.times.step
		rep.Duration = duration(end)
		if rep.Frames > 1 {
			rep.FPS = float64(rep.Frames-rep.GapCount) / (rep.Duration - rep.GapTime).Seconds()
		}
		if w := r.walls; w.first != 0 {
			rep.FirstWall, rep.LastWall = time.UnixMilli(w.first).UTC(), time.UnixMilli(w.last).UTC()
			rep.FirstWallAt = duration(w.firstAt)
			rep.WallEnd = rep.LastWall.Add(duration(end - w.lastAt))
		}
		r.blind-- // the first key frame told the codec, it was not lost
	}
	r.problem(LateKeyFrame, max(r.blind, 0), 0, -1)
	r.concludeAudio()
	r.problem(MissingFrames, r.count.missing(), 0, -1)
	r.problem(TimeJumps, r.times.jumps, 0, -1)
	r.problem(NoTimes, r.times.estimated, 0, -1)
	r.problem(WallJumps, r.walls.jumps, 0, -1)
	r.problem(Resized, int64(r.video.Resizes()), 0, -1)
	switch {
	case r.scrambled*2 > r.packets:
		r.refuse(Encrypted, "")
	case r.zigzags >= 2 && r.zigzags*10 >= int64(rep.Frames):
		r.refuse(Reordered, "")
	case rep.Frames == 0 && r.announced != "":
		r.refuse(ForeignCodec, r.announced)
	case rep.Frames == 0:
		r.refuse(NoVideo, "")
	}
	if rep.Unfit != nil && rep.Unfit.Kind == Encrypted {
		r.problems[Scrambled].Count = 0 // said already
	}
	rep.EndsWhole = !r.cut
	for _, p := range r.problems {
		if p.Count > 0 {
			rep.Problems = append(rep.Problems, p)
		}
	}
}

func (r *reader) concludeAudio() {
	a := &r.audio
	if r.audioID == 0 {
		return
	}
	a.settle(false)
	if a.kind == NoAudio {
		a.kind = OtherAudio
	}
	r.report.Audio, r.report.AudioTime = a.kind, a.length()
	if !r.deaf {
		r.problem(OddAudio, a.odd, 0, a.firstOdd)
	}
}
