package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/sheet"
	"example.com/hikgrab/ui/plain"
)

func (a *app) demoCommand() *cobra.Command {
	serve, machines := false, 0
	c := &cobra.Command{
		Use: "demo [flags]", Short: "The real thing against simulated recorders on this machine",
		Long: "Demo runs simulated recorders on this machine, writes a task sheet for them, and\n" +
			"downloads what it asks for, into a new temporary directory or --out. What it\n" +
			"wrote stays there.\n\n" + plain.ExitCodes,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if serve {
				return a.serveDemo(c.Context())
			}
			return a.demo(c, machines)
		},
	}
	a.flags.Register(c.Flags())
	c.Flags().BoolVar(&serve, "serve", false, "only run the recorders, for other programs to try")
	c.Flags().IntVar(&machines, "machines", 0, "share the work among `N` machines, processes on this computer of which one is killed half-way")
	return c
}

const mostDemoMachines = 9

// demo runs a download against simulated recorders that it starts itself.
func (a *app) demo(c *cobra.Command, machines int) error {
	if machines < 0 || machines > mostDemoMachines {
		return fmt.Errorf("--machines %d: up to %d fit on this computer", machines, mostDemoMachines)
	}
	o, err := a.options()
	if err != nil {
		return err
	}
	site, err := startDemo(time.Now())
	if err != nil {
		return failed(err)
	}
	defer site.Close()
	dir, err := a.demoDir(c.Flags().Changed("out"))
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "tasks.xlsx")
	if err := sheet.WriteTasks(path, site.tasks); err != nil {
		return fmt.Errorf("%w; name another directory with --out", err)
	}
	got, err := a.readSheet(c, path)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Stderr, "hikgrab demo: %d simulated recorders; sheet and recordings are in\n  %s\n", len(site.tasks), dir)
	j := job{tasks: got.Tasks, notices: got.Notices, options: o, title: filepath.Base(path), sheet: path}
	if machines > 0 {
		return a.demoMachines(c, machines, dir, j)
	}
	return a.fetch(c.Context(), j)
}

func (a *app) serveDemo(ctx context.Context) error {
	ctx, release := a.untilSignal(ctx)
	defer release()
	site, err := startDemo(time.Now())
	if err != nil {
		return failed(err)
	}
	defer site.Close()
	if err := tellLogins(a.Stdout, site.tasks); err != nil {
		return failed(err)
	}
	<-ctx.Done()
	return nil
}

// tellLogins writes how to reach the simulated recorders, with a command that
// tries the first one. Their passwords are not secret.
func tellLogins(w io.Writer, list []tasks.Task) error {
	b := bufio.NewWriter(w)
	for _, t := range list {
		fmt.Fprintf(b, "http://%s  user %s  password %s  %s\n", t.Address, t.Login.User, string(t.Login.Password), t.Name)
	}
	if len(list) > 0 {
		login := list[0].Login.User + ":" + string(list[0].Login.Password)
		address := "http://" + list[0].Address.String() + "/ISAPI/System/deviceInfo"
		fmt.Fprintf(b, "\nTry it:  %s\nCtrl+C ends the recorders.\n", shellAtHand().line("curl", "--digest", "--user", login, address))
	}
	return b.Flush()
}

// demoDir returns the directory for the demo's sheet, and sets --out to
// "recordings" in it unless the operator named one.
func (a *app) demoDir(named bool) (string, error) {
	if named {
		return a.flags.Out, failed(os.MkdirAll(a.flags.Out, 0o777))
	}
	dir, err := os.MkdirTemp("", "hikgrab-demo-")
	a.flags.Out = filepath.Join(dir, "recordings")
	return dir, failed(err)
}

// demoSite is a set of simulated recorders that answer on loopback.
type demoSite struct {
	tasks   []tasks.Task // one per recorder, with all its cameras
	servers []*simulator.Server
}

// startDemo runs the recorders of simulator.Demo, each on a free port, with
// recordings dated relative to now. Call Close to stop them.
func startDemo(now time.Time) (*demoSite, error) {
	s := &demoSite{}
	for _, c := range simulator.Demo(now) {
		recorder := simulator.New(c)
		server, err := simulator.Listen("127.0.0.1:0", recorder)
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		s.servers = append(s.servers, server)
		address, err := nvr.ParseAddress(server.Addr())
		if err != nil {
			return nil, errors.Join(fmt.Errorf("address of a simulated recorder: %w", err), s.Close())
		}
		c = recorder.Config()
		s.tasks = append(s.tasks, tasks.Task{
			Source: c.Name, Name: c.Name, Address: address,
			Login: nvr.Login{User: c.User, Password: nvr.Secret(c.Password)},
		})
	}
	return s, nil
}

// Close closes all connections and waits until every recorder has stopped.
func (s *demoSite) Close() error {
	var err error
	for _, server := range s.servers {
		err = errors.Join(err, server.Close())
	}
	return err
}
