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

// Ref identifies a finished file to the machine that has it: by its identity
// and its checksum, never by a path.
type Ref struct {
	ID     recordingID `json:"id"`
	Form   form        `json:"format,omitzero"`
	Clip   clip        `json:"clip,omitzero"`
	SHA256 disk.Sum    `json:"sha256"`
}

// Ref identifies the file to the machine that has it.
func (d Distant) Ref() Ref {
	return Ref{ID: d.r.ID, Form: d.r.Form, Clip: d.r.Clip, SHA256: d.r.SHA256}
}

// Machine returns the name of the machine that has the file; By returns its
// key.
func (d Distant) Machine() string { return d.r.Machine }

// By returns the key of the machine that has the file.
func (d Distant) By() string { return d.r.By }

// FileKey identifies a file of a fleet. Copies on several machines have the
// same key.
type FileKey struct {
	site
	fileID
}

// Key returns the file's key in the fleet.
func (d Distant) Key() FileKey { return keyOf(&d.r) }

func keyOf(r *record) FileKey { return FileKey{site{r.Network, r.Recorder}, r.fileID()} }

// ErrNotHere says that a file is not, or is no longer, what its machine
// reported.
var ErrNotHere = errors.New("the file is not there any more, or has been changed")

// ReadPiece fills b from a finished file, starting at an offset. It returns
// ErrNotHere if there is no such file, or not enough of it.
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

// Distants returns the files that machines have reported, in order of report,
// from a position on, and the next position.
func (a *Archive) Distants(from int) (files []Distant, next int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range a.index.distants[min(from, len(a.index.distants)):] {
		files = append(files, Distant{r})
	}
	return files, len(a.index.distants)
}

// Home returns the path of another machine's file in this archive, if it is
// here.
func (a *Archive) Home(d Distant) (path string, ok bool) {
	e, ok := a.home(&d.r)
	return e.path, ok
}

func (a *Archive) home(r *record) (e entry, ok bool) {
	here := r.home()
	e = a.known(here.fileID())
	return e, a.present(e)
}

// AtHome returns a recorder's name where the files of several networks come
// together: its address, prefixed with the name of its network if it has one.
func AtHome(network, recorder string) string {
	if network == "" {
		return recorder
	}
	return network + "/" + recorder
}

// home returns the record under which this archive's journal lists a file of
// another machine. One address in two networks is two recorders, so the
// recorder's name includes its network.
func (r record) home() record {
	if r.Network != "" {
		sum := sha256.Sum256(fmt.Appendf(nil, "%q %s", r.Network, r.ID))
		r.ID, r.Recorder = recordingID(sum[:16]), AtHome(r.Network, r.Recorder)
	}
	r.By, r.Catalogue, r.Stays = "", "", false
	return r
}

// Bring opens the part of a file that comes from another machine, with whatever
// already arrived of the same bytes. It returns the errors of Create. Commit
// checks that the part is, byte for byte, the file that its machine reported,
// gives it the name it would have if it had been fetched here, and notes it in
// journal and manifest. Damaged says that different bytes came.
func (a *Archive) Bring(d Distant) (*Part, error) {
	here := d.r.home() // the same for identical bytes, whichever machine they come from
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %s %d", here.fileID(), here.Form, d.r.SHA256, d.r.Bytes))
	return a.create(&Part{archive: a, item: here.named(), id: sentOf(recordingID(sum[:16])), told: &d.r}, d.r.Bytes)
}

// proveTold checks by its checksum that the part is the file its machine
// reported, and finds the extension of such a file.
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
