package archive

import (
	"os"

	"golang.org/x/sys/windows"
)

func volumeSpace(root *os.Root) (free, total int64, err error) {
	name, err := windows.UTF16PtrFromString(root.Name())
	if err != nil {
		return 0, 0, err
	}
	var available, size uint64
	if err := windows.GetDiskFreeSpaceEx(name, &available, &size, nil); err != nil {
		return 0, 0, os.NewSyscallError("GetDiskFreeSpaceEx", err)
	}
	return int64(available), int64(size), nil
}
