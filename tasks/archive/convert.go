package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync/atomic"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/tasks/archive/disk"
)

// conversion makes the MP4 of a recording, and the clip of that.
type conversion struct {
	archive *Archive
	item    Item
	id      recordingID
	span    Span          // the part of the recording that is there; zero: all
	written *atomic.Int64 // bytes
}

// convert makes the MP4 of a complete part, if one is wanted. What cannot
// become an MP4 stays raw; what is not clean stays raw beside its MP4. The
// notes say why.
func (p *Part) convert(ctx context.Context, pr *proof) error {
	defer p.movie.drop()
	wanted, raw := p.item.wants()
	if pr.ext == ".mp4" && p.item.clip() != (clip{}) {
		pr.done.remark("not cut: the recorder itself sent an MP4")
	}
	if !wanted || pr.ext != ".mpg" {
		return nil
	}
	if pr.report.Unfit != nil {
		pr.done.remark("it cannot be made into an MP4: " + pr.report.Unfit.Error())
		return nil
	}
	c := conversion{p.archive, p.item, p.id.recording, p.span, &p.room.converted}
	report, err := p.remux(ctx, &c, pr)
	if err == nil {
		for _, r := range []*record{&pr.done, pr.movie} {
			r.remark(newProblems(&report, &pr.report)...)
		}
		pr.beside = raw || !p.clean(&report)
		return c.clip(ctx, pr)
	}
	if reason, ok := unfit(ctx, err); ok {
		pr.done.remark("it could not be made into an MP4: " + reason)
		pr.stays = true
		return nil
	}
	return c.failed("convert", err)
}

// remux takes the MP4 that was made while the part arrived, or makes one now.
func (p *Part) remux(ctx context.Context, c *conversion, pr *proof) (media.Report, error) {
	if whole := p.movie.hand(); whole != nil {
		size, sum, err := p.archive.seal(ctx, movieOf(c.id), whole, new(atomic.Int64))
		if err == nil {
			c.made(pr, &pr.report, size, sum)
		}
		return pr.report, err
	}
	if err := p.room.grant(p.room.missing()); err != nil {
		return media.Report{}, err
	}
	return c.movie(ctx, io.NewSectionReader(p.file, 0, pr.done.Bytes), pr)
}

func (c *conversion) failed(op string, err error) error {
	return c.archive.fail(op, movieOf(c.id).part(), err)
}

// movie makes the MP4 of the raw file in pr, using what the scan reported.
func (c *conversion) movie(ctx context.Context, src io.Reader, pr *proof) (m media.Report, err error) {
	c.written.Store(0)
	o := c.item.remuxing(pr.done.Bytes)
	o.Frames, o.StampRate = pr.report.Frames, pr.report.StampRate
	size, sum, err := c.archive.produce(ctx, movieOf(c.id), func(dst io.WriteSeeker) (err error) {
		m, err = media.Remux(dst, disk.Until(ctx, src), o)
		if err == nil && m.Frames != o.Frames {
			err = fmt.Errorf("it has %d pictures, not %d", m.Frames, o.Frames)
		}
		return err
	}, c.written, new(atomic.Int64))
	if err == nil {
		c.made(pr, &m, size, sum)
	}
	return m, err
}

// made notes that the MP4 is complete.
func (c *conversion) made(pr *proof, m *media.Report, size int64, sum disk.Sum) {
	movie := pr.done
	movie.Form, movie.Fetched, movie.Notes = asMovie, pr.done.Bytes, slices.Clone(pr.done.Notes)
	movie.Bytes, movie.SHA256 = size, sum
	movie.measure(c.item.between(c.span), m)
	pr.movie = &movie
}

// remuxing returns the options for making the item's MP4 from a recording of
// that many bytes.
func (it Item) remuxing(bytes int64) media.Options {
	return media.Options{Bytes: bytes, Span: max(0, it.Recording.End.Sub(it.Recording.Start)), DropAudio: it.DropAudio}
}

// unfit reports whether an error lies in the recording, not in the disk or with
// the operator, so that trying again would end the same.
func unfit(ctx context.Context, err error) (reason string, ok bool) {
	if err == nil || ctx.Err() != nil || classify(err) != KindUnknown {
		return "", false
	}
	if refusal, ok := errors.AsType[*media.Refusal](err); ok {
		err = refusal
	}
	return err.Error(), true
}

// produce writes an MP4 under its temporary name and seals it. It counts the
// bytes written and those read again. After an error nothing is left.
func (a *Archive) produce(ctx context.Context, id fileID, fill func(io.WriteSeeker) error, written, read *atomic.Int64) (size int64, sum disk.Sum, err error) {
	file, err := a.begin(id)
	if err != nil {
		return 0, sum, err
	}
	if err = fill(&countingWriter{file, written}); err != nil {
		at, _ := file.Seek(0, io.SeekCurrent) // 0 if even that fails
		return 0, sum, errors.Join(a.explain(err, at), file.Close(), a.removePart(id))
	}
	return a.seal(ctx, id, file, read)
}

// begin makes the empty file of an MP4.
func (a *Archive) begin(id fileID) (partFile, error) {
	// Recreated, not truncated: a failing disk can have left the old one under its
	// final name as well.
	if err := a.removePart(id); err != nil {
		return nil, err
	}
	f, err := a.root.OpenPlain(id.part(), os.O_CREATE|os.O_EXCL|os.O_RDWR)
	if err != nil {
		return nil, err
	}
	return a.wrap(f), nil
}

