package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/fleet"
	"example.com/hikgrab/tasks/fleet/hub"
	"example.com/hikgrab/ui/plain"
)

// workFlags holds the flags that work has in addition to those of download.
type workFlags struct {
	networks []string
	name     string
	once     bool
	cluster  hub.Cluster
}

func (a *app) workCommand() *cobra.Command {
	var h workFlags
	c := &cobra.Command{
		Use: "work [flags] [INVITATION]", Short: "Help a coordinator with its task sheet",
		Long: "Work joins the coordinator that \"hikgrab serve\" runs on another machine, and\n" +
			"downloads what it is given. INVITATION is the file that \"hikgrab invite\"\n" +
			"wrote, or its line; better for a line is $HIKGRAB_JOIN, because other users can\n" +
			"see what a program was started with. Once invited, the coordinator of last time\n" +
			"is joined without one. The coordinator decides what to fetch and how.\n\n" + plain.ExitCodes,
		Example: "  hikgrab work kazan.invite\n  hikgrab work -o D:\\archive --network kazan",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.work(c.Context(), &h, strings.Join(args, ""))
		},
	}
	a.flags.RegisterOnly(c.Flags(), "out", "jobs", "limit", "plain", "json", "ascii", "debug")
	c.Flags().Lookup("limit").Usage = "at most `RATE` for everything together; 20M is 20 MiB/s"
	c.Flags().StringArrayVar(&h.networks, "network", nil, "this machine is in the network `NAME`; may be repeated")
	c.Flags().StringVar(&h.name, "name", hostName(), "what this machine is called")
	c.Flags().BoolVar(&h.once, "once", false, "leave when the run is over, instead of waiting for the next")
	registerCluster(c.Flags(), &h.cluster, "the coordinator's NATS cluster")
	return c
}

// work joins a coordinator and works for it until told to leave.
func (a *app) work(ctx context.Context, h *workFlags, argument string) (err error) {
	o, err := a.flags.Options()
	if err != nil {
		return err
	}
	if len(o.Limit.Windows) > 0 {
		return errors.New("--limit: name one bandwidth, such as 20M; only the coordinator's limit can change with the time of day")
	}
	dir := a.flags.Out
	keys, err := hub.OpenKeys(dir)
	if err != nil {
		return failed(err)
	}
	invited, url, err := a.invitation(argument, keys.Last != nil)
	if err != nil {
		return err
	}
	h.cluster.URL = url
	_, before := os.Stat(dir)
	w := &worker{app: a}
	s, err := a.open(archive.WithFinished(w.own.finished))
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, s.close(shutdownLimit))
		if _, refused := errors.AsType[*fleet.RefusedError](err); refused && errors.Is(before, os.ErrNotExist) {
			_ = os.RemoveAll(filepath.Join(dir, ".hikgrab")) // remove the half-joined state
			_ = os.Remove(filepath.Join(dir, "manifest.csv"))
			_ = os.Remove(dir)
		}
	}()
	out := a.printer()
	w.archive, w.tell = s.Archive, s.teller(out)
	link, err := hub.OpenLink(hub.LinkOptions{
		Keys: keys, Out: dir, Invited: invited, Cluster: h.cluster, Name: h.name, Networks: h.networks, Log: s.log, Notice: w.tell,
	})
	if err != nil {
		return failed(withFlag(err))
	}
	w.machine = fleet.NewMachine(link, fleet.MachineOptions{
		Name: h.name, Version: a.release(), Networks: h.networks, Most: o.Jobs, Limit: o.Limit.Usual, Once: h.once, Log: s.log,
	})
	w.own.Store(w.machine)
	w.by = string(link.Machine())
	w.options = tasks.Options{Archive: s.Archive, Jobs: o.Jobs, Log: s.log}
	w.leaves, w.leave = context.WithCancel(context.WithoutCancel(ctx))
	w.queue.Store(tasks.NewQueue(nil, w.options))
	stopped, err := a.show(ctx, w, out, job{options: w.options, title: "work for others"})
	err = errors.Join(err, w.Err())
	var end tasks.Snapshot
	w.queue.Load().Snapshot(&end)
	if a.code = plain.ExitCode(&end, stopped); err != nil {
		a.code = plain.ExitError
	}
	if len(end.Cameras) > 0 {
		r := plain.Report{Snapshot: &end, ExitCode: a.code, Manifest: s.ManifestPath(), Coverage: w.Coverage()}
		r.Page = writePage(s.Archive, remember(s.Archive, r.Coverage, s.log), w.tell)
		err = errors.Join(err, unlessGone(out.Summary(r)))
	}
	return failed(err)
}

// invitation finds the coordinator to join: from the argument, the environment,
// the last time, or by asking.
func (a *app) invitation(argument string, known bool) (inv *hub.Invitation, url string, err error) {
	line := os.Getenv("HIKGRAB_JOIN")
	switch {
	case strings.HasPrefix(argument, "nats://"), strings.HasPrefix(argument, "tls://"):
		url = argument
	case strings.HasPrefix(argument, "hikgrab-join:"):
		fmt.Fprintln(a.Stderr, "hikgrab: other users of this machine can see the invitation in the list of processes; $HIKGRAB_JOIN or a file keeps it to yourself")
		line = argument
	case argument != "":
		text, err := readShort(argument)
		if err != nil {
			return nil, "", fmt.Errorf("read the invitation: %w", err)
		}
		line = text
	}
	if line == "" && known {
		return nil, url, nil
	}
	if line == "" {
		if !terminal(a.Stdin) {
			return nil, "", errors.New("this machine has joined no coordinator yet: name the file that \"hikgrab invite -o FILE\" wrote there, or put its line into HIKGRAB_JOIN")
		}
		if line, err = a.askHidden("Invitation: "); err != nil {
			return nil, "", err
		}
	}
	parsed, err := hub.ParseInvitation(line)
	if err != nil {
		return nil, "", err
	}
	return &parsed, url, nil
}

// readShort reads a file of at most 64 KiB.
func readShort(path string) (string, error) {
	const most = 64 << 10
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most))
	return string(text), err
}
