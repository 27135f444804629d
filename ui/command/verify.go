package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/ui/plain"
)

func (a *app) verifyCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "verify DIR", Short: "Read downloaded files again and compare them with manifest.csv",
		Long: "Verify reads every file that DIR/manifest.csv lists and compares size and\n" +
			"SHA-256, and looks for files that it does not list. What was joined and cut is\n" +
			"compared with its own manifest. Verify changes nothing.\n\n" + plain.VerifyCodes,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.verify(c.Context(), args[0]) },
	}
	c.Flags().BoolVar(&a.flags.JSON, "json", false, "newline-delimited JSON instead of lines")
	return c
}

// verify checks a directory against its manifest.
func (a *app) verify(ctx context.Context, dir string) (err error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s does not exist; name the directory that --out named", dir)
	}
	ctx, release := a.untilSignal(ctx)
	defer release()
	a.code, err = verify(ctx, dir, a.printer(), a.Stderr)
	if errors.Is(err, archive.ErrNoManifest) || errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w; name the directory that --out named", err)
	}
	return failed(unlessGone(err))
}

// verify reads all files again and writes with p those that differ from the
// manifest, and its progress to progress if it takes long. It returns the exit
// code.
func verify(ctx context.Context, dir string, p printer, progress io.Writer) (code int, err error) {
	var at archive.VerifyProgress
	quiet := tellProgress(progress, "", &at.Done, &at.Total)
	v, err := archive.Verify(ctx, dir, &at)
	quiet()
	switch {
	case ctx.Err() != nil:
		return plain.ExitStopped, nil
	case err != nil:
		return plain.ExitError, err
	}
	return plain.VerifyCode(v), p.Verified(time.Now(), v)
}
