package archive

import (
	"bufio"
	"encoding/csv"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"
)

// Still is a picture made from a recording.
type Still struct {
	Path   string    // under the output directory, with slashes
	At     time.Time // the recorder's wall clock
	Source string    // the recording's path
}

// Sampler finds the stills of recordings. The zero Sampler finds none; get one
// from Archive.Sampler. It is not safe for concurrent use.
type Sampler struct {
	archive *Archive
	rates   []string                     // the directories of FramesTree, one for each rate
	names   map[string]map[string]string // for each directory, those of recordings by the recording's stem
}

// Sampler returns a sampler of the present stills.
func (a *Archive) Sampler() *Sampler {
	s := &Sampler{archive: a, names: map[string]map[string]string{}}
	entries, err := fs.ReadDir(a.root.FS(), string(FramesTree))
	if err != nil {
		return s // there are none
	}
	for _, e := range entries {
		if e.IsDir() {
			s.rates = append(s.rates, e.Name())
		}
	}
	return s
}

// Sample returns up to n stills of consecutive recordings, spread over as many
// different times as there are. It samples the lists instead of reading them
// whole: a day may have 86,400 stills of one camera.
func (s *Sampler) Sample(files []Finished, n int) []Still {
	if len(s.rates) == 0 || n <= 0 {
		return nil
	}
	type list struct{ dir, source string }
	var lists []list
	for _, f := range files {
		if dir := s.find(f.Path); dir != "" {
			lists = append(lists, list{dir, f.Path})
		}
	}
	var all []Still
	shown := min(n, len(lists))
	for i := range shown {
		l := lists[i*len(lists)/shown]
		each := (i+1)*n/shown - i*n/shown
		all = append(all, s.read(l.dir, l.source, each)...)
	}
	return all
}

// find returns the directory of a recording's stills, or "".
func (s *Sampler) find(file string) string {
	stem := strings.TrimSuffix(path.Base(file), path.Ext(file))
	for _, rate := range s.rates {
		dir := path.Join(string(FramesTree), rate, path.Dir(file))
		if s.names[dir] == nil {
			s.names[dir] = s.recordingsIn(dir)
		}
		if name := s.names[dir][stem]; name != "" {
			return path.Join(dir, name)
		}
	}
	return ""
}

// recordingsIn returns which recordings have stills in a directory. The stills
// of part of a recording have its stem and the part's ends in their name.
func (s *Sampler) recordingsIn(dir string) map[string]string {
	found := map[string]string{}
	entries, err := fs.ReadDir(s.archive.root.FS(), dir)
	if err != nil {
		return found
	}
	for _, e := range entries {
		stem := e.Name()
		for _, end := range []string{"_from-", "_to-"} {
			stem, _, _ = strings.Cut(stem, end)
		}
		if e.IsDir() && (found[stem] == "" || stem == e.Name()) {
			found[stem] = e.Name()
		}
	}
	return found
}

// read returns up to n stills from all over a list. It skips what it cannot
// read: a picture more or less is not worth a failure.
func (s *Sampler) read(dir, source string, n int) []Still {
	f, err := s.archive.root.OpenRead(path.Join(dir, StillsList))
	if err != nil {
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil
	}
	var all []Still
	for i := range n {
		still, ok := stillAt(io.NewSectionReader(f, 0, info.Size()), info.Size()*int64(i)/int64(n))
		if !ok || len(all) > 0 && !still.At.After(all[len(all)-1].At) {
			continue
		}
		still.Path, still.Source = path.Join(dir, still.Path), source
		if there, err := s.archive.root.Lstat(still.Path); err == nil && there.Mode().IsRegular() {
			all = append(all, still)
		}
	}
	return all
}

// stillAt reads the first whole line of a list after a position.
func stillAt(list io.ReadSeeker, at int64) (Still, bool) {
	if _, err := list.Seek(at, io.SeekStart); err != nil {
		return Still{}, false
	}
	lines := bufio.NewReader(io.LimitReader(list, 16<<10))
	if _, err := lines.ReadString('\n'); err != nil { // the header, or the rest of a line
		return Still{}, false
	}
	row, err := csv.NewReader(lines).Read()
	if err != nil || len(row) < 2 || !fs.ValidPath(row[0]) || path.Base(row[0]) != row[0] {
		return Still{}, false
	}
	when, err := time.Parse(beginsLayout, row[1])
	return Still{Path: row[0], At: when}, err == nil
}
