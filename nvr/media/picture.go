package media

import (
	"fmt"
	"time"

	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/mp4"
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
	seen := sighting{pts: u.PTS, bare: !u.HasPTS, print: u.Fingerprint, number: u.Number, numbered: u.Numbered}
	if r.again.again(seen, r.back(u, m)) {
		r.problem(Duplicates, 1, 0, -1)
		r.replaceDamaged(u)
		return
	}
	if u.Numbered {
		r.number = u.Number
	}
	late := r.late(u, m)
	r.order(u, m)
	r.count.picture(u, late)
	if u.Holed && r.scrambled == 0 {
		r.problem(Holes, 1, 0, -1)
	}
	if sps.TickNumerator > 0 && r.times.step == 0 {
		r.times.step = min(int64(sps.TickNumerator)*clock/int64(sps.TickDenominator), stepLimit)
	}
	first := r.report.Frames == 0
	if first {
		r.sps, r.sets = sps, r.video.Sets()
		if sps.Codec == es.H265 && len(r.sets.VPS) == 0 {
			r.problem(NoVPS, 1, 0, -1)
		}
	}
	if r.report.Frames++; r.report.Frames > countLimit {
		r.refuse(TooLong, "")
	}
	if u.Key {
		r.report.KeyFrames++
	}
	r.store(u)
	r.times.push(m)
	if first {
		r.audio.start(u.Offset)
	}
}

// late reports whether a picture comes so long after the previous one that
// others may be missing. A long gap before a key frame is normal: recorders
// pause when nothing moves.
func (r *reader) late(u *es.AccessUnit, m moment) bool {
	if !m.known || !r.stamped {
		return !u.Key
	}
	d := difference(m.raw, r.raw)
	return d > r.times.step*3/2 && (!u.Key || d <= ticks(GapLimit))
}

// back reports whether a picture may be a duplicate, because it does not follow
// the latest one. For pictures without a stamp, only the frame number or a
// duplicate just before can show that: the small pictures of a still scene all
// look the same.
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

// order detects pictures that come out of order without decoding times. Remux
// refuses them, because it would have to guess their times.
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

// placed is called by the timeline with the time of the next picture.
func (r *reader) placed(m moment, at int64) {
	gap := at - r.end
	if gap > ticks(GapLimit) {
		r.report.GapCount++
		r.report.GapTime += duration(gap)
	} else {
		r.sinceKey += gap
	}
	if m.key {
		r.keyInterval = max(r.keyInterval, r.sinceKey)
		r.sinceKey = 0
	}
	if r.end = at; at > ticks(mp4.Longest)/2 {
		r.refuse(TooLong, "")
	}
	r.walls.see(m.wall, at)
	if r.sink != nil {
		r.sink.pictureTime(at, m.shift)
	}
}

// ticks and duration convert between time.Duration and units of clock. Both are
// exact to one unit for more than a year.
func ticks(d time.Duration) int64 { return int64(d) / 1000 * 9 / 100 }

func duration(t int64) time.Duration {
	return time.Duration(t/clock)*time.Second + time.Duration(t%clock)*time.Second/clock
}

// conclude completes the report.
func (r *reader) conclude() {
	rep := &r.report
	rep.Codec = r.video.Codec
	rep.Width, rep.Height = r.sps.Width, r.sps.Height
	if r.report.Frames > 0 {
		r.concludeTimes()
		r.blind-- // the first key frame gave the codec and is not lost
	}
	r.problem(LateKeyFrame, max(r.blind, 0), 0, -1)
	r.concludeAudio()
	r.problem(MissingFrames, r.count.missing(), 0, -1)
	r.problem(TimeJumps, r.times.jumps, 0, -1)
	r.problem(NoTimes, r.times.estimated, 0, -1)
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
		r.problems[Scrambled].Count = 0 // Unfit says it already
	}
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
	if a.open && !a.probe.done {
		a.probe.found, _ = framed(a.probe.bytes, probeFrames-1)
		a.begin()
	}
	a.settle(false)
	if a.kind == NoAudio {
		a.kind = OtherAudio
	}
	r.report.Audio = a.kind
	if r.dropAudio {
		return
	}
	r.problem(OddAudio, a.odd, 0, a.firstOdd)
	if a.kind == OtherAudio && a.name != "" {
		r.problems[OddAudio].Detail = "MP4 cannot hold " + a.name
	}
	other := a.header
	if pcm := a.kind == G711A || a.kind == G711U; pcm && a.mapped == a.kind && other != NoAudio && other != a.kind {
		r.problem(ConflictingAudio, 1, 0, -1)
		r.problems[ConflictingAudio].Detail = fmt.Sprintf("the map says %v, the header %v", a.kind, other)
	}
}
