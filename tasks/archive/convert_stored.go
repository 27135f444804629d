package archive

import (
	"context"
	"crypto/sha256"
	"io"
	"sync/atomic"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/tasks/archive/disk"
)

// Convert makes the MP4 of a recording, or the clip that is wanted of it, when
// what it is made of is there already: the raw file, from a run that asked for
// raw files or ended between the two, or for a clip the whole MP4. It reports
// false when there is no such file, so that the recording is to be fetched.
// What there was stays.
func (a *Archive) Convert(ctx context.Context, it Item) (f File, ok bool, err error) {
	if it.format() == Raw {
		return File{}, false, nil
	}
	p := &Part{archive: a, item: it, id: identify(it)}
	p.name = movieOf(p.id).part()
	a.mu.Lock()
	raw, movie := a.index.done[rawOf(p.id)], a.index.done[movieOf(p.id)]
	hasRaw := a.present(raw)
	hasMovie := it.clip() != (clip{}) && a.present(movie) && (hasRaw || it.format() == MP4)
	if !hasRaw && !hasMovie {
		a.mu.Unlock()
		return File{}, false, nil
	}
	p.offset.Store(max(raw.bytes, movie.bytes))
	err = a.enter(p)
	a.mu.Unlock()
	if err != nil {
		return File{}, true, a.fail("create", p.name, err)
	}
	p.ended = true // for Archive.Close: there is nothing to keep
	defer a.dismiss(p)
	if hasMovie {
		f, ok, err = p.fromMovie(ctx, movie)
	}
	if hasRaw && !ok {
		f, ok, err = p.fromRaw(ctx, raw)
	}
	return f, ok, err
}

// fromRaw converts the finished file raw.
func (p *Part) fromRaw(ctx context.Context, raw entry) (f File, ok bool, err error) {
	a := p.archive
	src, err := a.root.OpenRead(raw.path)
	if err != nil {
		return File{}, true, a.fail("open", raw.path, err)
	}
	defer func() { _ = src.Close() }() // it was only read
	h, scan := sha256.New(), media.Scanner{DropAudio: p.item.DropAudio}
	if _, err = io.Copy(io.MultiWriter(h, &scan), disk.Until(ctx, src)); err != nil {
		return File{}, true, a.fail("read", raw.path, err)
	}
	if disk.Sum(h.Sum(nil)) != raw.sum {
		a.log.Warn("A raw file is not what it was when it was finished; the recording is fetched again", "file", raw.path)
		return File{}, false, nil
	}
	report := scan.Report()
	movie, report, err := p.movie(ctx, io.NewSectionReader(src, 0, raw.bytes), media.Options{Frames: report.Frames, Bytes: raw.bytes, StampRate: report.StampRate})
	if reason, bad := unfit(ctx, err); bad {
		f := raw.file()
		f.Notes = []string{"no MP4 can be made of it: " + field(reason)}
		return f, true, a.note(record{Type: staysRecord, ID: p.id})
	}
	if err != nil {
		return File{}, true, a.fail("convert", p.name, err)
	}
	done := itemRecord(doneRecord, p.item)
	done.Bytes, done.SHA256, done.Attempts, done.At = raw.bytes, raw.sum, raw.attempts, a.now()
	if !report.Clean() {
		done.remark(report.Reason())
	}
	pr := proof{done: done, report: report, movie: new(p.sequel(done, movie, &report))}
	if err := p.clip(ctx, &pr); err != nil {
		return File{}, true, err
	}
	f, err = p.completeMovie(&pr)
	return f, true, err
}

// fromMovie makes the clip of a finished MP4. It reports false when that is not
// what it was.
func (p *Part) fromMovie(ctx context.Context, movie entry) (f File, ok bool, err error) {
	a := p.archive
	sum, err := a.root.Sum(ctx, movie.path, new(atomic.Int64))
	if err != nil {
		return File{}, true, a.fail("read", movie.path, err)
	}
	if sum != movie.sum {
		a.log.Warn("An MP4 is not what it was when it was finished; nothing is cut from it", "file", movie.path)
		return File{}, false, nil
	}
	whole := itemRecord(doneRecord, p.item)
	whole.Format, whole.Fetched, whole.Attempts, whole.At = MP4, movie.fetched, movie.attempts, a.now()
	whole.begin(nvr.WallTime(p.item.Recording.Start))
	if movie.begins != 0 {
		whole.begin(milliWall(movie.begins))
	}
	cut, err := p.cut(ctx, whole, movie.path)
	if err != nil {
		return File{}, true, a.fail("cut", movie.path, err)
	}
	if cut.clip != nil {
		f, err = p.completeMovie(&proof{movie: cut.clip})
		return f, true, err
	}
	f = movie.file()
	if cut.note != "" {
		f.Notes = []string{field(cut.note)}
	}
	if cut.final {
		err = a.note(uncutOf(fileID{p.id, MP4, p.item.clip()}))
	}
	return f, true, err
}
