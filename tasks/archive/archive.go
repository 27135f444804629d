package archive

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/hikgrab/tasks/archive/disk"
)

// File is a finished recording. Where an MP4 and a raw file stand side by side
// it is the MP4.
type File struct {
	Path     string // under the output directory, with slashes
	Bytes    int64
	Fetched  int64  // bytes of the recording as the recorder sent it; not those of its MP4
	SHA256   string // lower-case hex
	Attempts int
	Finished time.Time
	Notes    []string // what could not be verified, or is odd, each a sentence; only from Commit and Convert
}

// Archive is an output directory that this process holds the lock of. Its
// methods may be called by many goroutines at once.
type Archive struct {
	dir       string
	root      *disk.Dir
	log       *slog.Logger
	layout    Layout
	lock      disk.Lock
	journal   *journal
	manifests map[Tree]*manifest // the zero Tree is that of the recordings
	finished  func(Distant)      // told of every finished file; may be nil

	// Tests put other values here before anything is written.
	now             func() time.Time
	volume          func() (free, total int64, err error)
	wrap            func(*os.File) partFile
	compactAfter    int   // lines
	checkpointEvery int64 // bytes

	adopting sync.Mutex   // or two callers of Stored would note one file twice
	movies   atomic.Int64 // MP4s that are made while their recordings come

	mu     sync.Mutex
	closed bool
	index  *index
	open   map[recordingID]*reservation // of files on their way
}

// Option changes what Open gives.
type Option func(*Archive)

// WithLayout has the archive name new files by a layout. Files that are done
// stay where they are.
func WithLayout(l Layout) Option { return func(a *Archive) { a.layout = l } }

// SetLayout has the archive name files by a layout from now on. Nothing may be
// on its way.
func (a *Archive) SetLayout(l Layout) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.layout = l
}

// Open takes the directory, creating it when needed: it locks it, reads the
// journal (cutting a torn tail), and looks at what it says is there. It gives
// an InUse error that names the other process when another hikgrab holds it,
// and refuses a journal that a newer hikgrab wrote. A nil log discards.
func Open(dir string, log *slog.Logger, options ...Option) (*Archive, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	a := &Archive{
		dir: dir, log: log, index: newIndex(), manifests: map[Tree]*manifest{}, open: map[recordingID]*reservation{},
		now:  func() time.Time { return time.Now().Truncate(time.Second) },
		wrap: func(f *os.File) partFile { return f }, compactAfter: compactAfter,
		checkpointEvery: checkpointEvery,
	}
	for _, option := range options {
		option(a)
	}
	if err := a.take(); err != nil {
		if a.journal != nil {
			err = errors.Join(err, a.journal.close())
		}
		return nil, errors.Join(err, a.release())
	}
	return a, nil
}

// take makes the directory this process's own.
func (a *Archive) take() (err error) {
	if a.root, err = disk.Open(a.dir, ownDir); err != nil {
		return newError("open", a.dir, err)
	}
	a.volume = a.root.Space
	a.lock, err = a.root.Take(lockName, ownerName)
	if errors.Is(err, errors.ErrUnsupported) {
		a.log.Warn("This volume does not support locks: make sure that no second hikgrab uses the directory", "dir", a.dir)
	} else if err != nil {
		return newError("lock", a.dir, err)
	}
	if err := a.root.MakePrivate(partsDir); err != nil {
		return a.fail("create", partsDir, err)
	}
	lost, err := a.loadJournal()
	if err != nil {
		return a.fail("read", journalName, err)
	}
	a.settleAll()
	if err := a.openManifests(lost); err != nil {
		return err
	}
	a.dropStrayParts()
	if err := a.root.RemoveAll(stillsDir); err != nil { // those that were never finished
		a.log.Warn("Unfinished stills could not be removed", "directory", stillsDir, "error", err)
	}
	return nil
}

// Close ends the parts that are still open, keeping what they hold, writes
// what is pending and releases the lock. Calls after it fail.
func (a *Archive) Close() error {
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return nil
	}
	a.closed = true
	var parts []*Part
	for _, r := range a.open {
		if r.part != nil {
			parts = append(parts, r.part)
		}
	}
	a.mu.Unlock()

	var err error
	for _, p := range parts {
		err = errors.Join(err, p.Close())
	}
	for _, m := range a.manifests {
		err = errors.Join(err, a.fail("write", m.name(), m.close()))
	}
	err = errors.Join(err, a.fail("write", journalName, a.journal.close()))
	return errors.Join(err, a.release())
}

func (a *Archive) release() error {
	err := a.lock.Release()
	if a.root != nil {
		err = errors.Join(err, a.root.Close())
	}
	return err
}

// Dir returns the directory as it was named.
func (a *Archive) Dir() string { return a.dir }

// ManifestPath returns where manifest.csv is.
func (a *Archive) ManifestPath() string { return a.path(manifestName) }

// path returns where a name under the directory is, for people.
func (a *Archive) path(name string) string { return filepath.Join(a.dir, filepath.FromSlash(name)) }

// Stored returns the finished file of a recording: the journal says it is done
// and the file is there with that size. A file of which the journal was lost
// counts when the manifest names it, or when it has the announced size and the
// head of a recording; then it is read once for its checksum, which takes
// seconds per GiB, so do not hold a lock over this call.
//
// A raw file does not count where an MP4 is wanted, unless none can be made of
// it; Convert makes the MP4 without another download. Nor does a whole MP4 count
// where a clip is wanted, unless nothing could be cut off it; Convert makes the
// clip. A clip counts where it, or a piece of it, is wanted.
func (a *Archive) Stored(it Item) (File, bool) {
	if f, ok := a.onHand(it); ok {
		return f, true
	}
	return a.found(it)
}

// onHand returns the file that the journal names, if it is there.
func (a *Archive) onHand(it Item) (File, bool) {
	e, ok := a.serving(it)
	if !ok {
		return File{}, false
	}
	f := e.file()
	f.Fetched = cmp.Or(f.Fetched, it.Recording.Size, f.Bytes) // a manifest does not tell
	return f, true
}

// serving returns the finished file that serves an item, if it is there.
func (a *Archive) serving(it Item) (entry, bool) {
	id := identify(it)
	a.mu.Lock()
	raw, stays := a.index.done[sentOf(id)], a.index.stays[id]
	movies := make([]entry, 0, 1)
	for _, file := range a.index.movies(id, it.clip()) {
		movies = append(movies, a.index.done[file])
	}
	a.mu.Unlock()
	wanted, rawToo := it.wants()
	if wanted && (!rawToo || a.present(raw)) {
		for _, e := range movies {
			if a.present(e) {
				return e, true
			}
		}
	}
	return raw, (stays || !wanted) && a.present(raw)
}

// known returns what the journal says of a finished file.
func (a *Archive) known(id fileID) entry {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.index.done[id]
}

func (a *Archive) present(e entry) bool {
	if e.path == "" {
		return false
	}
	info, err := a.root.Lstat(e.path)
	return err == nil && info.Mode().IsRegular() && info.Size() == e.bytes
}

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
