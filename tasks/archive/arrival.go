package archive

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/tasks/archive/disk"
)

// Ref names a finished file to the machine that has it: by what it is and what
// it holds, never by a path.
type Ref struct {
	ID     recordingID `json:"id"`
	Form   form        `json:"format,omitzero"`
	Clip   clip        `json:"clip,omitzero"`
	SHA256 disk.Sum    `json:"sha256"`
}

// Ref returns the file's name for the machine that has it.
func (d Distant) Ref() Ref {
	return Ref{ID: d.r.ID, Form: d.r.Form, Clip: d.r.Clip, SHA256: d.r.SHA256}
}

// Machine returns the name of the machine that has the file, and By its key.
func (d Distant) Machine() string { return d.r.Machine }

// By returns the key of the machine that has the file.
func (d Distant) By() string { return d.r.By }

// FileKey tells the files of a fleet apart. Copies on several machines have
// the same.
type FileKey struct {
	site
	fileID
}

// Key returns which file of the fleet it is.
func (d Distant) Key() FileKey { return keyOf(&d.r) }

func keyOf(r *record) FileKey { return FileKey{site{r.Network, r.Recorder}, r.fileID()} }

// ErrNotHere says that a file is not, or not any more, what its machine told.
var ErrNotHere = errors.New("the file is not there any more, or has been changed")

// ReadPiece fills b with what a finished file holds from an offset on. It gives
// ErrNotHere when there is no such file, or not all of that.
func (a *Archive) ReadPiece(ref Ref, offset int64, b []byte) error {
	e := a.known(fileID{ref.ID, ref.Form, ref.Clip})
	if e.path == "" || e.sum != ref.SHA256 || offset < 0 || offset > e.bytes-int64(len(b)) {
		return ErrNotHere
	}
	f, err := a.root.OpenRead(e.path)
	if err != nil {
		return errors.Join(ErrNotHere, a.fail("open", e.path, err))
	}
	_, err = f.ReadAt(b, offset)
	_ = f.Close() // it was only read
	if errors.Is(err, io.EOF) {
		return ErrNotHere
	}
	return a.fail("read", e.path, err)
}

// Distants returns the files that machines told of, in the order in which they
// did, from a position on, and the position of the next.
func (a *Archive) Distants(from int) (files []Distant, next int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range a.index.distants[min(from, len(a.index.distants)):] {
		files = append(files, Distant{r})
	}
	return files, len(a.index.distants)
}

// Home returns where a file of another machine is in this archive, if it is.
func (a *Archive) Home(d Distant) (path string, ok bool) {
	e, ok := a.home(&d.r)
	return e.path, ok
}

func (a *Archive) home(r *record) (e entry, ok bool) {
	here := r.home()
	e = a.known(here.fileID())
	return e, a.present(e)
}

// AtHome returns what a recorder is called where the files of several networks
// come together: its address, behind the name of its network if it has one.
func AtHome(network, recorder string) string {
	if network == "" {
		return recorder
	}
	return network + "/" + recorder
}

// home is what the journal of this archive calls a file of another machine. One
// address in two networks is two recorders, so that a network's recorder bears
// its name.
func (r record) home() record {
	if r.Network != "" {
		sum := sha256.Sum256(fmt.Appendf(nil, "%q %s", r.Network, r.ID))
		r.ID, r.Recorder = recordingID(sum[:16]), AtHome(r.Network, r.Recorder)
	}
	r.By, r.Catalogue, r.Stays = "", "", false
	return r
}

// Bring opens the part of a file that comes from another machine, with what
// came of the very same bytes before. It gives the errors of Create. Commit checks
// that the part is, byte for byte, the file that its machine told of, gives it the
// name that it would have had if it had been fetched here, and notes it in journal
// and manifest; Damaged says that other bytes came.
func (a *Archive) Bring(d Distant) (*Part, error) {
	here := d.r.home() // whoever the bytes come from, if they are the same
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %s %d", here.fileID(), here.Form, d.r.SHA256, d.r.Bytes))
	return a.create(&Part{archive: a, item: here.named(), id: sentOf(recordingID(sum[:16])), told: &d.r}, d.r.Bytes)
}

// proveTold finds out from its checksum whether the part is the file that its
// machine told of, and which extension such a file has.
func (p *Part) proveTold(sum disk.Sum) (pr proof, err error) {
	pr.done, pr.stays, pr.ext = p.told.home(), p.told.Stays, ".mp4"
	pr.done.At = p.archive.now()
	if p.Offset() != p.told.Bytes || sum != p.told.SHA256 {
		return pr, p.damaged(fmt.Errorf("got %d bytes with SHA-256 %s, expected %d with %s", p.Offset(), sum, p.told.Bytes, p.told.SHA256))
	}
	if p.told.Form != asMovie {
		var head []byte
		head, err = readHead(p.file)
		pr.ext = cmp.Or(extensionOf(media.Sniff(head)), foreignExt)
	}
	return pr, p.archive.fail("read", p.name, err)
}

// named returns an item that has the same name on disk.
func (r *record) named() Item {
	span := Span{From: readWall(r.Start), To: readWall(r.End)}
	if r.Clip != (clip{}) {
		span = r.Clip.span()
	}
	return Item{
		Recorder: r.Recorder, Label: r.Label, Camera: r.Camera,
		Recording: nvr.Recording{Track: r.Track, Start: span.From, End: span.To},
	}
}
