package archive

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"

	"example.com/hikgrab/tasks/archive/disk"
)

const (
	// reserveFloor is left free on the volume, for the journal, the manifest and
	// everybody else: 256 MiB, or a hundredth of a small volume.
	reserveFloor = 256 << 20
	// reserveStep is how much room is reserved ahead of an arriving file, less if
	// there is little: a slow recorder keeps no more than that from the others.
	reserveStep = 64 << 20
	// outgrowing is how much more than announced may come, as with the latest
	// recording, which grows until it is closed.
	outgrowing = 1 << 20
)

func floorOf(total int64) int64 { return min(reserveFloor, total/100) }

var (
	// errNoRoom says that the system would still accept bytes, but not as many as
	// are still to come.
	errNoRoom = errors.New("not enough space")
	// errNeverFits refuses what the volume could not hold even if it were empty.
	errNeverFits = errors.New("the volume is too small for this")
	// errOutgrown refuses a part that took more than announced from the room of
	// others.
	errOutgrown = errors.New("the recorder sent more than it announced, and there is no space for it")
)

// Free returns the bytes that this user can still write to the volume; -1 if
// unknown.
func (a *Archive) Free() int64 {
	free, _, err := a.volume()
	if err != nil {
		return -1
	}
	return free
}

// FreeAt returns the bytes that this user can write to the volume of a
// directory, which need not exist yet; -1 if unknown.
func FreeAt(dir string) int64 {
	at, err := filepath.Abs(dir)
	if err != nil {
		return -1
	}
	tree, err := disk.Look(at)
	for errors.Is(err, fs.ErrNotExist) && at != filepath.Dir(at) {
		at = filepath.Dir(at)
		tree, err = disk.Look(at)
	}
	if err != nil {
		return -1
	}
	free, _, err := tree.Space()
	if err = errors.Join(err, tree.Close()); err != nil {
		return -1
	}
	return free
}

// reservation is room on the volume for a file until it has its final name.
// Each file has at most one at a time.
type reservation struct {
	archive *Archive
	id      recordingID
	name    string                 // for messages
	size    int64                  // announced; 0 if unknown
	more    func(size int64) int64 // what else is made from it; may be nil
	part    *Part                  // left by Archive.Close for a later run; nil if nothing is kept

	written   atomic.Int64
	converted atomic.Int64 // of what else is made from it
	granted   atomic.Int64 // bytes, written and to come, that there is room for; grows under Archive.mu
}

// done returns how many bytes need no more room.
func (r *reservation) done() int64 { return plus(r.written.Load(), r.converted.Load()) }

// missing returns the announced bytes that are not yet written.
func (r *reservation) missing() int64 {
	have := r.written.Load()
	size := max(have, r.size)
	need := size - have
	if r.more != nil {
		need = plus(need, max(0, r.more(size)-r.converted.Load()))
	}
	return need
}

// excess returns how much more than announced came; 0 if nothing was announced.
func (r *reservation) excess() int64 {
	if over := r.written.Load() - r.size; r.size > 0 && over > outgrowing {
		return over
	}
	return 0
}

// reserve reserves room for a file. It returns an InUse error if the same file
// is already being written, NoRoom if it does not fit beside the others, and
// TooLarge if it would not fit the empty volume.
func (a *Archive) reserve(r *reservation) (*reservation, error) {
	r.archive = a
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil, a.fail("create", r.name, os.ErrClosed)
	}
	if _, open := a.open[r.id]; open {
		return nil, &Error{Op: "create", Path: a.show(r.name), Kind: InUse, Err: errors.New("this recording is already being written for another camera")}
	}
	if err := a.grant(r); err != nil {
		return nil, a.fail("create", r.name, err)
	}
	a.open[r.id] = r
	return r, nil
}

func (r *reservation) release() {
	r.archive.mu.Lock()
	defer r.archive.mu.Unlock()
	delete(r.archive.open, r.id)
}

// expect notes the announced size, and checks that it fits.
func (r *reservation) expect(size int64) error {
	r.archive.mu.Lock()
	defer r.archive.mu.Unlock()
	if size <= r.size {
		return nil
	}
	r.size = size
	return r.archive.grant(r)
}

