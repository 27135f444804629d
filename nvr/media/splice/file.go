package splice

import (
	"time"
)

// OverlapLimit is by how much a piece may begin before the one in front of it
// ends. Recorders let files overlap by a second or two; more than this means
// that a clock was set back, and that both show something else.
const OverlapLimit = 30 * time.Second

// File is a file that Write can make.
type File struct {
	Start, End    time.Time // when its first picture is shown, and until when its last one is
	Frames        int       // pictures
	Bytes         int64     // of pictures and sound, what Write counts up to
	Width, Height int       // of a picture, in pixels
	Codec         string    // "H.264", "H.265", the four letters of another sample entry, or "unknown"
	Sound         bool      // there is sound in some part of it

	// The times of more than media.GapLimit without a new picture, between pieces
	// and within them.
	GapCount int
	GapTime  time.Duration

	Parts []Part // in the order of time

	zero    time.Time // where its ticks begin
	format  format
	reserve int64 // room for the index, in bytes
}

// Part is what one piece gives to a file.
type Part struct {
	Piece  int // its place among the pieces that Plan was given
	Frames int
	Bytes  int64
	Whole  bool // no picture of the piece is left out

	piece       Piece
	check       uint32 // of its index
	first, last int    // of its pictures, by number; last is the one behind
	base        int64  // ticks from the file's zero to the piece's Start
	begin       int64  // when the part begins, in ticks of the file
	until       int64  // pictures from here on are left out
	hear        int64  // sound from here on is left out
}

// LeftOut is a piece within the window that gives nothing to any file.
type LeftOut struct {
	Piece  int   // its place among the pieces that Plan was given
	Reason error // ErrCovered, or an *mp4.Refusal
}

// GapLimit is the longest gap within a file: an MP4 can tell little more than
// 13 hours between two pictures.
const GapLimit = 12 * time.Hour
