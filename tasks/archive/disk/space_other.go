//go:build !linux && !darwin && !windows

package disk

import "errors"

// Space returns the bytes that this user can still write to the tree's volume,
// and the volume's size. errors.ErrUnsupported says that the system does not
// tell.
func (*Dir) Space() (free, total int64, err error) { return 0, 0, errors.ErrUnsupported }