// grant reports whether the volume can take all of a file beside what is
// reserved for others, and grants its first step. The caller holds a.mu.
func (a *Archive) grant(r *reservation) error {
	free, total, err := a.volume()
	if err != nil {
		r.granted.Store(math.MaxInt64) // the write itself will tell
		return nil
	}
	need := r.missing()
	if most := total - floorOf(total); need > most {
		return fmt.Errorf("%w: %d MiB are needed, it holds %d MiB in all, of which %d MiB are kept free", errNeverFits, mib(need), mib(total), mib(floorOf(total)))
	}
	kept := a.kept(r)
	left := free - kept - floorOf(total)
	if left < need {
		return shortage(need, free, kept, total)
	}
	if r.part != nil {
		need = min(need, left/4, reserveStep)
	}
	r.granted.Store(plus(r.done(), need))
	return nil
}

func shortage(need, free, kept, total int64) error {
	return fmt.Errorf("%w: %d MiB are needed, %d MiB are free, of which %d MiB are promised to downloads under way and %d MiB are kept free",
		errNoRoom, mib(need), mib(free), mib(kept), mib(floorOf(total)))
}

// kept returns the room granted to others and not yet used.
func (a *Archive) kept(except *reservation) (bytes int64) {
	for _, r := range a.open {
		if r != except {
			bytes = plus(bytes, max(0, r.granted.Load()-r.done()))
		}
	}
	return bytes
}

// grant makes sure that n more bytes may be written, and reserves a step beyond
// them.
func (r *reservation) grant(n int64) error {
	if plus(r.done(), n) <= r.granted.Load() {
		return nil
	}
	r.archive.mu.Lock()
	defer r.archive.mu.Unlock()
	left, err := r.left(n)
	if err == nil {
		r.granted.Store(plus(r.done(), max(n, min(left/4, reserveStep))))
	}
	return err
}

// left returns how many bytes the volume can take beside what is reserved for
// others, if at least n. If room is short, files that lack less finish first,
// and what outgrew its announcement gets nothing. The caller holds Archive.mu.
func (r *reservation) left(n int64) (int64, error) {
	a := r.archive
	free, total, err := a.volume()
	if err != nil {
		return math.MaxInt64, nil // the write itself will tell
	}
	kept := a.kept(r)
	room := free - kept - floorOf(total)
	left := room
	for _, o := range a.open {
		if o != r && o.excess() == 0 && (r.excess() > 0 || o.missing() < r.missing()) {
			left = min(left, room-max(0, o.missing()-max(0, o.granted.Load()-o.done())))
		}
	}
	switch {
	case left >= n:
		return left, nil
	case r.excess() > 0:
		return 0, errOutgrown
	}
	return 0, shortage(n, free, kept, total)
}

// outgrown returns the part that exceeds its announcement the most, or nil.
func (a *Archive) outgrown() *Part {
	a.mu.Lock()
	defer a.mu.Unlock()
	var most *reservation
	for _, r := range a.open {
		if r.part != nil && r.excess() > 0 && (most == nil || r.excess() > most.excess()) {
			most = r
		}
	}
	if most == nil {
		return nil
	}
	return most.part
}

// largestOnFAT32 is the largest file on FAT32.
const largestOnFAT32 = 1<<32 - 1

// errTooLarge says that a volume with room left accepts no more bytes for one
// file.
var errTooLarge = errors.New("the file would become larger than the volume can hold")

// explain tells a file at its size limit from a full volume, because Windows
// reports a full disk for both on FAT32. At is how many bytes of the file were
// written.
func (a *Archive) explain(err error, at int64) error {
	const near = 16 << 20 // more than is ever written at once
	if err == nil || classify(err) != Full || at > largestOnFAT32 || at < largestOnFAT32-near {
		return err
	}
	if free, _, unknown := a.volume(); unknown != nil || free < 2*near {
		return err
	}
	return fmt.Errorf("%w: %w", errTooLarge, err)
}

// mib rounds up, so that "1 MiB is needed, 0 MiB are free" reads right.
func mib(n int64) int64 { return n>>20 + int64(cmp.Compare(n&(1<<20-1), 0)) }

// plus adds nonnegative numbers without overflow: a recorder may announce
// anything.
func plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