// seal syncs an MP4 and closes it, then takes size and checksum from what the
// disk returns. After an error nothing is left.
func (a *Archive) seal(ctx context.Context, id fileID, file partFile, read *atomic.Int64) (size int64, sum disk.Sum, err error) {
	a.root.Publish(file)
	if err = disk.Sync(file); err == nil {
		size, sum, err = disk.SumOf(ctx, io.NewSectionReader(file, 0, 1<<62), read)
	}
	if err == nil {
		err = proveBoxes(file, size)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		err = errors.Join(err, a.removePart(id))
	}
	return size, sum, err
}

// countingWriter shows how much space is still needed.
type countingWriter struct {
	io.WriteSeeker
	count *atomic.Int64
}

func (w *countingWriter) Write(b []byte) (int, error) {
	n, err := w.WriteSeeker.Write(b)
	w.count.Add(int64(n))
	return n, err
}

// Convert makes the MP4 of a recording, or the wanted clip of it, if its source
// already exists. That is the raw file, from a run that asked for raw files or
// ended between the two, or for a clip the whole MP4. It returns false if there
// is no such file, so that the recording must be fetched. The source stays.
func (a *Archive) Convert(ctx context.Context, it Item) (f File, ok bool, err error) {
	wanted, rawToo := it.wants()
	if !wanted {
		return File{}, false, nil
	}
	id := identify(it)
	raw, whole := a.known(sentOf(id)), a.known(movieOf(id))
	hasRaw := a.present(raw)
	hasMovie := it.clip() != (clip{}) && a.present(whole) && (hasRaw || !rawToo)
	if !hasRaw && !hasMovie {
		return File{}, false, nil
	}
	room := &reservation{id: id, name: movieOf(id).part(), more: it.more}
	room.written.Store(max(raw.bytes, whole.bytes))
	if _, err := a.reserve(room); err != nil {
		return File{}, true, err
	}
	defer room.release()
	c := conversion{a, it, id, Span{}, &room.converted}
	if hasMovie {
		f, ok, err = c.fromMovie(ctx, whole)
	}
	if hasRaw && !ok {
		f, ok, err = c.fromRaw(ctx, raw)
	}
	return f, ok, err
}

// fromRaw converts the finished file raw.
func (c *conversion) fromRaw(ctx context.Context, raw entry) (f File, ok bool, err error) {
	a := c.archive
	src, err := a.root.OpenRead(raw.path)
	if err != nil {
		return File{}, true, a.fail("open", raw.path, err)
	}
	defer func() { _ = src.Close() }() // it was only read
	scan := media.Scanner{Options: c.item.remuxing(raw.bytes)}
	_, sum, err := disk.SumOf(ctx, io.TeeReader(src, &scan), new(atomic.Int64))
	if err != nil {
		return File{}, true, a.fail("read", raw.path, err)
	}
	if sum != raw.sum {
		a.log.Warn("A raw file is not what it was when it was finished; the recording is fetched again", "file", raw.path)
		return File{}, false, nil
	}
	pr := proof{done: itemRecord(c.item), report: scan.Report()}
	pr.done.Bytes, pr.done.SHA256, pr.done.Attempts, pr.done.At = raw.bytes, raw.sum, raw.attempts, a.now()
	report, err := c.movie(ctx, io.NewSectionReader(src, 0, raw.bytes), &pr)
	if reason, bad := unfit(ctx, err); bad {
		f := raw.file()
		f.Notes = []string{"it cannot be made into an MP4: " + field(reason)}
		return f, true, a.note(record{Type: staysRecord, ID: c.id})
	}
	if err != nil {
		return File{}, true, c.failed("convert", err)
	}
	if !report.Clean() {
		pr.movie.remark(report.Reason())
	}
	if err := c.clip(ctx, &pr); err != nil {
		return File{}, true, err
	}
	f, err = a.completeMovie(c.item, &pr)
	return f, true, err
}

// fromMovie makes the clip of a finished MP4. It returns false if the file has
// changed.
func (c *conversion) fromMovie(ctx context.Context, whole entry) (f File, ok bool, err error) {
	a := c.archive
	sum, err := a.root.Sum(ctx, whole.path, new(atomic.Int64))
	if err != nil {
		return File{}, true, a.fail("read", whole.path, err)
	}
	if sum != whole.sum {
		a.log.Warn("An MP4 is not what it was when it was finished; nothing is cut from it", "file", whole.path)
		return File{}, false, nil
	}
	done := itemRecord(c.item)
	done.Form, done.Fetched, done.Attempts, done.At = asMovie, whole.fetched, whole.attempts, a.now()
	done.begin(nvr.WallTime(c.item.Recording.Start))
	if whole.begins != 0 {
		done.begin(milliWall(whole.begins))
	}
	cut, err := c.cut(ctx, done, whole.path)
	if err != nil {
		return File{}, true, a.fail("cut", whole.path, err)
	}
	if cut.clip != nil {
		f, err = a.completeMovie(c.item, &proof{movie: cut.clip})
		return f, true, err
	}
	f = whole.file()
	if cut.note != "" {
		f.Notes = []string{field(cut.note)}
	}
	if cut.final {
		err = a.note(uncutOf(fileID{c.id, asMovie, c.item.clip()}))
	}
	return f, true, err
}
