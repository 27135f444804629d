package archive

import (
	"errors"
	"io"
	"os"
	"sync"

	"example.com/hikgrab/tasks/archive/disk"
)

// journal appends lines that survive a crash. Goroutines that append at the
// same time share one write and one fsync: the first one leads, the others
// gather behind it and go together in the next round.
type journal struct {
	file  journalFile
	mu    sync.Mutex
	next  *batch // gathering; nil if nobody waits
	busy  bool   // a leader is writing
	size  int64  // bytes of whole lines
	fault error  // set once nothing more can be appended
}

// journalFile is the part of *os.File that a journal needs; tests put a full or
// a failing disk behind it.
type journalFile interface {
	io.Writer
	io.Closer
	Truncate(size int64) error
	Seek(offset int64, whence int) (int64, error)
	Sync() error
}

// batch is what one round writes.
type batch struct {
	text []byte
	sync bool
	turn chan struct{} // one of the waiters is to lead
	done chan struct{}
	err  error
}

// durable says what a line must survive.
type durable bool

const (
	inSystem durable = false // the process may die: the system has the bytes
	onDisk   durable = true  // the machine may die: the disk has the bytes
)

// append adds records and returns once they survive what d says.
func (j *journal) append(d durable, records ...record) error {
	var text []byte
	for _, r := range records {
		line, err := r.line()
		if err != nil {
			return err
		}
		text = append(text, line...)
	}

	j.mu.Lock()
	if j.next == nil {
		j.next = &batch{turn: make(chan struct{}, 1), done: make(chan struct{})}
	}
	mine := j.next
	mine.text = append(mine.text, text...)
	mine.sync = mine.sync || bool(d)
	if j.busy {
		j.mu.Unlock()
		select {
		case <-mine.done:
			return mine.err
		case <-mine.turn:
		}
		j.mu.Lock()
	}
	j.busy = true
	j.lead(mine)
	j.mu.Unlock()
	return mine.err
}

// lead writes one round and passes the lead to a waiter of the next one. The
// caller holds j.mu; lead releases it while it writes.
func (j *journal) lead(b *batch) {
	j.next = nil
	b.err = j.fault
	if b.err == nil {
		j.mu.Unlock()
		b.err = j.write(b)
		j.mu.Lock()
	}
	close(b.done)
	if j.busy = j.next != nil; j.busy {
		j.next.turn <- struct{}{}
	}
}

// write writes a round to disk, or leaves the file as it was: half a line in
// the middle would make everything after it doubtful.
func (j *journal) write(b *batch) error {
	_, err := j.file.Write(b.text)
	if err == nil && b.sync {
		err = disk.Sync(j.file)
	}
	if err == nil {
		j.size += int64(len(b.text))
		return nil
	}
	_, seek := j.file.Seek(j.size, io.SeekStart)
	if undo := errors.Join(j.file.Truncate(j.size), seek); undo != nil {
		j.mu.Lock()
		j.fault = errors.Join(err, undo)
		j.mu.Unlock()
	}
	return err
}

// close waits for active rounds, syncs and closes the file. Later appends fail
// with os.ErrClosed.
func (j *journal) close() error {
	err := j.append(onDisk)
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	j.mu.Lock()
	for j.busy {
		j.mu.Unlock()
		err = j.append(onDisk)
		j.mu.Lock()
	}
	defer j.mu.Unlock()
	j.fault = errors.Join(j.fault, os.ErrClosed)
	return errors.Join(err, j.file.Close())
}

// note keeps records in memory even if the disk fails: this run goes on with
// them.
func (a *Archive) note(all ...record) error {
	a.apply(all...)
	return a.fail("write", journalName, a.journal.append(inSystem, all...))
}

// noteOnDisk keeps records in memory once they survive a power cut.
func (a *Archive) noteOnDisk(all ...record) error {
	return a.fail("write", journalName, a.append(all...))
}

// append is noteOnDisk with the plain error.
func (a *Archive) append(all ...record) error {
	err := a.journal.append(onDisk, all...)
	if err == nil {
		a.apply(all...)
	}
	return err
}

func (a *Archive) apply(all ...record) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range all {
		a.index.apply(r)
	}
}
