package archive

import (
	"errors"
	"io"
)

// moviesAtOnce is how many MP4s are made while their recordings arrive: what
// each remembers of its pictures takes up to a MiB. Further recordings are read
// a second time for theirs.
const moviesAtOnce = 16

// movieFile is the MP4 of a part, made while that arrives; the part's scan
// writes it. Its file is created with the first picture. A nil movieFile is
// none.
type movieFile struct {
	archive *Archive
	id      fileID
	room    *reservation
	file    partFile // nil until something is written
	err     error    // why the file is not the whole MP4; valid once the scan has ended
}

// newMovieFile returns the MP4 to make while a part arrives, or nil if none is
// wanted or enough are being made.
func (p *Part) newMovieFile() *movieFile {
	a := p.archive
	if wanted, _ := p.item.wants(); p.told != nil || !wanted {
		return nil
	}
	if a.movies.Add(1) > moviesAtOnce {
		a.movies.Add(-1)
		return nil
	}
	return &movieFile{archive: a, id: movieOf(p.id.recording), room: p.room}
}

// Seek creates the file if there is none yet.
func (m *movieFile) Seek(offset int64, whence int) (at int64, err error) {
	if m.file == nil {
		if m.file, err = m.archive.begin(m.id); err != nil {
			return 0, err
		}
	}
	return m.file.Seek(offset, whence)
}

// Write reserves room for b and writes it.
func (m *movieFile) Write(b []byte) (int, error) {
	if err := m.room.grant(int64(len(b))); err != nil {
		return 0, err
	}
	n, err := m.file.Write(b)
	m.room.converted.Add(int64(n))
	return n, err
}

var _ io.WriteSeeker = (*movieFile)(nil)

// hand passes the file to whoever completes it, if it is the whole MP4.
// Otherwise it drops the file and returns nil.
func (m *movieFile) hand() (file partFile) {
	if m != nil && m.err == nil {
		file, m.file = m.file, nil
	}
	m.drop()
	return file
}

// drop ends the movie, and removes the file unless it was handed over. It may
// be called more than once.
func (m *movieFile) drop() {
	if m == nil || m.archive == nil {
		return
	}
	a, file := m.archive, m.file
	m.archive, m.file = nil, nil
	a.movies.Add(-1)
	if file == nil {
		return
	}
	m.room.converted.Store(0)
	if err := errors.Join(file.Close(), a.removePart(m.id)); err != nil {
		a.log.Warn("An unfinished MP4 could not be removed; the next start does it", "part", m.id.part(), "error", err)
	}
}
