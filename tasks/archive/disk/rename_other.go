//go:build !linux && !darwin

package disk

// renameNoReplace renames from to to. If to exists, it returns fs.ErrExist.
func (d *Dir) renameNoReplace(from, to string) error { return d.linkOrRename(from, to) }
