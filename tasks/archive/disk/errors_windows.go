package disk

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

// Full reports whether an error says that the volume or the quota is full. It
// also knows the Unix errors, which other programs such as ffmpeg report.
func Full(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) ||
		errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// TooLarge reports whether an error says that the volume cannot hold files of
// that size. FAT32 does not say so: it reports a full disk.
func TooLarge(err error) bool {
	return errors.Is(err, windows.ERROR_FILE_TOO_LARGE) || errors.Is(err, syscall.EFBIG)
}

// Shared reports whether another program has a file locked.
func Shared(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}

// linked reports whether a file has more than one name.
func linked(f *os.File) bool {
	var info syscall.ByHandleFileInformation
	return syscall.GetFileInformationByHandle(syscall.Handle(f.Fd()), &info) == nil && info.NumberOfLinks > 1
}

// otherOwner is not used on Windows, where a group may own a directory and
// permissions are inherited from above.
func otherOwner(_, _ fs.FileInfo) (name string, foreign bool) { return "", false }
