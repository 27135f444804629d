package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"example.com/hikgrab/tasks/archive/disk"
)

// reserveFloor is what is left free on the volume, for the journal, the
// manifest and everybody else: 256 MiB, or a hundredth of a small volume.
const reserveFloor = 256 << 20

func floorOf(total int64) int64 { return min(reserveFloor, total/100) }

// errNoRoom is given when the system would still take bytes, but not as many
// as were announced.
var errNoRoom = errors.New("not enough space")

// Free returns the bytes that this user can still write to the volume; -1 when
// the system does not say.
func (a *Archive) Free() int64 {
	free, _, err := a.volume()
	if err != nil {
		return -1
	}
	return free
}

// FreeAt returns the bytes that this user can write to the volume that a
// directory is on, or would be made on; -1 when nobody says.
func FreeAt(dir string) int64 {
	at, err := filepath.Abs(dir)
	for err == nil {
		tree, missing := disk.Look(at)
		switch above := filepath.Dir(at); {
		case missing == nil:
			free, _, err := tree.Space()
			if err = errors.Join(err, tree.Close()); err != nil {
				return -1
			}
			return free
		case !errors.Is(missing, fs.ErrNotExist) || above == at:
			return -1
		default:
			at = above
		}
	}
	return -1
}

// room reports whether the volume can take need more bytes beside what the
// open parts were announced to become. It is called with a.mu held, so that
// two parts are never promised the same space.
func (a *Archive) room(need int64) error {
	free, total, err := a.volume()
	if err != nil {
		return nil // the write itself will tell
	}
	var promised int64
	for _, p := range a.parts {
		promised += p.missing()
	}
	if left := free - promised - floorOf(total); left < need {
		return fmt.Errorf("%w: %d MiB are needed, %d MiB are free, of which %d MiB are promised to downloads under way and %d MiB are kept free",
			errNoRoom, mib(need), mib(free), mib(promised), mib(floorOf(total)))
	}
	return nil
}

// largestOnFAT32 is where files end on FAT32.
const largestOnFAT32 = 1<<32 - 1

// errTooLarge is given when a volume that has room takes no more bytes into one
// file.
var errTooLarge = errors.New("the file would become larger than the volume can hold")

// explain tells a file that has reached the end of files from a full volume, for
// Windows' FAT32 says of both that the disk is full. The bytes of the file that
// were written are at.
func (a *Archive) explain(err error, at int64) error {
	const near = 16 << 20 // more than is ever written at once
	if err == nil || !disk.Full(err) || at > largestOnFAT32 || at < largestOnFAT32-near {
		return err
	}
	if free, _, unknown := a.volume(); unknown != nil || free < 2*near {
		return err
	}
	return fmt.Errorf("%w: %w", errTooLarge, err)
}

// mib rounds up, so that "1 MiB is needed, 0 MiB are free" reads right.
func mib(n int64) int64 { return (n + 1<<20 - 1) >> 20 }
