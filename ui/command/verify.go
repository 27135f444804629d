package command

import (
	"context"
	"errors"
	"fmt"
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

// verify reads all files of a directory again and writes those that differ from
// its manifest.
func (a *app) verify(ctx context.Context, dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s does not exist; name the directory that --out named", dir)
	}
	ctx, release := a.untilSignal(ctx)
	defer release()
	var at archive.VerifyProgress
	quiet := tellProgress(a.Stderr, "", &at.Done, &at.Total)
	v, err := archive.Verify(ctx, dir, &at)
	quiet()
	switch {
	case ctx.Err() != nil:
		a.code = plain.ExitStopped
		return nil
	case errors.Is(err, archive.ErrNoManifest), errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w; name the directory that --out named", err)
	case err != nil:
		return failed(err)
	}
	a.code = plain.VerifyCode(v)
	return failed(unlessGone(a.printer().Verified(time.Now(), v)))
}
