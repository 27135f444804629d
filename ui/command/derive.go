package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/derive"
	"example.com/hikgrab/ui/flags"
	"example.com/hikgrab/ui/plain"
	"example.com/hikgrab/ui/remedy"
)

const originals = "The recordings stay as they are. What was already made from the same\nfiles is not made again.\n\n"

func (a *app) joinCommand() *cobra.Command {
	return a.deriveCommand(&cobra.Command{
		Use: "join DIR", Short: "Join the downloaded files of each camera into one MP4",
		Long: "Join makes one MP4 of each camera's recordings under DIR, or of those in a\n" +
			"period, in DIR/joined. Nothing is re-encoded; gaps stay gaps in the times of the\n" +
			"pictures. A period begins and ends at the key frames that enclose it. Where one\n" +
			"file cannot hold everything there are several, and DIR/joined/manifest.csv says\n" +
			"why.\n\n" + originals,
		Example: "  hikgrab join --from \"2026-11-03 08:00\" --to \"2026-11-03 12:00\" recordings",
	}, nil, derive.Join)
}

func (a *app) cutCommand() *cobra.Command {
	return a.deriveCommand(&cobra.Command{
		Use: "cut DIR --from T --to T", Short: "Cut a period out of downloaded files",
		Long: "Cut makes clips of the recordings under DIR that lie in a period, in DIR/cut:\n" +
			"one of each recording. They begin and end at the key frames that enclose the\n" +
			"period; nothing is re-encoded.\n\n" + originals,
		Example: "  hikgrab cut --from \"2026-11-03 08:10\" --to \"2026-11-03 08:12\" recordings",
	}, func(w archive.Span) error {
		if w == (archive.Span{}) {
			return errors.New("say which period to cut, with --from, --to or both")
		}
		return nil
	}, derive.Cut)
}

func (a *app) framesCommand() *cobra.Command {
	text, every := "", derive.Every{}
	c := a.deriveCommand(&cobra.Command{
		Use: "frames DIR --every 1s", Short: "Make JPEG stills from downloaded files",
		Long: "Frames makes JPEG stills of the recordings under DIR, in DIR/frames: one\n" +
			"directory per recording, with a list of the stills and their times on the\n" +
			"recorder's clock. It needs ffmpeg.\n\n" + originals,
		Example: "  hikgrab frames --every 1s recordings\n  hikgrab frames --every 10f --from 08:00 --to 09:00 recordings",
	}, func(archive.Span) (err error) {
		if every, err = derive.ParseEvery(text); err != nil {
			return fmt.Errorf("--every: %w", err)
		}
		return derive.FindFFmpeg()
	}, func(ctx context.Context, a *archive.Archive, c derive.Camera, w archive.Span, p *derive.Progress) (derive.Result, error) {
		return derive.Frames(ctx, a, c, w, every, p)
	})
	c.Flags().StringVar(&text, "every", "1s", "one still `EVERY` 1s, 500ms, 2m, or 10f for every tenth picture")
	return c
}

// derivation makes files from the part of a camera's recordings inside a window.
type derivation func(context.Context, *archive.Archive, derive.Camera, archive.Span, *derive.Progress) (derive.Result, error)

// deriveCommand completes a command that makes files from downloads. If check
// is not nil, it validates the flags before anything is touched.
func (a *app) deriveCommand(c *cobra.Command, check func(archive.Span) error, work derivation) *cobra.Command {
	var from, to string
	c.Flags().SortFlags = false
	c.Flags().StringVar(&from, "from", "", "begin at `T` on the recorder's clock: \"2006-01-02\", \"2006-01-02 15:04[:05]\" or \"15:04\" (default the first recording)")
	c.Flags().StringVar(&to, "to", "", "end at `T`, written like --from (default the last recording)")
	c.Flags().BoolVar(&a.flags.JSON, "json", false, "newline-delimited JSON instead of lines")
	c.Long += plain.DeriveCodes
	c.Args = oneDirectory
	c.RunE = func(c *cobra.Command, args []string) error {
		w, err := window(from, to)
		if err == nil && check != nil {
			err = check(w)
		}
		if err != nil {
			return err
		}
		return a.derive(c.Context(), args[0], w, work)
	}
	return c
}

func oneDirectory(c *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("name one directory, the one that --out named: %s", c.UseLine())
	}
	return nil
}

func window(from, to string) (w archive.Span, err error) {
	p, err := flags.Bounds(from, to)
	if err != nil {
		return w, err
	}
	w.From, w.To = p.Bounds(nvr.WallTime(time.Now()))
	if !w.From.IsZero() && !w.To.IsZero() && !w.From.Before(w.To) {
		return w, fmt.Errorf("--from, --to: the period ends before it starts: from %s to %s", w.From.Format(time.DateTime), w.To.Format(time.DateTime))
	}
	return w, nil
}

func (a *app) derive(ctx context.Context, dir string, w archive.Span, work derivation) (err error) {
	if err := ofDownloads(dir); err != nil {
		return err
	}
	ctx, release := a.untilSignal(ctx)
	defer release()
	store, err := archive.Open(dir, nil)
	if err != nil {
		return notMade(err)
	}
	defer func() { err = errors.Join(err, failed(store.Close())) }()
	files, err := store.Finished()
	if err != nil {
		return failed(err)
	}
	a.code, err = makeAll(ctx, derive.Cameras(files), a.printer(), a.Stderr,
		func(ctx context.Context, c derive.Camera, p *derive.Progress) (derive.Result, error) {
			return work(ctx, store, c, w, p)
		})
	if files, err := store.Recordings(); err == nil { // otherwise the next run or hikgrab report says so
		writePage(store, files, a.warn) // it shows the stills
	}
	return notMade(unlessGone(err))
}

// makeAll calls work for each camera, which makes files from its finished
// recordings, and writes the results with p, and its progress to progress if it
// takes long. A camera that fails does not stop the others; a full or read-only
// disk does. It returns the exit code.
func makeAll(ctx context.Context, cameras []derive.Camera, p printer, progress io.Writer, work func(context.Context, derive.Camera, *derive.Progress) (derive.Result, error)) (code int, err error) {
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

// ofDownloads rejects a directory that holds no downloads, or only files made
// from downloads, where further output would be lost.
func ofDownloads(dir string) error {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return fmt.Errorf("%s is not a directory; name the one that --out named", dir)
	}
	switch err := archive.Known(dir); {
	case errors.Is(err, archive.ErrNoManifest):
		return fmt.Errorf("%s: %w; name the directory that --out named", dir, err)
	case err != nil:
		return notMade(err)
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return failed(err)
	}
	tree, above := archive.Tree(filepath.Base(full)), filepath.Dir(full)
	if (tree == archive.JoinedTree || tree == archive.CutTree) && archive.Known(above) == nil {
		return fmt.Errorf("%s holds files made from the recordings; name the directory above it, %s", dir, above)
	}
	return nil
}

// notMade is like failed, for commands that have no other place to write to.
func notMade(err error) error { return advised(err, remedy.Plain) }
