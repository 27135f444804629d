package media

import (
	"fmt"
	"strings"
	"time"

	"example.com/hikgrab/nvr/media/es"
)

// Report describes a recording.
type Report struct {
	Container Container
	Info      Info  // the IMKH header; zero if there is none
	Bytes     int64 // read

	Codec         es.Codec
	Width, Height int           // in pixels, as shown
	FPS           float64       // without gaps
	Frames        int           // pictures, without duplicates and those before the first key frame
	KeyFrames     int           // frames where decoding can begin
	KeyInterval   time.Duration // the longest time between key frames, without gaps
	Duration      time.Duration // from the first picture to the end of the last, with gaps

	Audio AudioKind

	// The recorder's wall clock, in UTC as the carrier, if the stream has it.
	// FirstWall and LastWall are from the first and last key frame that give it.
	// WallEnd is LastWall plus the pictures that follow. FirstWallAt is the time
	// from the first picture to FirstWall, with gaps.
	FirstWall, LastWall, WallEnd time.Time
	FirstWallAt                  time.Duration

	// StampRate is the units per second of the time stamps, for Options.StampRate.
	// It is 0 if they count 1/90000 s. Otherwise gaps are not reported.
	StampRate int64

	GapCount int           // periods without pictures longer than GapLimit
	GapTime  time.Duration // their total length

	Problems []Problem // at most one of each kind, in the order of the kinds
	Unfit    *Refusal  // why Remux cannot convert the recording well; nil if it can
}

// GapLimit is the shortest time without pictures that counts as a gap.
// Recorders leave gaps when nothing moves; they are not faults.
const GapLimit = 2 * time.Second

// ProblemKind is a kind of problem with a recording.
type ProblemKind int

// The kinds of problems. Up to Scrambled, they mean that bytes are missing or
// wrong. The others mean that the file is whole but odd, or that an MP4 cannot
// hold all of it.
const (
	CutShort         ProblemKind = iota // the file ends inside a packet
	Garbage                             // bytes outside packets, or packets with a wrong length
	Holes                               // blocks of zeros in pictures, where no encoder writes them
	MissingFrames                       // frame numbers are missing
	Duplicates                          // pictures came twice; one copy was dropped
	Scrambled                           // some packets are marked as encrypted
	LateKeyFrame                        // the file begins with pictures that cannot be decoded
	TimeJumps                           // time stamps jump; the jumps were closed
	NoTimes                             // pictures without a time stamp; their times are estimates
	StampUnits                          // time stamps do not count 1/90000 s
	WallRate                            // time stamps and the recorder's clock disagree over the whole recording
	WallJumps                           // time stamps and the recorder's clock disagree between two key frames
	Resized                             // the picture's size changes
	NoVPS                               // H.265 without a video parameter set
	SecondVideo                         // another video stream, left out
	SecondAudio                         // another audio stream, left out
	OddAudio                            // audio that is damaged or that MP4 cannot hold, left out
	ConflictingAudio                    // header and map announce different kinds of audio, and the audio does not show which
	problemKinds                        // the number of kinds
)

var problemWords = [problemKinds]string{
	CutShort:         "the file ends inside a packet",
	Garbage:          "bytes are missing or do not belong there",
	Holes:            "frames have blocks of zeros in them",
	MissingFrames:    "frames are missing",
	Duplicates:       "frames came twice and were dropped",
	Scrambled:        "packets are marked as encrypted",
	LateKeyFrame:     "frames in front of the first key frame were dropped",
	TimeJumps:        "time stamps jump",
	NoTimes:          "frames have no time of their own",
	StampUnits:       "time stamps do not count 1/90000 s",
	WallRate:         "time stamps and the recorder's clock run at different rates",
	WallJumps:        "the recorder's clock was set",
	Resized:          "the picture size changes",
	NoVPS:            "the video parameter set is missing, which some players need",
	SecondVideo:      "a second video stream is not in the MP4",
	SecondAudio:      "a second audio stream is not in the MP4",
	OddAudio:         "audio packets could not be used",
	ConflictingAudio: "the kind of audio is in doubt",
}

// String describes the kind in words.
func (k ProblemKind) String() string { return problemWords[k] }

// Damage reports whether bytes are missing or wrong, so that another download
// may give a better file.
func (k ProblemKind) Damage() bool { return k <= Scrambled }

// Problem is one kind of problem and how often it occurred.
type Problem struct {
	Kind   ProblemKind
	Count  int64  // places, frames or packets
	Bytes  int64  // affected; 0 if the problem is not measured in bytes
	Offset int64  // of the first one in the file; -1 if unknown
	Detail string // such as a codec; may be empty
}

// String describes the problem in a sentence without a full stop.
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

// Verdict sums up a report.
type Verdict int

// The verdicts.
const (
	Clean   Verdict = iota // no problems
	Odd                    // whole, but something was estimated, closed or left out
	Damaged                // bytes are missing or wrong
	Unfit                  // cannot become an MP4
)

// String returns the verdict in one word.
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

// Clean reports whether the recording has no problems.
func (r *Report) Clean() bool { return r.Verdict() == Clean }

// Problem returns the problem of a kind. Its Count is 0 if there is none.
func (r *Report) Problem(k ProblemKind) Problem {
	for _, p := range r.Problems {
		if p.Kind == k {
			return p
		}
	}
	return Problem{Kind: k, Offset: -1}
}

// Reason returns why the recording is unfit, and its problems, on one line. It
// is empty for a clean report.
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
