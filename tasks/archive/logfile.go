package archive

import (
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// logsKept is the number of log files that stay, the present one included.
const logsKept = 10

// LogWriter opens this run's log file, .hikgrab/log-YYYYMMDD-HHMMSS.log, which
// only its owner may read, and removes all but the latest ten. Close it before
// the Archive.
func (a *Archive) LogWriter() (io.WriteCloser, error) {
	name := ownDir + "/log-" + a.now().Format(stampLayout) + ".log"
	f, err := a.root.OpenPlain(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY)
	if err != nil {
		return nil, a.fail("open log", name, err)
	}
	a.dropOldLogs()
	return f, nil
}

func (a *Archive) dropOldLogs() {
	entries, err := fs.ReadDir(a.root.FS(), ownDir)
	if err != nil {
		a.log.Warn("Old logs could not be listed", "error", err)
		return
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		return !e.Type().IsRegular() || !strings.HasPrefix(e.Name(), "log-") || !strings.HasSuffix(e.Name(), ".log")
	})
	for _, e := range entries[:max(0, len(entries)-logsKept)] { // sorted by name, so by time
		if err := a.root.Remove(ownDir + "/" + e.Name()); err != nil {
			a.log.Warn("An old log could not be removed", "file", e.Name(), "error", err)
		}
	}
}
