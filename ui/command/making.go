package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/derive"
	"example.com/hikgrab/ui/plain"
)

// maker makes files from a camera's finished recordings.
type maker func(context.Context, derive.Camera, *derive.Progress) (derive.Result, error)

// makeAll calls work for each camera and writes the results with p, and its
// progress to progress if it takes long. A camera that fails does not stop the
// others; a full or read-only disk does. It returns the exit code.
func makeAll(ctx context.Context, cameras []derive.Camera, p printer, progress io.Writer, work maker) (code int, err error) {
	totals := plain.MadeTotals{Cameras: len(cameras)}
	for i, c := range cameras {
		var at derive.Progress
		quiet := tellProgress(progress, fmt.Sprintf("camera %d of %d: ", i+1, len(cameras)), &at.Done, &at.Total)
		r, failure := work(ctx, c, &at)
		quiet()
		totals.Files += len(r.Files)
		totals.Fresh += len(r.Made)
		if err := p.Made(time.Now(), c, r); err != nil {
			return plain.ExitError, err
		}
		switch {
		case ctx.Err() != nil:
			return plain.ExitStopped, p.MadeAll(time.Now(), totals, plain.ExitStopped)
		case failure == nil:
			continue
		case archive.KindOf(failure) != archive.KindUnknown:
			return plain.ExitError, errors.Join(failure, p.MadeAll(time.Now(), totals, plain.ExitError))
		}
		totals.Failed++
		if err := p.Notice(time.Now(), plain.CameraOf(c)+": "+failure.Error()); err != nil {
			return plain.ExitError, err
		}
	}
	if totals.Failed > 0 {
		code = plain.ExitFailed
	}
	return code, p.MadeAll(time.Now(), totals, code)
}
