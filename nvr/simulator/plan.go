package simulator

import (
	"sort"
	"time"
)

// plan says how a recording of a given duration fills a given size.
type plan struct {
	spec      spec
	frames    int64 // total pictures
	perLoop   int   // pictures in one loop of the clip
	cycle     int64 // bytes of one loop, with its padding
	gap       int64 // bytes of padding at the end of each loop
	remainder int64 // bytes of the last, incomplete loop
	room      int64 // total bytes
}

// Bounds of a plan.
const (
	usualMillis    = 40      // between pictures: 25 a second
	maxSoundMillis = 1000    // longest interval between pictures that allows sound
	maxFill        = 60_000  // bytes of filler per picture
	maxGap         = 200_000 // bytes of padding per loop
)

// loops returns the number of complete loops.
func (p plan) loops() int64 {
	if p.perLoop == 0 {
		return 0
	}
	return p.frames / int64(p.perLoop)
}

// body returns the bytes of all pictures.
func (p plan) body() int64 { return p.loops()*p.cycle + p.remainder }

// fullPaddings returns how many padding packets of the largest size follow the
// pictures.
func (p plan) fullPaddings() int64 { return max(0, (p.room-p.body())/maxPadding-1) }

// lastPadding returns the bytes of padding after the full ones.
func (p plan) lastPadding() int64 { return max(0, p.room-p.body()-p.fullPaddings()*maxPadding) }

// newPlan chooses sound, frame rate and filler.
func newPlan(ch Channel, d time.Duration, room int64) plan {
	millis := max(1, d.Milliseconds())
	if ch.Audio {
		if p, ok := fit(ch.Codec, true, millis, room); ok {
			return p
		}
	}
	p, _ := fit(ch.Codec, false, millis, room)
	return p
}

// fit finds the shortest interval between pictures, from the usual one up, at
// which the recording fits. It reports whether there is one.
func fit(codec Codec, sound bool, millis, room int64) (plan, bool) {
	longest := millis
	if sound {
		longest = min(longest, maxSoundMillis)
	}
	shortest := min(int64(usualMillis), longest)
	n := sort.Search(int(longest-shortest), func(i int) bool {
		return measure(codec, sound, shortest+int64(i), millis, room).body() <= room
	})
	p := measure(codec, sound, shortest+int64(n), millis, room)
	if p.body() > room {
		return plan{room: max(0, room)}, false
	}
	// More room than filler can use: raise the frame rate.
	for step := shortest + int64(n); step > 1 && (room-p.body())/p.frames > maxFill; {
		step--
		p = measure(codec, sound, step, millis, room)
	}
	return p.filled(codec, millis, room), true
}

// measure returns the plan for an interval in milliseconds, without filler.
func measure(codec Codec, sound bool, step, millis, room int64) plan {
	s := spec{codec: codec, interval: step * ticksPerMilli}
	if sound {
		s.sound = int(step * soundPerMilli)
	}
	p := plan{spec: s, frames: max(1, (millis+step/2)/step), room: room}
	p.lay(codec)
	return p
}

// lay computes the sizes from the spec.
func (p *plan) lay(codec Codec) {
	frames := clips[codec]()
	p.perLoop = len(frames)
	p.cycle, p.remainder = p.gap, 0
	for i, f := range frames {
		if int64(i) == p.frames%int64(p.perLoop) {
			p.remainder = p.cycle - p.gap
		}
		p.cycle += int64(frameSize(p.spec, f))
	}
}

// filled uses up the remaining room with filler in every picture and padding in
// every loop, so that little is left for the end.
func (p plan) filled(codec Codec, millis, room int64) plan {
	if fill := min((room-p.body())/p.frames, maxFill); fill >= minFill {
		p.spec.fill = int(fill)
		p.lay(codec)
	}
	if p.spec.sound == 0 {
		p.spec.interval = max(1, millis*ticksPerMilli/p.frames)
	}
	if loops := p.loops(); loops > 0 {
		if gap := min((room-p.body())/loops, maxGap); gap >= minPadding {
			p.gap = gap
			p.lay(codec)
		}
	}
	// The remainder must be zero or enough for a padding packet.
	for left := room - p.body(); left > 0 && left < minPadding && p.frames > 0; left = room - p.body() {
		switch {
		case p.gap > minPadding && p.loops() > 0:
			p.gap--
		case p.spec.fill > minFill:
			p.spec.fill--
		default:
			p.frames--
		}
		p.lay(codec)
	}
	return p
}
