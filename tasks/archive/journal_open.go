package archive

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"example.com/hikgrab/tasks/archive/disk"
)

// compactAfter is the number of superseded lines at which the journal is
// rewritten; a million lines are read in about a second.
const compactAfter = 100_000

const journalSpare = journalName + ".new"

// loadJournal reads the journal into the index, repairs what a crash left, and
// opens it for appending. It reports whether some of it was lost.
func (a *Archive) loadJournal() (lost bool, err error) {
	file, err := a.root.OpenPlain(journalName, os.O_RDWR)
	if errors.Is(err, fs.ErrNotExist) {
		return true, a.rewriteJournal(nil)
	}
	if err != nil {
		return false, err
	}
	got, err := readJournal(file, a.index.apply)
	if err != nil {
		return false, errors.Join(err, file.Close())
	}
	switch {
	case got.bad > 0 || got.lines == 0 && got.torn:
		return true, a.setAside(file, got)
	case got.lines == 0 || got.lines-a.index.size() > a.compactAfter:
		return got.lines == 0, a.rewriteJournal(file)
	}
	return false, a.continueJournal(file, got)
}

// continueJournal cuts a torn tail and appends from there on.
func (a *Archive) continueJournal(file *os.File, got reading) error {
	if got.torn {
		a.log.Warn("Cut a torn line off the end of the journal", "kept_lines", got.lines)
		if err := errors.Join(file.Truncate(got.end), disk.Sync(file)); err != nil {
			return errors.Join(err, file.Close())
		}
	}
	if _, err := file.Seek(got.end, io.SeekStart); err != nil {
		return errors.Join(err, file.Close())
	}
	a.journal = &journal{file: file, size: got.end}
	if a.index.version < journalVersion {
		return a.journal.append(onDisk, headerNow)
	}
	return nil
}

// headerNow says which version can read what follows; the last header counts.
var headerNow = record{Type: headerRecord, Version: journalVersion}

// setAside keeps a damaged journal for inspection, and goes on with its good
// lines.
func (a *Archive) setAside(file *os.File, got reading) error {
	name := fmt.Sprintf("%s.damaged-%s", journalName, a.now().Format(stampLayout))
	copied, err := a.root.OpenPlain(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY)
	if err != nil {
		return errors.Join(err, file.Close())
	}
	_, err = file.Seek(0, io.SeekStart)
	if err == nil {
		_, err = copied.ReadFrom(file)
	}
	if err := errors.Join(err, copied.Close()); err != nil {
		return errors.Join(err, file.Close())
	}
	a.log.Warn("The journal is damaged: its good lines are used, the damaged file is kept",
		"good_lines", got.lines, "bad_lines", got.bad, "kept_as", name)
	return a.rewriteJournal(file)
}

// rewriteJournal writes the live part of the old journal, which may be nil, to
// a new one and replaces the old in one step. It closes the old one.
func (a *Archive) rewriteJournal(old *os.File) error {
	if old != nil {
		defer func() { _ = old.Close() }() // nothing more is written to it
	}
	err := a.root.Replace(journalName, journalSpare, func(w io.Writer) error {
		err := a.writeLive(w, old)
		if old != nil {
			err = errors.Join(err, old.Close())
		}
		return err
	})
	if err != nil {
		return err
	}
	file, err := a.root.OpenPlain(journalName, os.O_RDWR)
	if err != nil {
		return err
	}
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return errors.Join(err, file.Close())
	}
	a.journal = &journal{file: file, size: end}
	return nil
}

// writeLive writes the finished files as they are in the old journal, which
// alone has everything about them, and the rest from memory. The files come
// first: a "done" cancels what was said of its recording before.
func (a *Archive) writeLive(to io.Writer, old *os.File) error {
	w := bufio.NewWriterSize(to, lineLimit)
	var failed error
	write := func(r record) {
		line, err := r.line()
		if err == nil {
			_, err = w.Write(line)
		}
		failed = errors.Join(failed, err)
	}
	write(headerNow)
	if old != nil {
		_, err := old.Seek(0, io.SeekStart)
		if err == nil {
			err = a.eachDoneIn(old, write)
		}
		if err != nil {
			return err
		}
	}
	for _, r := range a.index.rest() {
		write(r)
	}
	return errors.Join(failed, w.Flush())
}

// eachDone reads the journal and calls take with the lines behind the index's
// finished files.
func (a *Archive) eachDone(take func(record)) error {
	f, err := a.root.OpenRead(journalName)
	if err != nil {
		return err
	}
	return errors.Join(a.eachDoneIn(f, take), f.Close())
}

func (a *Archive) eachDoneIn(journal io.Reader, take func(record)) error {
	taken := map[fileID]bool{} // what was noted twice is taken once
	_, err := readJournal(journal, func(r record) {
		if r.Type != doneRecord || taken[r.fileID()] || !a.known(r.fileID()).is(&r) {
			return
		}
		taken[r.fileID()] = true
		take(r)
	})
	return err
}
