package command

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"example.com/hikgrab/tasks"
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
	a.code, err = survey(ctx, got.Tasks, o, out)
	if gone(err) {
		return nil
	}
	return failed(err)
}

// survey looks at every recorder of list and writes what it finds with p, as
// recorders answer, and the totals at the end. It returns the exit code. The
// error is that of writing; when ctx ends, the survey stops without one.
func survey(ctx context.Context, list []tasks.Task, o tasks.Options, p printer) (code int, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var totals plain.SurveyTotals
	err = tasks.Survey(ctx, list, o, func(f tasks.Finding) {
		totals.Add(f)
		if err := p.Finding(time.Now(), f); err != nil {
			cancel(err)
		}
	})
	switch cause := context.Cause(ctx); {
	case err == nil:
		return totals.ExitCode(), p.Found(time.Now(), totals)
	case cause == nil:
		return plain.ExitError, err
	case errors.Is(cause, context.Canceled):
		return plain.ExitStopped, nil
	default:
		return plain.ExitStopped, cause
	}
}
