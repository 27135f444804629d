package media

import (
	"fmt"
	"strings"
	"time"

	"example.com/hikgrab/nvr/media/es"
)

// Report is what was found in a recording.
type Report struct {
	Container Container
	Info      Info  // the IMKH header; zero when there is none
	Bytes     int64 // read

	Codec         es.Codec
	Width, Height int           // in pixels, as shown
	FPS           float64       // frames per second, gaps left out
	Frames        int           // pictures, without the ones in front of the first key frame and without duplicates
	KeyFrames     int           // of them, those that decoding can begin at
	KeyInterval   time.Duration // the longest time from one key frame to the next, gaps left out
	Duration      time.Duration // from the first picture to the end of the last, gaps included

	Audio AudioKind

	// The recorder's own wall clock, carried in UTC, when it stands in the
	// stream: at the first and at the last key frame that tell it. WallEnd is
	// LastWall and the pictures that follow; FirstWallAt is how long after the
	// first picture FirstWall was told, gaps included, 0 when it told itself.
	FirstWall, LastWall, WallEnd time.Time
	FirstWallAt                  time.Duration

	// StampRate is how many units of the time stamps make a second, when that is
	// not 90000; 0 when it is. Options.StampRate takes it. Gaps are not told then.
	StampRate int64

	GapCount int           // times without pictures longer than GapLimit
	GapTime  time.Duration // all of them together

	Problems []Problem // each kind once, in the order of the kinds
	Unfit    *Refusal  // why Remux cannot do the recording well; nil when it can
}

// GapLimit is how long no picture must come before that is called a gap.
// Recorders leave gaps where nothing moved; they are no fault.
const GapLimit = 2 * time.Second

// ProblemKind says what is not right with a recording.
type ProblemKind int

// The kinds of problems. Those up to Scrambled mean that bytes are missing or
// wrong; the others, that the file is whole but odd, or that not all of it can
// be in an MP4.
const (
	CutShort      ProblemKind = iota // the file ends inside a packet
	Garbage                          // bytes that belong to no packet, or packets of a wrong length
	Holes                            // blocks of zeros in pictures, where no encoder writes them
	MissingFrames                    // frame numbers are missing
	Duplicates                       // pictures came twice; one of the two was dropped
	Scrambled                        // some packets are marked as encrypted
	LateKeyFrame                     // the file begins with pictures that cannot be decoded
	TimeJumps                        // time stamps jump; the jumps were closed
	NoTimes                          // pictures without a time stamp; theirs is estimated
	StampUnits                       // time stamps count something else than 1/90000 s
	WallRate                         // over the whole recording, time stamps and the recorder's clock disagree
	WallJumps                        // the recorder's clock and the time stamps disagree from one key frame to the next
	Resized                          // the picture's size changes
	NoVPS                            // H.265 without a video parameter set
	SecondVideo                      // packets of another video stream; they are left out
	SecondAudio                      // packets of another audio stream; they are left out
	OddAudio                         // audio that MP4 cannot hold, or that is damaged; it is left out
	DoubtfulAudio                    // header and map announce different kinds of audio, and nothing else tells
	problemKinds                     // how many there are
)

var problemWords = [problemKinds]string{
	CutShort:      "the file ends inside a packet",
	Garbage:       "bytes are missing or do not belong there",
	Holes:         "frames have blocks of zeros in them",
	MissingFrames: "frames are missing",
	Duplicates:    "frames came twice and were dropped",
	Scrambled:     "packets are marked as encrypted",
	LateKeyFrame:  "frames in front of the first key frame were dropped",
	TimeJumps:     "time stamps jump",
	NoTimes:       "frames have no time of their own",
	StampUnits:    "time stamps do not count 1/90000 s",
	WallRate:      "time stamps and the recorder's clock run at different rates",
	WallJumps:     "the recorder's clock was set",
	Resized:       "the picture size changes",
	NoVPS:         "the video parameter set is missing, which some players need",
	SecondVideo:   "a second video stream is not in the MP4",
	SecondAudio:   "a second audio stream is not in the MP4",
	OddAudio:      "audio packets could not be used",
	DoubtfulAudio: "the kind of audio is in doubt",
}

// String returns the problem in words.
func (k ProblemKind) String() string { return problemWords[k] }

// Damage reports whether the problem means that bytes are missing or wrong, so
// that another download may bring a better file.
func (k ProblemKind) Damage() bool { return k <= Scrambled }

// Problem is a kind of problem and how often it was seen.
type Problem struct {
	Kind   ProblemKind
	Count  int64  // places, frames or packets
	Bytes  int64  // concerned; 0 when bytes are not the measure
	Offset int64  // of the first in the file; -1 when it is not known
	Detail string // what it is about, such as a codec; may be empty
}

// String returns the problem as a sentence without a full stop.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.Kind.String())
	if p.Detail != "" {
		b.WriteString(": " + p.Detail)
	}
	fmt.Fprintf(&b, " (%d", p.Count)
	if p.Bytes > 0 {
		fmt.Fprintf(&b, ", %d bytes", p.Bytes)
	}
	if p.Offset >= 0 {
		fmt.Fprintf(&b, ", first at byte %d", p.Offset)
	}
	b.WriteString(")")
	return b.String()
}

// Verdict is what a report comes to.
type Verdict int

// The verdicts.
const (
	Clean   Verdict = iota // nothing to say against the recording
	Odd                    // whole, but something was estimated, closed or left out
	Damaged                // bytes are missing or wrong
	Unfit                  // not a recording that can become an MP4
)

// String returns the verdict's word.
func (v Verdict) String() string {
	return [...]string{Clean: "clean", Odd: "odd", Damaged: "damaged", Unfit: "unfit"}[v]
}

// Verdict sums the report up.
func (r *Report) Verdict() Verdict {
	v := Clean
	for _, p := range r.Problems {
		switch {
		case !p.Kind.Damage():
			v = max(v, Odd)
		case r.Unfit == nil || p.Kind <= MissingFrames:
			return Damaged
		}
	}
	if r.Unfit != nil {
		return Unfit
	}
	return v
}

// Clean reports whether there is nothing to say against the recording.
func (r *Report) Clean() bool { return r.Verdict() == Clean }

// Problem returns what the report says of a kind; a Count of 0 means nothing.
func (r *Report) Problem(k ProblemKind) Problem {
	for _, p := range r.Problems {
		if p.Kind == k {
			return p
		}
	}
	return Problem{Kind: k, Offset: -1}
}

// Reason returns the report's problems, and why it is unfit, as one line; empty
// for a clean one.
func (r *Report) Reason() string {
	var parts []string
	if r.Unfit != nil {
		parts = append(parts, r.Unfit.Error())
	}
	for _, p := range r.Problems {
		parts = append(parts, p.String())
	}
	return strings.Join(parts, "; ")
}
