package disk

// syncDir does nothing: NTFS logs changes of names itself, and Windows flushes
// no directories.
func (*Dir) syncDir(string) error { return nil }
