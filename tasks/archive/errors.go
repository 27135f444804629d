package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive/disk"
)

// Kind classifies a disk failure by what must happen next.
type Kind int

// The kinds of failure.
const (
	KindUnknown Kind = iota
	Full             // no space: the volume is held until there is some
	Denied           // not allowed, read-only or gone
	InUse            // another hikgrab, or another camera of this one, writes there
	Damaged          // what came is not a recording, or is incomplete
	TooLarge         // the volume cannot hold files of this size: trying again helps nobody
	NoRoom           // it does not fit now; others may
)

var kindNames = [...]string{
	KindUnknown: "error", Full: "full", Denied: "denied", InUse: "in-use", Damaged: "damaged",
	TooLarge: "too-large", NoRoom: "no-room",
}

// Kinds lists every kind of failure except KindUnknown.
func Kinds() []Kind {
	var all []Kind
	for k := Full; int(k) < len(kindNames); k++ {
		all = append(all, k)
	}
	return all
}

// String returns the kind's word, the same on screen, in JSON and in the docs.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return kindNames[KindUnknown]
	}
	return kindNames[k]
}

// Error is a failed operation on disk; see its methods What and Remedy.
type Error struct {
	Op   string // the operation: "create", "write", "sync", …
	Path string // cleaned for people
	Kind Kind
	Err  error
}

// KindOf returns the kind of the first Error in err's chain, or KindUnknown.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return KindUnknown
}

// Error returns one line: the operation, its object, and what happened.
func (e *Error) Error() string {
	return fmt.Sprintf("%s %s: %s", e.Op, e.Path, e.What())
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// What says what happened, as a sentence for a person.
func (e *Error) What() string {
	switch e.Kind {
	case Full:
		return "no space is left on the volume, or the quota is used up"
	case Denied:
		what, _ := denial(e.Err)
		return what
	case TooLarge:
		if errors.Is(e.Err, errNeverFits) || errors.Is(e.Err, errOutgrown) {
			break
		}
		return "the volume cannot hold a file this large; on FAT32 they end at 4 GiB"
	case NoRoom, InUse, Damaged, KindUnknown:
	}
	if e.Err == nil {
		return "it failed for an unknown reason"
	}
	return printable(reason(e.Err))
}

// Remedies for disk failures.
const (
	FreeSpace       nvr.Remedy = "free-space"            // on the volume
	AllowWriting    nvr.Remedy = "allow-writing"         // permission to write there
	MountWritable   nvr.Remedy = "mount-writable"        // the volume is read-only
	ReconnectVolume nvr.Remedy = "reconnect-volume"      // connect the volume, or put the directory back
	MoveAway        nvr.Remedy = "move-away"             // what is in the way
	StopOther       nvr.Remedy = "stop-other"            // wait for whoever else writes there, or stop it
	LargerFiles     nvr.Remedy = "use-other-file-system" // one that can hold files this large
	NewerVersion    nvr.Remedy = "use-newer-version"     // of hikgrab: the one that wrote it
	CheckVolume     nvr.Remedy = "check-volume"          // whether the disk is healthy and connected
)

// Remedy returns what helps.
func (e *Error) Remedy() nvr.Remedy {
	switch e.Kind {
	case Full, NoRoom:
		return FreeSpace
	case Denied:
		_, helps := denial(e.Err)
		return helps
	case InUse:
		return StopOther
	case Damaged:
		return nvr.PlayOnRecorder
	case TooLarge:
		switch {
		case errors.Is(e.Err, errOutgrown):
			return nvr.PlayOnRecorder
		case errors.Is(e.Err, errNeverFits):
			return FreeSpace // or another volume
		}
		return LargerFiles
	case KindUnknown:
	}
	switch {
	case errors.Is(e.Err, errFuture):
		return NewerVersion
	case errors.Is(e.Err, errNoList):
		return MoveAway
	}
	return CheckVolume
}

// show returns a path under the directory for messages.
func (a *Archive) show(name string) string { return printable(a.path(name)) }

// fail wraps, once, the cause of a failed operation on a path under the
// directory; an Error stays as it is.
func (a *Archive) fail(op, name string, err error) error {
	return newError(op, filepath.Join(a.dir, filepath.FromSlash(name)), err)
}

func newError(op, path string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	return &Error{Op: op, Path: printable(path), Kind: classify(err), Err: err}
}

func classify(err error) Kind {
	switch {
	case disk.TooLarge(err), errors.Is(err, errTooLarge), errors.Is(err, errNeverFits), errors.Is(err, errOutgrown):
		return TooLarge
	case errors.Is(err, errNoRoom):
		return NoRoom
	case disk.Full(err):
		return Full
	case disk.Refused(err):
		return Denied
	case disk.Shared(err), errors.Is(err, disk.ErrHeld):
		return InUse
	}
	return KindUnknown
}

// denial says why this user may not write there, and what helps.
func denial(err error) (what string, helps nvr.Remedy) {
	switch {
	case err == nil:
		return "not allowed", AllowWriting
	case errors.Is(err, syscall.EROFS):
		return "the volume is mounted read-only", MountWritable
	case errors.Is(err, fs.ErrNotExist):
		return "the directory is gone", ReconnectVolume
	case disk.Escapes(err):
		return "a symbolic link in this path leads out of the output directory", MoveAway
	case errors.Is(err, syscall.ENOTDIR):
		return disk.ErrInTheWay.Error(), MoveAway
	}
	if owner, ok := errors.AsType[*disk.OwnerError](err); ok {
		return printable(owner.Error()) + ", who could have put anything there", MoveAway
	}
	for _, obstacle := range []error{disk.ErrNotPlain, disk.ErrLinked, disk.ErrInTheWay} {
		if errors.Is(err, obstacle) {
			return obstacle.Error(), MoveAway
		}
	}
	return "permission denied", AllowWriting
}

// reason drops what the layers below repeat: the Error already has the
// operation and the path.
func reason(err error) string {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err.Error()
	}
	return err.Error()
}
