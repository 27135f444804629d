//go:build !linux && !darwin && !windows

package archive

import (
	"errors"
	"os"
)

func volumeSpace(*os.Root) (free, total int64, err error) { return 0, 0, errors.ErrUnsupported }
