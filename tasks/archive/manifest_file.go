package archive

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"strings"
	"sync"

	"example.com/hikgrab/tasks/archive/disk"
)

// manifest is a manifest.csv: one line per finished file of the recordings, or
// of a tree, for people and their programs. It is written from the journal. The
// next Open adds lines lost in a crash; what others added stays.
//
// The file is opened for each line, so that an operator may move it away, or
// save it from a spreadsheet program, while hikgrab runs.
type manifest struct {
	root *disk.Dir
	tree Tree // empty for the recordings
	log  *slog.Logger

	mu      sync.Mutex
	pending []byte          // lines that could not be written yet
	dropped map[string]bool // paths whose lines must go before pending is written
}

func (m *manifest) name() string { return path.Join(string(m.tree), manifestName) }

// errForeign refuses a manifest whose header is not ours.
var errForeign = errors.New("the header is different")

// open opens the file. The directory of a tree must not be a link.
func (m *manifest) open(flag int) (*os.File, error) {
	if m.tree != "" {
		inside, err := m.root.Inside(string(m.tree))
		if err != nil {
			return nil, err
		}
		defer func() { _ = inside.Close() }() // what is opened through it is checked by itself
		return inside.OpenPlain(manifestName, flag)
	}
	return m.root.OpenPlain(manifestName, flag)
}

// load calls take with every line and cuts the file after the last whole one. A
// manifest that somebody else wrote, or saved from a program that changed it,
// is kept under another name.
func (m *manifest) load(a *Archive, take func(line []byte)) error {
	f, err := m.open(os.O_RDWR)
	if errors.Is(err, fs.ErrNotExist) || m.tree != "" && errors.Is(err, disk.ErrNotPlain) {
		return nil // whoever makes something there gets the error
	}
	if err != nil {
		return err
	}
	end, torn, err := readManifest(f, take)
	if err == nil && torn {
		m.log.Warn("Cut half a line off the end of the manifest", "file", m.name())
		err = errors.Join(f.Truncate(end), disk.Sync(f))
	}
	err = errors.Join(err, f.Close())
	if !errors.Is(err, errForeign) {
		return err
	}
	kept, err := m.root.RenameDated(m.name(), m.name(), wordBefore, a.now())
	if err == nil {
		m.log.Warn("The manifest has been changed so that hikgrab cannot add to it: it is kept under another name and written again", "kept_as", kept)
	}
	return err
}

// readManifest calls take with every whole line after the header. It returns
// where the last one ends, and whether half a line follows.
func readManifest(from io.Reader, take func(line []byte)) (end int64, torn bool, err error) {
	reader := bufio.NewReaderSize(from, lineLimit)
	for first := true; ; first = false {
		line, size, err := readLine(reader)
		if err != nil && !errors.Is(err, io.EOF) {
			return end, false, err
		}
		whole := err == nil
		if !whole {
			_, ok := readRow(line, "", false)
			whole = ok && bytes.HasSuffix(line, []byte{'"'})
		}
		switch {
		case first && size > 0 && !isHeader(line) && (whole || !strings.HasPrefix(manifestHeader, string(line))):
			return end, false, errForeign
		case whole:
			end += size
			take(line)
		case size > 0:
			return end, true, nil
		}
		if err != nil {
			return end, false, nil
		}
	}
}

// isHeader reports whether a line is the header of our manifest, perhaps
// rewritten by a spreadsheet program.
func isHeader(line []byte) bool {
	return string(bytes.TrimRight(bytes.TrimPrefix(line, []byte("\uFEFF")), "\r")) == manifestHeader
}

// add appends a file's line; if the file replaced a listed one, that line goes.
// If it fails, as on Windows while a spreadsheet program holds the file, the
// line waits for the next one, for close, or for the next Open: the recording
// itself is safe.
func (m *manifest) add(r *record, replaced bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.queue(r, replaced)
	if err := m.flush(false); err != nil {
		m.log.Warn("The manifest cannot be written at present; its lines are kept and added later", "file", m.name(), "error", err)
	}
}

func (m *manifest) queue(r *record, replaced bool) {
	m.pending = append(m.pending, r.row()...)
	if replaced {
		m.dropped[r.Path] = true
	}
}

// remove removes the lines of a path.
func (m *manifest) remove(path string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dropped[path] = true
	return m.flush(true)
}

// close writes what waits and syncs the file.
func (m *manifest) close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.flush(true)
}

// flush appends what waits in one write, so that no reader sees half a line. If
// lines must go as well, it rewrites the file.
func (m *manifest) flush(sync bool) error {
	if len(m.dropped) > 0 {
		return m.rewrite()
	}
	if m.tree != "" && len(m.pending) == 0 {
		return nil
	}
	f, err := m.open(os.O_CREATE | os.O_RDWR | os.O_APPEND)
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

// rewrite rewrites the manifest in one step, without the dropped lines and with
// the pending ones. Everything else in it stays.
func (m *manifest) rewrite() error {
	old, err := m.open(os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		clear(m.dropped)
		return m.flush(true)
	}
	if err != nil {
		return err
	}
	defer func() { _ = old.Close() }() // it was only read
	err = m.root.Replace(m.name(), ownDir+"/manifest", func(to io.Writer) error {
		w := bufio.NewWriter(to)
		_, _ = w.WriteString(manifestHeader + "\n") // Flush reports it
		_, _, err := readManifest(old, func(line []byte) {
			if r, ok := readRow(line, m.tree, false); !isHeader(line) && (!ok || !m.dropped[r.Path]) {
				_, _ = w.Write(append(line, '\n'))
			}
		})
		_, _ = w.Write(m.pending)
		return errors.Join(err, w.Flush(), old.Close())
	})
	if err == nil {
		m.pending = nil
		clear(m.dropped)
	}
	return err
}
