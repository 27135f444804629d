package media

import (
	"errors"
	"fmt"
	"io"
)

// ErrReported is returned by a Scanner that is written to after its Report.
var ErrReported = errors.New("the scan has ended")

// Scanner judges a recording while its bytes are written to it, in pieces of
// any size: the pieces make no difference to the report. The zero value is
// ready. It is for one goroutine.
type Scanner struct {
	// DropAudio says that nobody wants the audio: what is wrong with it is no
	// problem. It counts until the first Write.
	DropAudio bool

	r     *reader
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
	return len(p), nil
}

func (s *Scanner) begin() {
	if s.r == nil {
		s.r = newReader(nil, Options{DropAudio: s.DropAudio})
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

// Scan judges a recording that is read to its end. It fails only when reading
// does.
func Scan(src io.Reader) (Report, error) {
	var s Scanner
	if _, err := io.CopyBuffer(struct{ io.Writer }{&s}, struct{ io.Reader }{src}, make([]byte, readSize)); err != nil {
		return Report{}, fmt.Errorf("scan the recording: %w", err)
	}
	return s.Report(), nil
}

// readSize is how much is read at once.
const readSize = 256 << 10
