package derive

import (
	"strings"

	"example.com/hikgrab/tasks/archive"
)

// Describe says in words how a file was made and what is missing of it, without
// its path. It is empty when nothing is known.
func Describe(d archive.Derived) string {
	if d.Bytes == 0 { // a directory
		return count(d.Frames, "still")
	}
	return strings.Join(d.Notes, "; ")
}
