package archive

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/media/splice"
	"example.com/hikgrab/tasks/archive/disk"
)

// Tree is a directory beside the recordings for files derived from them.
type Tree string

// The trees. JoinedTree and CutTree each have a manifest.csv with the columns
// of the main one, so that Verify and other programs read them alike. In
// FramesTree each directory of stills has a list.
const (
	JoinedTree Tree = "joined"
	CutTree    Tree = "cut"
	FramesTree Tree = "frames"
)

// Derived is a file that was made from finished ones.
type Derived struct {
	Finished
	Frames int      // pictures
	Notes  []string // how it was made, and what is missing, each without "; "
	Origin Origin
}

// Origin says what a derived file was made for and from, so that the same need
// not be made twice. Both are hashes in hex; equal hashes mean the same.
type Origin struct {
	Request string `json:"wish"`    // 8 digits: which camera or recording, and which time of it
	Sources string `json:"sources"` // 16 digits: which files
	Number  int    `json:"number"`  // from 1: a request that one file cannot fulfil gets several
	Of      int    `json:"of"`      // the total
}

// String returns the id column of a manifest.
func (o Origin) String() string {
	return fmt.Sprintf("%s-%s-%d-%d", o.Request, o.Sources, o.Number, o.Of)
}

// parseOrigin is the inverse of String.
func parseOrigin(text string) (o Origin, err error) {
	parts := strings.Split(text, "-")
	if len(parts) != 4 {
		return o, fmt.Errorf("%d parts where 4 are wanted", len(parts))
	}
	var hashes [12]byte
	var errs [3]error
	o.Request, o.Sources = parts[0], parts[1]
	errs[0] = disk.Unhex(hashes[:], []byte(o.Request+o.Sources))
	o.Number, errs[1] = strconv.Atoi(parts[2])
	o.Of, errs[2] = strconv.Atoi(parts[3])
	return o, errors.Join(errs[:]...)
}

// id returns an identity that no recording has.
func (o Origin) id(t Tree) recordingID {
	return derivedID(t, fmt.Sprintf("%s %s %d", o.Request, o.Sources, o.Number))
}

func derivedID(t Tree, what string) recordingID {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%q", t, what))
	return recordingID(sum[:16])
}

// CameraDir returns the directory of a camera's files in JoinedTree.
func CameraDir(recorder string, t nvr.Track) string {
	return path.Join(recorderDir(recorder), channelDir(t))
}

// Deriving is a file to be made from finished ones.
type Deriving struct {
	Tree     Tree   // JoinedTree or CutTree
	Dir      string // under the tree, with slashes
	Name     string // without extension; if it is taken the file gets another
	Recorder string // nvr.Address.String
	Label    string // the operator's name for the recorder
	Camera   string // the recorder's name for the camera
	Track    nvr.Track
	Shows    splice.File // what will be written
	Notes    []string    // for the manifest, each without "; "
	Origin   Origin
}

// Derive makes a file beside the recordings. Write fills it; then it is synced,
// read again for its checksum, named in one step and listed in the manifest of
// its tree. It replaces only a file made for the same request, and after an
// error nothing of the new one is left. The bytes read for the checksum are
// added to read as they come.
//
// It returns a NoRoom or Full error if the file does not fit beside what is
// being downloaded, and InUse if the same file is being made.
func (a *Archive) Derive(ctx context.Context, d Deriving, write func(io.WriteSeeker) error, read *atomic.Int64) (Derived, error) {
	done := d.record()
	wanted := path.Join(string(d.Tree), d.Dir, d.Name+".mp4")
	const index = 1 << 20 // and a fiftieth: small pictures and much sound make a large index
	room, err := a.reserve(&reservation{id: done.ID, name: wanted, size: d.Shows.Bytes + d.Shows.Bytes/50 + index})
	if err != nil {
		return Derived{}, err
	}
	defer room.release()
	err = a.fail("open", string(d.Tree), a.checkTree(d.Tree))
	if err == nil {
		done.Bytes, done.SHA256, err = a.produce(ctx, done.fileID(), write, &room.written, read)
	}
	if err == nil {
		done.At = a.now()
		_, err = a.complete(done.fileID().part(), done, d.names())
	}
	if err != nil {
		return Derived{}, a.fail("write", wanted, errors.Join(err, a.removePart(done.fileID())))
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return derivedOf(a.index.derived[done.fileID()]), nil
}

// checkTree makes the directory of a tree, which must not be a link.
func (a *Archive) checkTree(t Tree) error {
	if _, err := a.root.MakeDirs(string(t)); err != nil {
		return err
	}
	inside, err := a.root.Inside(string(t))
	if err != nil {
		return err
	}
	return inside.Close()
}

// record returns the record for the journal and the manifest.
func (d *Deriving) record() record {
	r := record{
		Type: doneRecord, Tree: d.Tree, Origin: d.Origin, ID: d.Origin.id(d.Tree), Form: asMovie,
		Recorder: field(d.Recorder), Label: field(d.Label), Camera: field(d.Camera), Track: d.Track, Attempts: 1,
	}
	r.remark(d.Notes...)
	r.show(&d.Shows)
	return r
}

// names yields the names that the file may get, in order of preference.
func (d *Deriving) names() iter.Seq[string] {
	base, end := path.Join(string(d.Tree), d.Dir, d.Name), ".mp4"
	if d.Origin.Number > 1 {
		end = "-" + strconv.Itoa(d.Origin.Number) + end
	}
	return namesLike(base, base+"_"+d.Origin.Request, "_", end)
}

func derivedOf(r record) Derived {
	return Derived{Finished: r.finished(), Frames: r.Frames, Notes: r.Notes, Origin: r.Origin}
}

// DerivedOf returns the existing files made for a request, ordered by number.
func (a *Archive) DerivedOf(t Tree, name string) []Derived {
	a.mu.Lock()
	var all []Derived
	for _, id := range a.index.requests[request{t, name}] {
		if a.present(a.index.done[id]) {
			all = append(all, derivedOf(a.index.derived[id]))
		}
	}
	a.mu.Unlock()
	slices.SortFunc(all, func(d, e Derived) int {
		return cmp.Or(cmp.Compare(d.Origin.Number, e.Origin.Number), cmp.Compare(d.Path, e.Path))
	})
	return all
}

// Withdraw removes a derived file and its line.
func (a *Archive) Withdraw(t Tree, d Derived) error {
	id := movieOf(d.Origin.id(t))
	if a.known(id).path != d.Path {
		return nil // it was replaced
	}
	err := a.manifests[t].remove(d.Path)
	if err == nil {
		err = a.root.Drop(d.Path)
	}
	if err == nil {
		err = a.note(record{Type: goneRecord, ID: id.recording, Form: id.form})
	}
	return a.fail("remove", d.Path, err)
}
