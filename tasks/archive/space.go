package archive

import (
	"errors"
	"fmt"
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
	free, _, err := a.volume(a.root)
	if err != nil {
		return -1
	}
	return free
}

// room reports whether the volume can take need more bytes beside what the
// open parts were announced to become. It is called with a.mu held, so that
// two parts are never promised the same space.
func (a *Archive) room(need int64) error {
	free, total, err := a.volume(a.root)
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

// mib rounds up, so that "1 MiB is needed, 0 MiB are free" reads right.
func mib(n int64) int64 { return (n + 1<<20 - 1) >> 20 }
