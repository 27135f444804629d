package archive

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
)

// listed is a line of the manifest, as far as it is read back.
type listed struct {
	recorder, track, start, end string
	frames                      string // empty where they were not counted
	bytes                       int64
	sum                         checksum
	attempts                    int
}

// describes reports whether the line is about that recording and that file.
func (l listed) describes(r record) bool {
	return l.recorder == cell(r.Recorder) && l.track == strconv.Itoa(int(r.Track)) &&
		l.start == r.Start && l.end == r.End && l.bytes == r.Bytes
}

// errForeign is given for a manifest whose header is not ours.
var errForeign = errors.New("the header is another one")

// openManifest reads the manifest, cuts half a line off its end, and adds the
// lines that a crash swallowed.
func openManifest(a *Archive) (*manifest, error) {
	m := &manifest{root: a.root, log: a.log, orphans: map[string]listed{}}
	err := m.load()
	if errors.Is(err, errForeign) {
		err = m.setAside(a.now())
	}
	if err != nil {
		return nil, err
	}
	if err := a.completeManifest(m); err != nil {
		return nil, err
	}
	if err := m.flush(true); err != nil {
		if KindOf(newError("", "", err)) != InUse {
			return nil, err
		}
		a.log.Warn("Another program keeps the manifest to itself; its lines are added later", "file", manifestName)
	}
	return m, nil
}

// load takes every line in and cuts the file behind the last whole one.
func (m *manifest) load() error {
	f, err := openPlain(m.root, manifestName, os.O_RDWR, 0o666)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	end, torn, err := readManifest(f, func(path string, l listed) { m.orphans[path] = l })
	if err == nil && torn {
		m.log.Warn("Cut half a line off the end of the manifest", "file", manifestName)
		err = errors.Join(f.Truncate(end), syncFile(f))
	}
	return errors.Join(err, f.Close())
}

// setAside keeps a manifest that somebody else wrote, or saved from a program
// that changed it, under another name.
func (m *manifest) setAside(now time.Time) error {
	clear(m.orphans)
	name := strings.TrimSuffix(manifestName, ".csv") + "-before-" + now.Format(stampLayout) + ".csv"
	if err := renameNoReplace(m.root, manifestName, name); err != nil {
		return err
	}
	m.log.Warn("The manifest has been changed so that hikgrab cannot add to it: it is kept under another name and written anew",
		"kept_as", name)
	return nil
}

// completeManifest queues the lines of finished files that the manifest lacks
// and leaves in m.orphans those that only the manifest knows.
func (a *Archive) completeManifest(m *manifest) error {
	lacking := map[fileID]bool{}
	for id, e := range a.index.done {
		l, ok := m.orphans[e.path]
		delete(m.orphans, e.path)
		if (!ok || l.sum != e.sum) && a.present(e) {
			lacking[id] = true
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	f, err := openPlain(a.root, journalName, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	err = a.eachDone(f, func(r record) {
		if lacking[r.fileID()] {
			m.pending = append(m.pending, manifestLine(r)...)
		}
	})
	return errors.Join(err, f.Close())
}

// readManifest hands every whole line to take and returns where the last one
// ends; torn says that half a line follows. Lines that make no sense are left
// alone: somebody may have added them.
func readManifest(from io.Reader, take func(path string, l listed)) (end int64, torn bool, err error) {
	reader := bufio.NewReaderSize(from, lineLimit)
	for first := true; ; first = false {
		line, size, err := readLine(reader)
		if err != nil && !errors.Is(err, io.EOF) {
			return end, false, err
		}
		whole := err == nil
		path, l, ok := parseManifestLine(line)
		switch {
		case first && whole && !isManifestHeader(line):
			return 0, false, errForeign
		case whole || ok && bytes.HasSuffix(line, []byte{'"'}):
			end += size
			if ok {
				take(path, l)
			}
		case size > 0:
			return end, true, nil
		}
		if !whole {
			return end, false, nil
		}
	}
}

func isManifestHeader(line []byte) bool {
	line = bytes.TrimPrefix(line, []byte("\uFEFF"))
	return string(bytes.TrimRight(line, "\r")) == manifestHeader
}

// parseManifestLine reads a line of ours. A line that lost its end is not ok.
func parseManifestLine(line []byte) (path string, l listed, ok bool) {
	fields, err := splitLine(string(bytes.TrimRight(line, "\r")))
	if err != nil || len(fields) < columns {
		return "", l, false
	}
	if _, err := time.Parse(time.RFC3339, fields[columnFinished]); err != nil {
		return "", l, false
	}
	l = listed{recorder: fields[columnRecorder], track: fields[columnTrack], start: fields[columnStart], end: fields[columnEnd], frames: fields[columnFrames]}
	var errs [3]error
	l.bytes, errs[0] = strconv.ParseInt(fields[columnBytes], 10, 64)
	l.attempts, errs[1] = strconv.Atoi(fields[columnAttempts])
	errs[2] = l.sum.UnmarshalText([]byte(fields[columnSHA256]))
	return fields[columnPath], l, errors.Join(errs[:]...) == nil
}

func splitLine(line string) ([]string, error) {
	if bare := strings.TrimSuffix(line, `""`); !strings.Contains(bare, `"`) {
		return strings.Split(bare, ","), nil
	}
	fields, err := csv.NewReader(strings.NewReader(line)).Read()
	if err != nil {
		return nil, fmt.Errorf("split line: %w", err)
	}
	return fields, nil
}
