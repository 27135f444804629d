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
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/hikgrab/tasks/archive/disk"
)

// listed is a line of the manifest, as far as it is read back.
type listed struct {
	recorder, label, camera, track string
	start, end, begins             string
	frames                         string // empty where they were not counted
	cut                            string // the note of a clip
	bytes                          int64
	sum                            disk.Sum
	attempts                       int
}

// listedAs returns a line about r, as far as it tells what it is about.
func listedAs(r record) listed {
	l := listed{recorder: cell(r.Recorder), track: strconv.Itoa(int(r.Track)), start: r.Start, end: r.End, bytes: r.Bytes}
	if r.Clip != (clip{}) {
		l.cut = r.Clip.note()
	}
	return l
}

// subject is what the line is about: a recording, or a clip of which only what
// was wanted is known beforehand, not what it became.
func (l listed) subject() string {
	if l.cut != "" {
		return l.recorder + "," + l.track + "," + l.cut
	}
	return l.recorder + "," + l.track + "," + l.start + "," + l.end
}

// describes reports whether the line is about that recording and that file.
func (l listed) describes(r record) bool {
	return l.subject() == listedAs(r).subject() && l.bytes == r.Bytes
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
	f, err := m.root.OpenPlain(manifestName, os.O_RDWR)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	got, err := readManifest(f, func(path string, l listed) { m.orphans[path] = l })
	if err == nil && got.torn {
		m.log.Warn("Cut half a line off the end of the manifest", "file", manifestName)
		err = errors.Join(f.Truncate(got.end), disk.Sync(f))
	}
	if err = errors.Join(err, f.Close()); err == nil && got.before {
		err = m.upgrade()
	}
	return err
}

// setAside keeps a manifest that somebody else wrote, or saved from a program
// that changed it, under another name.
func (m *manifest) setAside(now time.Time) error {
	clear(m.orphans)
	name, err := m.root.RenameDated(manifestName, manifestName, wordBefore, now)
	if err != nil {
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
	m.kin = map[string][]string{}
	for path, l := range m.orphans {
		m.kin[l.subject()] = append(m.kin[l.subject()], path)
	}
	if len(lacking) == 0 {
		return nil
	}
	f, err := a.root.OpenRead(journalName)
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

// manifestText is what came of reading a manifest.
type manifestText struct {
	end    int64 // where the last whole line ends
	torn   bool  // half a line follows
	before bool  // it has no column begins yet
}

// readManifest hands every whole line to take. Lines that make no sense are
// left alone: somebody may have added them.
func readManifest(from io.Reader, take func(path string, l listed)) (got manifestText, err error) {
	reader := bufio.NewReaderSize(from, lineLimit)
	for first := true; ; first = false {
		line, size, err := readLine(reader)
		if err != nil && !errors.Is(err, io.EOF) {
			return got, err
		}
		whole := err == nil
		if first && whole {
			ours := false
			if got.before, ours = knownHeader(line); !ours {
				return got, errForeign
			}
		}
		path, l, ok := parseManifestLine(line, got.before)
		switch {
		case whole || ok && bytes.HasSuffix(line, []byte{'"'}):
			got.end += size
			if ok {
				take(path, l)
			}
		case size > 0:
			got.torn = true
			return got, nil
		}
		if !whole {
			return got, nil
		}
	}
}

// knownHeader reports whether a line is the header of a manifest of ours, and
// whether of one without begins.
func knownHeader(line []byte) (before, ours bool) {
	switch string(bytes.TrimRight(bytes.TrimPrefix(line, []byte("\uFEFF")), "\r")) {
	case manifestHeader:
		return false, true
	case headerBefore:
		return true, true
	}
	return false, false
}

// parseManifestLine reads a line of ours. A line that lost its end is not ok.
func parseManifestLine(line []byte, before bool) (path string, l listed, ok bool) {
	fields, ok := manifestFields(line, before)
	if !ok {
		return "", l, false
	}
	l = listed{
		recorder: fields[columnRecorder], label: fields[columnLabel], camera: fields[columnCamera], track: fields[columnTrack],
		start: fields[columnStart], end: fields[columnEnd], begins: fields[columnBegins], frames: fields[columnFrames],
	}
	if note, _, _ := strings.Cut(fields[columnNotes], "; "); strings.HasPrefix(note, cutNote) {
		l.cut = note
	}
	var errs [3]error
	l.bytes, errs[0] = strconv.ParseInt(fields[columnBytes], 10, 64)
	l.attempts, errs[1] = strconv.Atoi(fields[columnAttempts])
	errs[2] = l.sum.UnmarshalText([]byte(fields[columnSHA256]))
	return fields[columnPath], l, errors.Join(errs[:]...) == nil
}

// manifestFields splits a line; where it has no begins, it gets what can be
// said without having seen the pictures.
func manifestFields(line []byte, before bool) (fields []string, ok bool) {
	fields, err := splitLine(string(bytes.TrimRight(line, "\r")))
	if err == nil && before && len(fields) >= columns-1 {
		begins := ""
		if fields[columnFrames] != "" {
			begins = fields[columnStart] + ".000"
		}
		fields = slices.Insert(fields, columnBegins, begins)
	}
	if err != nil || len(fields) < columns {
		return nil, false
	}
	_, err = time.Parse(time.RFC3339, fields[columnFinished])
	return fields, err == nil
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
