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

// File is a finished recording. If an MP4 and a raw file are side by side it is
// the MP4.
type File struct {
	Path     string // under the output directory, with slashes
	Bytes    int64
	Fetched  int64  // bytes of the recording as the recorder sent it; not those of its MP4
	SHA256   string // lower-case hex
	Attempts int
	Finished time.Time
	Notes    []string // what could not be verified, or is odd, each a sentence; only from Commit and Convert
}

// Archive is an output directory locked by this process. Its methods may be
// called concurrently.
type Archive struct {
	dir       string
	root      *disk.Dir
	log       *slog.Logger
	layout    Layout
	lock      disk.Lock
	journal   *journal
	manifests map[Tree]*manifest // the zero Tree is that of the recordings
	finished  func(Distant)      // called with every finished file; may be nil

	// Replaced by tests before anything is written.
	now             func() time.Time
	volume          func() (free, total int64, err error)
	wrap            func(*os.File) partFile
	compactAfter    int   // lines
	checkpointEvery int64 // bytes

	adopting sync.Mutex   // otherwise two callers of Stored could note one file twice
	movies   atomic.Int64 // MP4s being made while their recordings arrive

	mu     sync.Mutex
	closed bool
	index  *index
	open   map[recordingID]*reservation // of files being written
}

// Option changes what Open returns.
type Option func(*Archive)

// WithLayout names new files by a layout. Finished files stay where they are.
func WithLayout(l Layout) Option { return func(a *Archive) { a.layout = l } }

// SetLayout names files by a layout from now on. No file may be in progress.
func (a *Archive) SetLayout(l Layout) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.layout = l
}

// Open opens the directory, creating it if needed: it locks it, reads the
// journal (cutting a torn tail), and checks that the files it lists exist. It
// returns an InUse error that names the other process if another hikgrab holds
// the directory, and refuses a journal written by a newer hikgrab. A nil log
// discards.
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

// take locks the directory for this process.
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

// Close ends open parts, keeping their bytes, writes what is pending and
// releases the lock. Later calls fail.
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

// ManifestPath returns the path of manifest.csv.
func (a *Archive) ManifestPath() string { return a.path(manifestName) }

// path returns the full path of a name under the directory, for people.
func (a *Archive) path(name string) string { return filepath.Join(a.dir, filepath.FromSlash(name)) }

// Stored returns the finished file of a recording: the journal lists it as done
// and the file exists with that size. If the journal was lost, a file counts if
// the manifest lists it, or if it has the announced size and the head of a
// recording. It is then read once for its checksum, which takes seconds per
// GiB, so do not hold a lock over this call.
//
// A raw file does not count if an MP4 is wanted, unless it cannot be converted;
// Convert makes the MP4 without another download. A whole MP4 does not count if
// a clip is wanted, unless nothing could be cut off; Convert makes the clip. A
// clip counts if it, or a piece of it, is wanted.
func (a *Archive) Stored(it Item) (File, bool) {
	if f, ok := a.onHand(it); ok {
		return f, true
	}
	return a.found(it)
}

// onHand returns the file that the journal lists, if it exists.
func (a *Archive) onHand(it Item) (File, bool) {
	e, ok := a.serving(it)
	if !ok {
		return File{}, false
	}
	f := e.file()
	f.Fetched = cmp.Or(f.Fetched, it.Recording.Size, f.Bytes) // a manifest does not tell
	return f, true
}

// serving returns the finished file that serves an item, if it exists.
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

// known returns the journal's entry of a finished file.
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

// logsKept is how many log files are kept, including the present one.
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
