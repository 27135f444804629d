//go:build !linux && !darwin

package archive

import "os"

// renameNoReplace gives from the name to; when something has that name already
// it fails with fs.ErrExist.
func renameNoReplace(root *os.Root, from, to string) error { return linkOrRename(root, from, to) }
