package archive

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/hikgrab/tasks/archive/disk"
)

// manifestHeader is the first line of manifest.csv. New columns go in front of
// the notes, which stay the last, and openManifest brings older files up to
// date. Times but finished_at are the recorder's wall clock, begins is that of
// the first picture; duration is in seconds, gaps included; notes are separated
// by "; ".
const manifestHeader = "recorder,name,channel,camera,track,start,end,path,bytes,sha256," +
	"codec,width,height,fps,frames,duration,attempts,finished_at,begins,notes"

// headerBefore is that of a manifest without begins, as hikgrab wrote it first.
const headerBefore = "recorder,name,channel,camera,track,start,end,path,bytes,sha256," +
	"codec,width,height,fps,frames,duration,attempts,finished_at,notes"

// The columns, as far as others than manifestLine need them.
const (
	columnRecorder = 0
	columnLabel    = 1
	columnCamera   = 3
	columnTrack    = 4
	columnStart    = 5
	columnEnd      = 6
	columnPath     = 7
	columnBytes    = 8
	columnSHA256   = 9
	columnCodec    = 10
	columnWidth    = 11
	columnHeight   = 12
	columnFPS      = 13
	columnFrames   = 14
	columnDuration = 15
	columnAttempts = 16
	columnFinished = 17
	columnBegins   = 18
	columnNotes    = 19
	columns        = 20
)

// manifest is manifest.csv: one line per finished file, for people and their
// programs. The journal is the truth; a line that a crash swallowed is written
// by the next Open.
//
// The file is opened for each line, so that an operator may move it away, or
// save it from a spreadsheet program, while hikgrab runs.
type manifest struct {
	root *disk.Dir
	log  *slog.Logger

	mu      sync.Mutex
	pending []byte              // lines that could not be written yet
	orphans map[string]listed   // lines of files that the journal does not know, by path
	kin     map[string][]string // their paths, by what their lines are about
}

// manifestLine encodes a finished file. What is not known stays empty.
func manifestLine(r record) []byte {
	line := make([]string, columns)
	line[columnRecorder] = cell(r.Recorder)
	line[columnLabel] = cell(r.Label)
	line[2] = strconv.Itoa(r.Track.Channel())
	line[columnCamera] = cell(r.Camera)
	line[columnTrack] = strconv.Itoa(int(r.Track))
	line[columnStart] = r.Start
	line[columnEnd] = r.End
	line[columnPath] = r.Path
	line[columnBytes] = strconv.FormatInt(r.Bytes, 10)
	line[columnSHA256] = r.SHA256.String()
	line[columnCodec] = cell(r.Codec)
	if r.Frames > 0 {
		line[columnWidth] = strconv.Itoa(r.Width)
		line[columnHeight] = strconv.Itoa(r.Height)
		line[columnFPS] = decimal(r.FPS)
		line[columnFrames] = strconv.Itoa(r.Frames)
		line[columnDuration] = decimal(r.Seconds)
	}
	line[columnAttempts] = strconv.Itoa(r.Attempts)
	line[columnFinished] = r.At.Format(time.RFC3339)
	line[columnBegins] = r.begins()
	notes := r.Notes
	if r.Clip != (clip{}) {
		notes = slices.Insert(slices.Clone(notes), 0, r.Clip.note())
	}
	line[columnNotes] = cell(strings.Join(notes, "; "))
	return encodeLine(line)
}

// encodeLine writes a line of the manifest. The notes are quoted even when
// there are none, so that a line which lost its end is seen to have lost it.
func encodeLine(fields []string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(fields[:columnNotes]) // a bytes.Buffer takes everything
	w.Flush()
	b.Truncate(b.Len() - 1)
	b.WriteString(`,"` + strings.ReplaceAll(fields[columnNotes], `"`, `""`) + `"` + "\n")
	return b.Bytes()
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// add appends a file's line. When that fails, as it does on Windows while a
// spreadsheet program holds the file, the line waits for the next add, for
// close, or for the next Open: the recording itself is safe.
func (m *manifest) add(r record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, ok := m.orphans[r.Path]; ok {
		delete(m.orphans, r.Path)
		if old.sum == r.SHA256 {
			return // adopted: its line stands there already
		}
	}
	m.pending = append(m.pending, manifestLine(r)...)
	if err := m.flush(false); err != nil {
		m.log.Warn("The manifest cannot be written at present; its lines are kept and added later",
			"file", manifestName, "error", err)
	}
}

// close writes what waits and syncs the file.
func (m *manifest) close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.flush(true)
}

// flush appends what waits in one write, so that no reader sees half a line.
func (m *manifest) flush(sync bool) error {
	f, err := m.root.OpenPlain(manifestName, os.O_CREATE|os.O_RDWR|os.O_APPEND)
	if err != nil {
		return err
	}
	err = m.appendPending(f)
	if err == nil && sync {
		err = disk.Sync(f)
	}
	return errors.Join(err, f.Close())
}

// manifestFile is the part of *os.File that appending needs; tests put a full
// disk behind it.
type manifestFile interface {
	io.ReaderAt
	io.Writer
	Stat() (fs.FileInfo, error)
	Truncate(size int64) error
}

func (m *manifest) appendPending(f manifestFile) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	var text []byte
	if size == 0 {
		text = append(text, manifestHeader+"\n"...)
	} else if len(m.pending) > 0 {
		last := make([]byte, 1)
		if _, err := f.ReadAt(last, size-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			text = append(text, '\n')
		}
	}
	text = append(text, m.pending...)
	if len(text) == 0 {
		return nil
	}
	if _, err := f.Write(text); err != nil {
		return errors.Join(err, f.Truncate(size))
	}
	m.pending = nil
	return nil
}

// lost returns what the manifest says of a file that the journal does not know.
func (m *manifest) lost(path string) (listed, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, ok := m.orphans[path]
	return l, ok
}

// lostOf returns the files that the journal does not know and that are, by the
// manifest, what r speaks of, under whatever name.
func (m *manifest) lostOf(r record) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.kin[listedAs(r).subject()])
}
