package archive

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// errFuture refuses a journal written by a newer hikgrab.
var errFuture = errors.New("the journal there was written by a newer hikgrab")

// lineLimit limits a line of the journal; a longer one is damage.
const lineLimit = 64 << 10

// reading is the result of reading a journal.
type reading struct {
	lines int   // good ones
	end   int64 // end of the last good line; what follows is a torn tail
	torn  bool  // there is such a tail
	bad   int   // damaged lines followed by good ones
}

// readJournal calls take with every good line. It skips and counts damaged
// lines.
func readJournal(from io.Reader, take func(record)) (reading, error) {
	var (
		got     reading
		at      int64
		doubt   int // bad lines since the last good one
		scanner = bufio.NewReaderSize(from, lineLimit)
	)
	for {
		line, size, err := readLine(scanner)
		at += size
		if err != nil && !errors.Is(err, io.EOF) {
			return got, err
		}
		whole := err == nil
		r, ok := parseLine(line)
		if v := versionOf(line, r, ok); v > journalVersion {
			return got, fmt.Errorf("%w (version %d, this one knows %d)", errFuture, v, journalVersion)
		}
		switch {
		case whole && ok:
			got.lines++
			got.bad += doubt
			doubt = 0
			got.end = at
			take(r)
		case whole:
			doubt++
		}
		if !whole {
			got.torn = at > got.end
			return got, nil
		}
	}
}

// versionOf returns the version in a header line, or 0 for other lines. A newer
// hikgrab may protect its lines in another way, so a header counts even if its
// checksum means nothing to us.
func versionOf(line []byte, r record, ok bool) int {
	if ok {
		return r.Version
	}
	start := bytes.IndexByte(line, '{')
	if start < 0 || !bytes.Contains(line, []byte(`"t":"`+headerRecord+`"`)) {
		return 0
	}
	var header struct {
		Version int `json:"version"`
	}
	if json.Unmarshal(line[start:], &header) != nil {
		return 0
	}
	return header.Version
}

// readLine returns a line without its line break, and its size; the line is nil
// if it is longer than any line of a journal.
func readLine(r *bufio.Reader) (line []byte, size int64, err error) {
	long := false
	for {
		part, err := r.ReadSlice('\n')
		size += int64(len(part))
		if errors.Is(err, bufio.ErrBufferFull) {
			long = true
			continue
		}
		if long {
			return nil, size, err
		}
		return bytes.TrimSuffix(part, []byte{'\n'}), size, err
	}
}
