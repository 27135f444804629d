package media

import (
	"errors"
	"io"
)

// ErrReported is returned by Scanner.Write after Report.
var ErrReported = errors.New("the scan has ended")

// Scanner judges a recording while it is written to it. The sizes of the writes
// do not affect the report. The zero value is ready to use. A Scanner is for
// one goroutine. Set its fields before the first Write.
type Scanner struct {
	// Options apply to Movie. With DropAudio, faults of the audio are not
	// problems. StampRate and Frames are ignored.
	Options Options
	// Movie receives the MP4 while the scan runs. It must be empty. An error from
	// it ends the MP4 but not the scan. If nil, no MP4 is made.
	Movie io.WriteSeeker

	r     *reader
	m     *muxer // nil when no MP4 is made
	ended bool
}

var _ io.Writer = (*Scanner)(nil)

// Write takes the next bytes of the recording. It does not retain p. It fails
// only after Report.
func (s *Scanner) Write(p []byte) (int, error) {
	if s.ended {
		return 0, ErrReported
	}
	s.begin()
	s.r.write(p)
	if s.m != nil && (s.m.err != nil || s.r.report.Unfit != nil) {
		s.r.stopWriting() // there will be no MP4
	}
	return len(p), nil
}

// begin sets up the scan. It accepts gaps of any length; Remuxed decides
// whether the MP4 may.
func (s *Scanner) begin() {
	switch {
	case s.r != nil:
	case s.Movie == nil:
		s.r = newReader(nil, Options{DropAudio: s.Options.DropAudio})
	default:
		s.Options.Frames, s.Options.StampRate = 0, 0
		s.m = &muxer{dst: s.Movie, reserve: s.Options.reserve(nil)}
		s.r = newReader(s.m, Options{DropAudio: s.Options.DropAudio})
	}
}

// Report ends the scan and returns the report. It treats the bytes written so
// far as the whole recording.
func (s *Scanner) Report() Report {
	s.begin()
	if !s.ended {
		s.ended = true
		s.r.finish()
	}
	return s.r.report
}

// ErrReadAgain means that only Remux can make the MP4, using the report of the
// scan: the time stamps do not count 1/90000 s, a gap is too long, or the index
// needs more room.
var ErrReadAgain = errors.New("the recording has to be read once more for its MP4")

// Remuxed ends the scan and completes Movie, byte for byte as Remux would with
// the Options and the Report. It returns a *Refusal as Remux does, an error
// from Movie, or ErrReadAgain. After any error the contents of Movie are
// worthless. Call it once, and only if Movie is set.
func (s *Scanner) Remuxed() (Report, error) {
	r := s.Report()
	o := s.Options
	o.Frames, o.Bytes = r.Frames, r.Bytes
	beyond := o.Span > 0 && s.r.end > ticks(o.Span+spanSlack)
	if r.Unfit == nil && s.m.err == nil && (beyond || r.StampRate != 0 || o.reserve(nil) != s.m.reserve) {
		return r, ErrReadAgain
	}
	return s.m.finish(s.r)
}
