package archive

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"example.com/hikgrab/nvr/media"
)

// convert makes the MP4 of a part that is whole, where one is wanted. What can
// become none stays raw, and so does what is not clean beside its MP4; the
// notes say why.
func (p *Part) convert(ctx context.Context, pr *proof) error {
	if p.item.format() == Raw || pr.ext != ".mpg" {
		return nil
	}
	if pr.report.Unfit != nil {
		pr.done.remark("no MP4 can be made of it: " + pr.report.Unfit.Error())
		return nil
	}
	src := io.NewSectionReader(p.file, 0, pr.done.Bytes)
	movie, report, err := p.movie(ctx, src, media.Options{Frames: pr.report.Frames, Bytes: pr.done.Bytes})
	if err == nil && report.Frames != pr.report.Frames {
		err = fmt.Errorf("it has %d pictures, not %d", report.Frames, pr.report.Frames)
	}
	if err == nil {
		pr.beside = p.item.format() == Both || !report.Clean()
		pr.movie = new(p.sequel(pr.done, movie, &report))
		return nil
	}
	if reason, ok := unfit(ctx, err); ok {
		pr.done.remark("no MP4 could be made of it: " + reason)
		pr.stays = true
		return nil
	}
	return p.archive.fail("convert", fileID{p.id, MP4}.part(), err)
}

// unfit tells whether an error lies in the recording and not in the disk or
// the operator, so that trying again would end the same.
func unfit(ctx context.Context, err error) (reason string, ok bool) {
	if err == nil || ctx.Err() != nil || classify(err) != KindUnknown {
		return "", false
	}
	return inWords(err), true
}

func inWords(err error) string {
	if refusal, ok := errors.AsType[*media.Refusal](err); ok {
		return refusal.Error()
	}
	return err.Error()
}

// sequel is what is to be noted of the MP4 of a raw file.
func (p *Part) sequel(raw, movie record, m *media.Report) record {
	done := raw
	done.Format, done.Path = MP4, ""
	done.Bytes, done.SHA256, done.Fetched = movie.Bytes, movie.SHA256, raw.Bytes
	done.measure(m)
	return done
}

// movie writes the MP4 of a recording under a name of its own in the parts. It
// returns a record with its size and checksum, taken from what the disk gives
// back once everything is synced.
func (p *Part) movie(ctx context.Context, src io.Reader, o media.Options) (made record, m media.Report, err error) {
	a, id := p.archive, fileID{p.id, MP4}
	// Not truncated but made anew: a failing disk can have left the old one
	// under its final name as well.
	if err := a.removeMade(id); err != nil {
		return made, m, err
	}
	f, err := openPlain(a.root, id.part(), os.O_CREATE|os.O_EXCL|os.O_RDWR, ownFilePerm)
	if err != nil {
		return made, m, err
	}
	file := a.wrap(f)
	p.converted.Store(0)
	o.Span, o.DropAudio = max(0, p.item.Recording.End.Sub(p.item.Recording.Start)), p.item.DropAudio
	m, err = media.Remux(&countingWriter{file, &p.converted}, cancelled{ctx, src}, o)
	if err == nil {
		_ = file.Chmod(a.perm) // volumes without permissions refuse; see restrict
		err = syncPart(file)
	}
	if err == nil {
		made.Bytes, made.SHA256, err = sumOfAll(ctx, file)
	}
	if err == nil {
		err = proveBoxes(file, made.Bytes)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return made, m, errors.Join(err, a.removeMade(id))
	}
	return made, m, nil
}

// sumOfAll reads a file from its beginning.
func sumOfAll(ctx context.Context, f io.ReaderAt) (size int64, sum checksum, err error) {
	h := sha256.New()
	size, err = io.Copy(h, cancelled{ctx, io.NewSectionReader(f, 0, 1<<62)})
	return size, checksum(h.Sum(nil)), err
}

// proveBoxes checks that what the disk gives back is made of an MP4's boxes
// from the first byte to the last.
func proveBoxes(f io.ReaderAt, size int64) error {
	missing := map[string]bool{"ftyp": true, "moov": true, "mdat": true}
	for at := int64(0); at < size; {
		var head [16]byte
		n, err := f.ReadAt(head[:], at)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		length, least := int64(binary.BigEndian.Uint32(head[:])), int64(8)
		if length == 1 {
			length, least = int64(binary.BigEndian.Uint64(head[8:])), 16
		}
		if int64(n) < least || length < least || length > size-at {
			return fmt.Errorf("the MP4 has a box of %d bytes at byte %d of %d", length, at, size)
		}
		delete(missing, string(head[4:8]))
		at += length
	}
	if len(missing) > 0 {
		return fmt.Errorf("the MP4 of %d bytes lacks %d of its boxes", size, len(missing))
	}
	return nil
}

// cancelled is a reader that ends with a context.
type cancelled struct {
	ctx context.Context // the reader lives as long as one call
	src io.Reader
}

func (c cancelled) Read(b []byte) (int, error) {
	if err := context.Cause(c.ctx); err != nil {
		return 0, err
	}
	return c.src.Read(b)
}

// countingWriter lets others see how much space is still needed.
type countingWriter struct {
	io.WriteSeeker
	count *atomic.Int64
}

func (w *countingWriter) Write(b []byte) (int, error) {
	n, err := w.WriteSeeker.Write(b)
	w.count.Add(int64(n))
	return n, err
}

// Convert makes the MP4 of a recording whose raw file is there already: from a
// run that asked for raw files, or one that ended between the two. It reports
// false when there is no such file, so that the recording is to be fetched. The
// raw file stays.
func (a *Archive) Convert(ctx context.Context, it Item) (f File, ok bool, err error) {
	if it.format() == Raw {
		return File{}, false, nil
	}
	p := &Part{archive: a, item: it, id: identify(it)}
	p.name = fileID{p.id, MP4}.part()
	a.mu.Lock()
	raw, known := a.index.done[fileID{p.id, Raw}]
	if !known || !a.present(raw) {
		a.mu.Unlock()
		return File{}, false, nil
	}
	p.offset.Store(raw.bytes)
	err = a.enter(p)
	a.mu.Unlock()
	if err != nil {
		return File{}, true, a.fail("create", p.name, err)
	}
	p.ended = true // for Archive.Close: there is nothing to keep
	defer a.dismiss(p)
	return p.fromRaw(ctx, raw)
}

// fromRaw converts the finished file raw.
func (p *Part) fromRaw(ctx context.Context, raw entry) (f File, ok bool, err error) {
	a := p.archive
	src, err := openPlain(a.root, raw.path, os.O_RDONLY, 0)
	if err != nil {
		return File{}, true, a.fail("open", raw.path, err)
	}
	defer func() { _ = src.Close() }() // it was only read
	h, scan := sha256.New(), media.Scanner{}
	if _, err = io.Copy(io.MultiWriter(h, &scan), cancelled{ctx, src}); err != nil {
		return File{}, true, a.fail("read", raw.path, err)
	}
	if checksum(h.Sum(nil)) != raw.sum {
		a.log.Warn("A raw file is not what it was when it was finished; the recording is fetched again", "file", raw.path)
		return File{}, false, nil
	}
	report := scan.Report()
	movie, report, err := p.movie(ctx, io.NewSectionReader(src, 0, raw.bytes), media.Options{Frames: report.Frames, Bytes: raw.bytes})
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
	f, err = a.complete(p.sequel(done, movie, &report), finalNames(p.item, ".mp4"), false)
	return f, true, err
}
