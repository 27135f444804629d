//go:build unix

package archive

import (
	"errors"
	"syscall"
)

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func isTooLarge(err error) bool { return errors.Is(err, syscall.EFBIG) }

// isShared reports a file that another program keeps to itself, which only
// Windows knows.
func isShared(error) bool { return false }
