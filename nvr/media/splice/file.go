package splice

import (
	"time"
)

// OverlapLimit is how long before the end of the previous piece a piece may
// begin. Recorders let files overlap by a second or two. More than this means
// that a clock was set back and the pieces show different things.
const OverlapLimit = 30 * time.Second

// File is a file for Write to make.
type File struct {
	Start, End    time.Time // when its first picture is shown, and when its last picture ends
	Frames        int       // pictures
	Bytes         int64     // of pictures and sound; the final count of Write
	Width, Height int       // of a picture, in pixels
	Codec         string    // "H.264", "H.265", the four letters of another sample entry, or "unknown"
	Sound         bool      // some part has sound

	// Periods longer than media.GapLimit without a new picture, between pieces and
	// within them.
	GapCount int
	GapTime  time.Duration

	Parts []Part // in time order

	zero    time.Time // the time of tick 0
	format  format
	reserve int64 // room for the index, in bytes
}

// Part is what one piece contributes to a file.
type Part struct {
	Piece  int // index in the pieces given to Plan
	Frames int
	Bytes  int64
	Whole  bool // the part has all pictures of the piece

	piece       Piece
	check       uint32 // checksum of its index
	first, last int    // its pictures by number; last is exclusive
	base        int64  // ticks from the file's zero to the piece's Start
	begin       int64  // when the part begins, in ticks of the file
	until       int64  // leave out pictures from here on
	hear        int64  // leave out sound from here on
}

// LeftOut is a piece within the window that contributes nothing to any file.
type LeftOut struct {
	Piece  int   // index in the pieces given to Plan
	Reason error // ErrCovered, or an *mp4.Refusal
}

// GapLimit is the longest gap within a file. An MP4 cannot express much more
// than 13 hours between two pictures.
const GapLimit = 12 * time.Hour
