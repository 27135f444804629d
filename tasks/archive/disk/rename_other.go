//go:build !linux && !darwin

package disk

// renameNoReplace gives from the name to; when something has that name already
// it fails with fs.ErrExist.
func (d *Dir) renameNoReplace(from, to string) error { return d.linkOrRename(from, to) }
