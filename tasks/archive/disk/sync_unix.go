//go:build unix

package disk

func (d *Dir) syncDir(name string) error {
	dir, err := d.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }() // it was only read
	return Sync(dir)
}
