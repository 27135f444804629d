package command

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
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
	o, err := a.options()
	o.Unattended = true // it only prints, and nobody can answer
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
	a.code, err = survey(ctx, got.Tasks, o, archive.FreeAt(a.flags.Out), out)
	return failed(unlessGone(err))
}

// survey looks at every recorder of list, with so many bytes free, and writes what it finds with p, in the
// order of the list, and the totals at the end. It returns the exit code. The
// error is that of writing; when ctx ends, the survey stops without one.
func survey(ctx context.Context, list []tasks.Task, o tasks.Options, free int64, p printer) (code int, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	totals := plain.SurveyTotals{Free: free}
	write := func(f tasks.Finding) {
		if err := p.Finding(time.Now(), f); err != nil {
			cancel(err)
		}
	}
	turn := inTurn(list, write)
	err = tasks.Survey(ctx, list, o, func(f tasks.Finding) {
		totals.Add(f)
		turn(f)
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

// inTurn returns a function that hands findings to write in the order of the
// list, each as soon as those before it are there.
func inTurn(list []tasks.Task, write func(tasks.Finding)) func(tasks.Finding) {
	var turns []string
	for _, t := range list {
		if address := t.Address.String(); !slices.Contains(turns, address) {
			turns = append(turns, address)
		}
	}
	early := map[string][]tasks.Finding{}
	return func(f tasks.Finding) {
		if !slices.Contains(turns, f.Address) { // another of one that is written
			write(f)
			return
		}
		early[f.Address] = append(early[f.Address], f)
		for len(turns) > 0 && len(early[turns[0]]) > 0 {
			for _, next := range early[turns[0]] {
				write(next)
			}
			turns = turns[1:]
		}
	}
}
