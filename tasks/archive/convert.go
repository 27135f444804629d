package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/tasks/archive/disk"
)

// convert makes the MP4 of a part that is whole, where one is wanted. What can
// become none stays raw, and so does what is not clean beside its MP4; the
// notes say why.
func (p *Part) convert(ctx context.Context, pr *proof) error {
	if pr.ext == ".mp4" && p.item.clip() != (clip{}) {
		pr.done.remark("it is whole: the recorder itself sent an MP4")
	}
	if p.item.format() == Raw || pr.ext != ".mpg" {
		return nil
	}
	if pr.report.Unfit != nil {
		pr.done.remark("no MP4 can be made of it: " + pr.report.Unfit.Error())
		return nil
	}
	src := io.NewSectionReader(p.file, 0, pr.done.Bytes)
	movie, report, err := p.movie(ctx, src, media.Options{Frames: pr.report.Frames, Bytes: pr.done.Bytes, StampRate: pr.report.StampRate})
	if err == nil {
		pr.done.remark(newProblems(&report, &pr.report)...)
		pr.beside = p.item.format() == Both || !report.Clean()
		pr.movie = new(p.sequel(pr.done, movie, &report))
		return p.clip(ctx, pr)
	}
	if reason, ok := unfit(ctx, err); ok {
		pr.done.remark("no MP4 could be made of it: " + reason)
		pr.stays = true
		return nil
	}
	return p.archive.fail("convert", movieOf(p.id).part(), err)
}

// clip puts the clip in the place of the MP4 that was just made, where one is
// wanted.
func (p *Part) clip(ctx context.Context, pr *proof) error {
	if p.item.clip() == (clip{}) {
		return nil
	}
	whole := movieOf(p.id)
	cut, err := p.cut(ctx, *pr.movie, whole.part())
	if err == nil && cut.clip == nil {
		pr.movie.remark(cut.note)
		pr.uncut = cut.final
		return nil
	}
	pr.movie = cut.clip
	return p.archive.fail("cut", whole.part(), errors.Join(err, p.archive.removeMade(whole)))
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
	done.measure(p.item.Recording, m)
	return done
}

// movie writes the MP4 of a recording in which a scan counted o.Frames pictures.
func (p *Part) movie(ctx context.Context, src io.Reader, o media.Options) (made record, m media.Report, err error) {
	p.converted.Store(0)
	o.Span, o.DropAudio = max(0, p.item.Recording.End.Sub(p.item.Recording.Start)), p.item.DropAudio
	made, err = p.produce(ctx, movieOf(p.id), func(dst io.WriteSeeker) (err error) {
		m, err = media.Remux(dst, disk.Until(ctx, src), o)
		if err == nil && m.Frames != o.Frames {
			err = fmt.Errorf("it has %d pictures, not %d", m.Frames, o.Frames)
		}
		return err
	})
	return made, m, err
}

// produce writes an MP4 under a name of its own in the parts. It returns a record
// with its size and checksum.
func (p *Part) produce(ctx context.Context, id fileID, fill func(io.WriteSeeker) error) (made record, err error) {
	a := p.archive
	// Not truncated but made anew: a failing disk can have left the old one
	// under its final name as well.
	if err := a.removeMade(id); err != nil {
		return made, err
	}
	made.Bytes, made.SHA256, err = a.writeMovie(ctx, id.part(), fill, &p.converted, new(atomic.Int64))
	if err != nil {
		return made, errors.Join(err, a.removeMade(id))
	}
	return made, nil
}

// writeMovie writes an MP4 to a name that is free. Size and disk.Sum are taken
// from what the disk gives back once everything is synced. The bytes written
// and those read again are counted as they come.
func (a *Archive) writeMovie(ctx context.Context, name string, fill func(io.WriteSeeker) error, written, read *atomic.Int64) (size int64, sum disk.Sum, err error) {
	f, err := a.root.OpenPlain(name, os.O_CREATE|os.O_EXCL|os.O_RDWR)
	if err != nil {
		return 0, sum, err
	}
	file := a.wrap(f)
	if err = fill(&countingWriter{file, written}); err != nil {
		at, _ := file.Seek(0, io.SeekCurrent) // 0 when the file does not even tell that
		err = a.explain(err, at)
	} else {
		a.root.Publish(file)
		err = disk.Sync(file)
	}
	if err == nil {
		size, sum, err = disk.SumOf(ctx, io.NewSectionReader(file, 0, 1<<62), read)
	}
	if err == nil {
		err = proveBoxes(file, size)
	}
	return size, sum, errors.Join(err, file.Close())
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
