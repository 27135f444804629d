package nvr

import (
	"errors"
	"io"
	"time"
)

// An answer that is not a recording is short. It must arrive within
// documentTime, and after documentStart at documentRate or faster. A recorder
// that sends a byte now and then would block its reader, and with it all other
// recorders.
const (
	documentTime  = 60 * time.Second
	documentStart = 30 * time.Second
	documentRate  = 256 // bytes per second
)

// errTrickle means that a short answer arrives too slowly.
var errTrickle = errors.New("the answer comes too slowly")

// readShort reads at most most bytes of a short answer, or of the beginning of
// a recording. It returns what arrived before an error together with the error.
func readShort(body io.Reader, most int64) ([]byte, error) {
	began := time.Now()
	if b, ok := body.(*idleBody); ok {
		limit := b.limit
		defer func() { b.limit = limit }()
	}
	all, buffer := make([]byte, 0, min(most, 512)), make([]byte, min(most, 8<<10))
	for int64(len(all)) < most {
		if b, ok := body.(*idleBody); ok {
			b.shorten(max(documentTime-time.Since(began), time.Millisecond))
		}
		n, err := body.Read(buffer[:min(int64(len(buffer)), most-int64(len(all)))])
		all = append(all, buffer[:n]...)
		took := time.Since(began)
		switch {
		case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
			return all, nil
		case errors.Is(err, errIdle) && took >= documentTime, err == nil && tooSlow(len(all), took):
			return all, errTrickle
		case err != nil:
			return all, err
		}
	}
	return all, nil
}

func tooSlow(bytes int, took time.Duration) bool {
	return took >= documentTime || took > documentStart+time.Duration(bytes)*time.Second/documentRate
}
