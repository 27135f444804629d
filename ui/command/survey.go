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
	o.Unattended = true // it only prints; nobody can answer
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
		_ = out.Notice(time.Now(), text) // survey reports a reader that is gone
	}
	a.code, err = survey(ctx, got.Tasks, o, archive.FreeAt(a.flags.Out), out)
	return failed(unlessGone(err))
}

// survey checks every recorder of list and writes the findings with p in the
// order of the list, then the totals. free is the space on the disk in bytes.
// It returns the exit code. Only writing can fail; when ctx ends, the survey
// stops without an error.
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

// inTurn returns a function that passes findings to write in the order of the
// list, each as soon as all before it are written.
func inTurn(list []tasks.Task, write func(tasks.Finding)) func(tasks.Finding) {
	var turns []string
	for _, t := range list {
		if address := t.Address.String(); !slices.Contains(turns, address) {
			turns = append(turns, address)
		}
	}
	early := map[string][]tasks.Finding{}
	return func(f tasks.Finding) {
		if !slices.Contains(turns, f.Address) { // a second row of a recorder already written
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
