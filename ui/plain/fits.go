package plain

import (
	"fmt"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/ui/remedy"
	"example.com/hikgrab/ui/units"
)

// WillNotFit says that the volume has less room than is needed, and what helps.
func WillNotFit(s *tasks.Snapshot) string {
	return fmt.Sprintf("%s: needs %s, %s free; %s", s.Disk.Dir, units.Size(s.Needed), units.Size(s.Disk.Free), remedy.Run(archive.FreeSpace))
}
