package disk

import (
	"os"

	"golang.org/x/sys/windows"
)

// Space returns the bytes that this user can still write to the tree's volume,
// and the volume's size. errors.ErrUnsupported says that the system does not
// tell.
func (d *Dir) Space() (free, total int64, err error) {
	name, err := windows.UTF16PtrFromString(d.Name())
	if err != nil {
		return 0, 0, err
	}
	var available, size uint64
	if err := windows.GetDiskFreeSpaceEx(name, &available, &size, nil); err != nil {
		return 0, 0, os.NewSyscallError("GetDiskFreeSpaceEx", err)
	}
	return int64(available), int64(size), nil
}
