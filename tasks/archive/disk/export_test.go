package disk

// Renames are the ways to rename without replacing anything: the system's own,
// and that of volumes which have none.
var Renames = map[string]func(d *Dir, from, to string) error{"system": (*Dir).renameNoReplace, "link": (*Dir).linkOrRename}
