package archive

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"strconv"
	"sync/atomic"

	"example.com/hikgrab/tasks/archive/disk"
)

// Making is a file to be made of finished ones.
type Making struct {
	Derived        // what its manifest is to say; Path, Bytes and SHA256 are found out
	Tree    Tree   // JoinedTree or CutTree
	Dir     string // under the tree, with slashes
	Name    string // without extension; another is taken when it is in use
	Size    int64  // how large the file becomes, about
}

// Derive makes a file beside the recordings: write fills it, it is synced, read
// again for its disk.Sum, and gets its name in one step; then it is listed in
// the manifest of its tree. Nothing is replaced but a file of that manifest that
// was made for the same wish, and after an error nothing is left of the new one.
// The bytes read for the disk.Sum are added to read as they come.
//
// It gives a Full error when the file would not fit beside what is being
// downloaded, and InUse when the same one is being made.
func (a *Archive) Derive(ctx context.Context, m Making, write func(io.WriteSeeker) error, read *atomic.Int64) (Derived, error) {
	id := derivedID(m.Tree, fmt.Sprintf("%s %d", m.Origin.Wish, m.Number))
	part, wanted := movieOf(id).part(), path.Join(string(m.Tree), m.Dir, m.Name+".mp4")
	p, err := a.reserve(id, wanted, m.Size)
	if err != nil {
		return Derived{}, err
	}
	defer a.dismiss(p)
	err = disk.IgnoreMissing(a.root.Remove(part))
	if err == nil {
		var sum disk.Sum
		if m.Bytes, sum, err = a.writeMovie(ctx, part, write, &p.offset, read); err == nil {
			m.SHA256 = sum.String()
			err = a.shelve(part, &m, sum)
		}
	}
	if err != nil {
		return Derived{}, a.fail("write", wanted, errors.Join(err, disk.IgnoreMissing(a.root.Remove(part))))
	}
	return m.Derived, nil
}

// derivedID names what is being made, apart from every recording.
func derivedID(t Tree, what string) recordingID {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%q", t, what))
	return recordingID(sum[:16])
}

// reserve keeps room for what is going to be made under a name. Its offset is
// what needs no more room.
func (a *Archive) reserve(id recordingID, name string, size int64) (*Part, error) {
	p := &Part{archive: a, id: id, name: name}
	p.item.Recording.Size = max(size, 0)
	p.ended = true // for Archive.Close: there is nothing to keep
	a.mu.Lock()
	defer a.mu.Unlock()
	return p, a.fail("create", name, a.enter(p))
}

// shelve gives a part that is made and synced the first name that it may have,
// and lists it.
func (a *Archive) shelve(part string, m *Making, sum disk.Sum) error {
	a.derived.mu.Lock()
	defer a.derived.mu.Unlock()
	// The tree has to be there for its manifest.
	if _, err := a.root.MakeDirs(string(m.Tree)); err != nil {
		return err
	}
	s, err := a.shelf(m.Tree)
	if err != nil {
		return err
	}
	for name := range m.names() {
		old, listed := s.files[name]
		if listed && old.Origin.Wish != m.Origin.Wish {
			continue
		}
		switch err := a.putAt(part, name, listed, m.Bytes, sum); {
		case errors.Is(err, fs.ErrExist):
			continue
		case err != nil:
			return err
		}
		m.Path = name
		var gone []string
		if listed {
			gone = append(gone, name)
		}
		if err := a.list(s, s.line(m.Derived, sum, a.now()), gone...); err != nil {
			return err
		}
		s.put(m.Derived)
		return nil
	}
	return errors.New("every name for it is taken")
}

// putAt gives the part a name. What stands there and is not listed is only
// taken over when it is the same.
func (a *Archive) putAt(part, name string, listed bool, size int64, sum disk.Sum) error {
	if listed {
		return a.root.Place(part, name, true, nil)
	}
	same, err := a.look(name, record{Bytes: size, SHA256: sum})
	if err != nil {
		return err
	}
	if same {
		return a.root.Remove(part)
	}
	return a.root.Place(part, name, false, nil)
}

// names yields the names that the file may get, the one it should get first.
func (m *Making) names() iter.Seq[string] {
	base, number := path.Join(string(m.Tree), m.Dir, m.Name), ""
	if m.Number > 1 {
		number = "-" + strconv.Itoa(m.Number)
	}
	return func(yield func(string) bool) {
		own := base + "_" + m.Origin.Wish
		if !yield(base+number+".mp4") || !yield(own+number+".mp4") {
			return
		}
		for n := 2; n <= nameAttempts; n++ {
			if !yield(own + "_" + strconv.Itoa(n) + number + ".mp4") {
				return
			}
		}
	}
}

// Withdraw removes a derived file and its line.
func (a *Archive) Withdraw(t Tree, d Derived) error {
	a.derived.mu.Lock()
	defer a.derived.mu.Unlock()
	s, err := a.shelf(t)
	if err != nil {
		return err
	}
	if _, listed := s.files[d.Path]; !listed {
		return nil
	}
	err = disk.IgnoreMissing(a.root.Remove(d.Path))
	if err == nil {
		err = a.list(s, nil, d.Path)
	}
	if err == nil {
		s.drop(d.Path)
	}
	return a.fail("remove", d.Path, err)
}
