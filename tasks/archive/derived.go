package archive

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.com/hikgrab/nvr"
)

// Tree is a directory beside the recordings for what is made of them.
type Tree string

// The trees. JoinedTree and CutTree have a manifest.csv of their own, with the
// columns of the main one, so that Verify and other programs read them alike;
// in FramesTree each directory of stills has a list.
const (
	JoinedTree Tree = "joined"
	CutTree    Tree = "cut"
	FramesTree Tree = "frames"
)

// Derived is a file that was made of finished ones.
type Derived struct {
	Finished
	Codec         string
	Width, Height int
	FPS           float64 // frames per second, gaps left out
	Frames        int
	Seconds       float64  // gaps included
	Notes         []string // how it was made, and what is missing, each without "; "

	Origin Origin
	Number int // from 1: a wish that no single file can fulfil gets several
	Of     int // so many
}

// Origin says what a derived file was made for and of, so that the same need
// not be made twice. Both are hashes in hex; equal ones mean the same.
type Origin struct {
	Wish    string // 8 digits: which camera or recording, and which time of it
	Sources string // 16 digits: which files
}

// CameraDir is where the files of a camera are in JoinedTree.
func CameraDir(recorder string, t nvr.Track) string {
	return path.Join(recorderDir(recorder), channelDir(t))
}

// OpenFinished opens a finished file for reading.
func (a *Archive) OpenFinished(f Finished) (*os.File, error) {
	src, err := a.root.OpenPlain(f.Path, os.O_RDONLY)
	return src, a.fail("open", f.Path, err)
}

// Locate returns the absolute path of a finished file, for another program to
// read it by.
func (a *Archive) Locate(f Finished) (string, error) {
	src, err := a.OpenFinished(f) // no link leads out of the directory, and it is a plain file
	if err != nil {
		return "", err
	}
	_ = src.Close() // nothing was read
	name, err := filepath.Abs(a.path(f.Path))
	return name, a.fail("open", f.Path, err)
}

// DerivedOf returns the files that were made for a wish and are there, in the
// order of their numbers.
func (a *Archive) DerivedOf(t Tree, wish string) ([]Derived, error) {
	a.derived.mu.Lock()
	defer a.derived.mu.Unlock()
	s, err := a.shelf(t)
	if err != nil {
		return nil, err
	}
	var all []Derived
	for name := range s.wishes[wish] {
		d := s.files[name]
		if a.present(entry{path: d.Path, bytes: d.Bytes}) {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(d, e Derived) int {
		return cmp.Or(cmp.Compare(d.Number, e.Number), cmp.Compare(d.Path, e.Path))
	})
	return all, nil
}

// derivations is what an Archive knows of the trees that were looked at.
type derivations struct {
	mu      sync.Mutex // held while a file gets its name and its line
	shelves map[Tree]*shelf
}

// The end of the notes of a derived file, such as
// "[0f3a9c21-5566778899aabbcc 1/2]".
var originPattern = regexp.MustCompile(`\[([0-9a-f]{8})-([0-9a-f]{16}) ([0-9]{1,6})/([0-9]{1,6})\]$`)

func (d *Derived) originNote() string {
	return fmt.Sprintf("[%s-%s %d/%d]", d.Origin.Wish, d.Origin.Sources, d.Number, d.Of)
}

// readNotes takes in what the last column of a manifest says.
func (d *Derived) readNotes(text string) {
	m := originPattern.FindStringSubmatch(text)
	if m != nil {
		d.Origin = Origin{Wish: m[1], Sources: m[2]}
		d.Number, _ = strconv.Atoi(m[3]) // they are digits, and few
		d.Of, _ = strconv.Atoi(m[4])
		text = strings.TrimSuffix(strings.TrimSuffix(text, m[0]), "; ")
	}
	if text != "" {
		d.Notes = strings.Split(text, "; ")
	}
}
