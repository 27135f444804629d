package media

import (
	"errors"
	"io"
)

// ErrReported is returned by a Scanner that is written to after its Report.
var ErrReported = errors.New("the scan has ended")

// Scanner judges a recording while its bytes are written to it, in pieces of
// any size: the pieces make no difference to the report. The zero value is
// ready. It is for one goroutine. Its fields count until the first Write.
type Scanner struct {
	// Options say how Movie is made. With DropAudio, what is wrong with the audio is
	// no problem. StampRate and Frames do not count.
	Options Options
	// Movie is where the MP4 of the recording is made meanwhile: it must be empty. An
	// error of it ends the MP4, and not the scan. With nil none is made.
	Movie io.WriteSeeker

	r     *reader
	m     *muxer // nil when no MP4 is made
	ended bool
}

var _ io.Writer = (*Scanner)(nil)

// Write takes the next bytes of the recording. It keeps nothing of p. It fails
// only after Report.
func (s *Scanner) Write(p []byte) (int, error) {
	if s.ended {
		return 0, ErrReported
	}
	s.begin()
	s.r.write(p)
	if s.m != nil && (s.m.err != nil || s.r.report.Unfit != nil) {
		s.r.mute() // no MP4 comes of it
	}
	return len(p), nil
}

// begin has the scan take every gap for true, as long as it may lead: whether the
// MP4 should, Remuxed finds out.
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

// Report ends the scan and returns what was found, taking what was written for
// the whole recording.
func (s *Scanner) Report() Report {
	s.begin()
	if !s.ended {
		s.ended = true
		s.r.finish()
	}
	return s.r.report
}

// ErrAnew is given for an MP4 that only Remux can make, which is told what the
// scan found: the time stamps count something else, there is a gap that cannot be,
// or the index needs more room.
var ErrAnew = errors.New("the recording has to be read once more for its MP4")

// Remuxed ends the scan and completes Movie, byte for byte as Remux would make it
// with the Options and what the Report says. It gives a *Refusal as Remux does,
// Movie's error, or ErrAnew. After any error what Movie holds is worthless. It is
// called once, and only where there is a Movie.
func (s *Scanner) Remuxed() (Report, error) {
	r := s.Report()
	o := s.Options
	o.Frames, o.Bytes = r.Frames, r.Bytes
	beyond := o.Span > 0 && s.r.end > ticks(o.Span+spanSlack)
	if r.Unfit == nil && s.m.err == nil && (beyond || r.StampRate != 0 || o.reserve(nil) != s.m.reserve) {
		return r, ErrAnew
	}
	return s.m.finish(s.r)
}
