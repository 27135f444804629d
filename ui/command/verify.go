package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

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

// verify compares a tree with its manifest.
func (a *app) verify(ctx context.Context, dir string) (err error) {
	ctx, release := a.untilSignal(ctx)
	defer release()
	a.code, err = plain.Verify(ctx, dir, a.printer(), a.Stderr)
	switch {
	case errors.Is(err, archive.ErrNoManifest), errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w; name the directory that --out named", err)
	case plain.Gone(err):
		return nil
	}
	return failed(err)
}
