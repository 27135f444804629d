package disk

// syncDir does nothing: NTFS logs name changes itself, and Windows cannot flush
// directories.
func (*Dir) syncDir(string) error { return nil }
