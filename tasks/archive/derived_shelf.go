package archive

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"example.com/hikgrab/tasks/archive/disk"
)

// shelf is what the manifest of a tree says. Only what stands in it is ever
// replaced or removed.
type shelf struct {
	tree   Tree
	files  map[string]Derived             // by path under the output directory
	wishes map[string]map[string]struct{} // paths by wish
}

// shelf returns what is known of a tree, and reads its manifest once. It is
// called with a.derived.mu held.
func (a *Archive) shelf(t Tree) (*shelf, error) {
	if s := a.derived.shelves[t]; s != nil {
		return s, nil
	}
	s := &shelf{tree: t, files: map[string]Derived{}, wishes: map[string]map[string]struct{}{}}
	root, err := a.root.Inside(string(t))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil // there is nothing to keep in mind either
	}
	if err != nil {
		return nil, a.fail("open", string(t), err)
	}
	defer func() { _ = root.Close() }() // what is written through it is looked at by itself
	if err := s.load(&manifest{root: root, log: a.log, orphans: map[string]listed{}}, a.now()); err != nil {
		return nil, a.fail("read", s.manifestPath(), err)
	}
	if a.derived.shelves == nil {
		a.derived.shelves = map[Tree]*shelf{}
	}
	a.derived.shelves[t] = s
	return s, nil
}

// load reads the manifest. One that is not ours is kept under another name, and
// half a line is cut off the end.
func (s *shelf) load(m *manifest, now time.Time) error {
	err := m.load()
	if errors.Is(err, errForeign) {
		return m.setAside(now)
	}
	if err != nil {
		return err
	}
	f, err := m.root.OpenPlain(manifestName, os.O_RDONLY)
	if err != nil {
		return disk.IgnoreMissing(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	for r := bufio.NewReaderSize(f, lineLimit); ; {
		line, _, err := readLine(r)
		s.take(line)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// take takes in a line. Some that an operator added may make no sense.
func (s *shelf) take(line []byte) {
	name, l, ok := parseManifestLine(line, false)
	fields, whole := manifestFields(line, false)
	if !ok || !whole || !fs.ValidPath(name) {
		return
	}
	d := Derived{Finished: l.finished(path.Join(string(s.tree), name)), Codec: fields[columnCodec]}
	d.readNotes(fields[columnNotes])
	if l.frames != "" {
		var errs [5]error
		d.Width, errs[0] = strconv.Atoi(fields[columnWidth])
		d.Height, errs[1] = strconv.Atoi(fields[columnHeight])
		d.FPS, errs[2] = strconv.ParseFloat(fields[columnFPS], 64)
		d.Frames, errs[3] = strconv.Atoi(l.frames)
		d.Seconds, errs[4] = strconv.ParseFloat(fields[columnDuration], 64)
		if errors.Join(errs[:]...) != nil {
			return
		}
	}
	s.put(d)
}

func (s *shelf) put(d Derived) {
	s.drop(d.Path)
	s.files[d.Path] = d
	paths := s.wishes[d.Origin.Wish]
	if paths == nil {
		paths = map[string]struct{}{}
		s.wishes[d.Origin.Wish] = paths
	}
	paths[d.Path] = struct{}{}
}

func (s *shelf) drop(name string) {
	delete(s.wishes[s.files[name].Origin.Wish], name)
	delete(s.files, name)
}

func (s *shelf) manifestPath() string { return path.Join(string(s.tree), manifestName) }

// under returns a path of the tree as its manifest has it.
func (s *shelf) under(name string) string { return strings.TrimPrefix(name, string(s.tree)+"/") }

// line encodes what the manifest says of a file.
func (s *shelf) line(d Derived, sum disk.Sum, finished time.Time) []byte {
	line := manifestLine(record{
		Recorder: d.Recorder, Label: d.Label, Camera: d.Camera, Track: d.Track,
		Start: d.Start.Format(wallLayout), End: d.End.Format(wallLayout), Begins: d.Begins.Format(beginsLayout),
		Path: s.under(d.Path), Bytes: d.Bytes, SHA256: sum,
		Codec: d.Codec, Width: d.Width, Height: d.Height, FPS: d.FPS, Frames: d.Frames, Seconds: d.Seconds,
		Attempts: 1, At: finished,
	})
	fields, _ := manifestFields(bytes.TrimSuffix(line, []byte{'\n'}), false) // a line of ours
	fields[columnNotes] = cell(strings.Join(d.Notes, "; ")) + "; " + d.originNote()
	return encodeLine(fields)
}

// list writes the line of a file that has its name. The lines that the file had
// before, and those of gone, go.
func (a *Archive) list(s *shelf, line []byte, gone ...string) error {
	root, err := a.root.Inside(string(s.tree))
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // what is written through it is looked at by itself
	if len(gone) == 0 {
		m := &manifest{root: root, log: a.log, pending: line}
		return m.flush(true)
	}
	dropped := map[string]bool{}
	for _, name := range gone {
		dropped[s.under(name)] = true
	}
	return a.relist(root, s, line, dropped)
}

// relist writes a manifest anew without the lines of some paths, in one step.
func (a *Archive) relist(root *disk.Dir, s *shelf, line []byte, dropped map[string]bool) error {
	old, err := root.OpenPlain(manifestName, os.O_CREATE|os.O_RDONLY)
	if err != nil {
		return err
	}
	defer func() { _ = old.Close() }() // it was only read
	return a.root.Replace(s.manifestPath(), ownDir+"/derived.csv", func(w io.Writer) error {
		err := copyWithout(w, old, dropped)
		if err == nil {
			_, err = w.Write(line)
		}
		return errors.Join(err, old.Close())
	})
}

// copyWithout copies a manifest without the lines of some paths. Whatever else
// stands in it stays.
func copyWithout(to io.Writer, from io.Reader, dropped map[string]bool) error {
	w, r := bufio.NewWriter(to), bufio.NewReaderSize(from, lineLimit)
	_, _ = w.WriteString(manifestHeader + "\n") // Flush tells
	for first := true; ; first = false {
		line, _, err := readLine(r)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		fields, ok := manifestFields(line, false)
		if !first && len(line) > 0 && (!ok || !dropped[fields[columnPath]]) {
			_, _ = w.Write(append(line, '\n'))
		}
		if err != nil {
			return w.Flush()
		}
	}
}
