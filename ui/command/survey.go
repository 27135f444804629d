package command

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"example.com/hikgrab/ui/plain"
)

func (a *app) checkCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "check [flags] SHEET", Short: "Sign in everywhere, list cameras and recordings; download nothing",
		Long: "Check signs in to every recorder of the sheet, lists cameras and recordings, and\n" +
			"says for each camera without recordings what the likely reason is. It downloads\n" +
			"and writes nothing.\n\n" + plain.ExitCodes,
		Args: oneSheet,
		RunE: func(c *cobra.Command, args []string) error { return a.check(c, args[0]) },
	}
	a.flags.Register(c.Flags())
	return c
}

func (a *app) check(c *cobra.Command, path string) error {
	o, err := a.flags.Options()
	if err != nil {
		return err
	}
	if o.OnlyFailed {
		return errors.New("check looks at every camera; --only is for downloads")
	}
	got, err := a.readSheet(c, path)
	if err != nil {
		return err
	}
	if a.flags.Debug {
		o.Log = a.logger(a.Stderr)
	}
	ctx, release := a.untilSignal(c.Context())
	defer release()
	out := a.printer()
	for _, text := range got.Notices {
		_ = out.Notice(time.Now(), text) // a reader that is gone shows in what follows
	}
	a.code, err = plain.Survey(ctx, got.Tasks, o, out)
	if plain.Gone(err) {
		return nil
	}
	return failed(err)
}
