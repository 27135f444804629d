package disk

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

// Full reports whether an error says that the volume or the quota is used up. It
// knows the names that other programs give it as well, such as ffmpeg.
func Full(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) ||
		errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// TooLarge reports whether an error says that the volume holds no files of that
// size. FAT32 does not: there the disk is said to be full.
func TooLarge(err error) bool {
	return errors.Is(err, windows.ERROR_FILE_TOO_LARGE) || errors.Is(err, syscall.EFBIG)
}

// Shared reports a file that another program keeps to itself.
func Shared(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}

// linked reports whether a file has more than one name.
func linked(f *os.File) bool {
	var info syscall.ByHandleFileInformation
	return syscall.GetFileInformationByHandle(syscall.Handle(f.Fd()), &info) == nil && info.NumberOfLinks > 1
}

// otherOwner is not asked on Windows, where a directory's owner may be a group
// and its rights are inherited from above.
func otherOwner(_, _ fs.FileInfo) (name string, foreign bool) { return "", false }
