package command

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/fleet"
	"example.com/hikgrab/tasks/fleet/hub"
	"example.com/hikgrab/ui/plain"
)

// Limits of how long to wait for a machine.
const (
	leastPatience = 5 * time.Second
	mostPatience  = time.Hour
)

// wire holds the flags that let machines find one another.
type wire struct {
	listen   string
	cluster  hub.Cluster
	patience time.Duration
	collect  bool                               // collect files
	alone    bool                               // only collect
	identity string                             // directory; empty means the operator's own
	opened   func(*hub.Identity, *spread) error // called once machines can join; may be nil
}

func (w *wire) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&w.listen, "listen", ":7422", "take machines that join at `ADDR`")
	f.StringVar(&w.cluster.URL, "url", "", "use the NATS cluster at `URL`, nats://A,B,C, instead of the built-in server")
	registerCluster(f, &w.cluster, "that cluster")
}

// registerCluster adds the flags for the credentials of a NATS cluster.
func registerCluster(f *pflag.FlagSet, c *hub.Cluster, which string) {
	f.StringVar(&c.Creds, "creds", "", "credentials `FILE` for "+which+", from its administrator")
	f.StringVar(&c.CA, "tls-ca", "", "`FILE` of certificates to trust for that cluster")
}

// check validates the flags before anything is touched.
func (w *wire) check() error {
	if w.patience < leastPatience || w.patience > mostPatience {
		return fmt.Errorf("--patience %s: between %s and %s", w.patience, leastPatience, mostPatience)
	}
	return withFlag(hub.Options{Listen: w.listen, Cluster: w.cluster}.Check())
}

// withFlag adds to an error of the hub which flag helps.
func withFlag(err error) error {
	switch {
	case errors.Is(err, hub.ErrPortTaken):
		return fmt.Errorf("%w; choose another port with --listen", err)
	case errors.Is(err, hub.ErrPasswordShown):
		return fmt.Errorf("%w; put it into a file of credentials and name that with --creds", err)
	}
	return err
}

func (a *app) serveCommand() *cobra.Command {
	var w wire
	c := &cobra.Command{
		Use: "serve [flags] SHEET", Short: "Share a task sheet's work with other machines",
		Long: "Serve downloads what a task sheet asks for, as hikgrab SHEET does, and lets\n" +
			"other machines help: start \"hikgrab work\" on each, with an invitation that\n" +
			"\"hikgrab invite\" makes. Each recorder is one machine's at a time. Files stay on\n" +
			"the machine that fetched them; fleet.csv under --out lists all of them. With\n" +
			"-j 0 this machine only coordinates.\n\n" + plain.ExitCodes,
		Example: "  hikgrab serve tasks.xlsx\n  hikgrab serve -j 0 --listen 10.0.0.5:7422 tasks.xlsx",
		Args:    oneSheet,
		RunE:    func(c *cobra.Command, args []string) error { return a.serve(c, &w, args[0]) },
	}
	a.flags.Register(c.Flags())
	w.register(c)
	c.Flags().DurationVar(&w.patience, "patience", time.Minute, "wait `DUR` for a silent machine before another gets its recorders")
	c.Flags().BoolVar(&w.collect, "collect", false, "bring the files of the other machines here as they are finished, as \"hikgrab collect\" does")
	return c
}

func (a *app) serve(c *cobra.Command, w *wire, path string) error {
	a.flags.MayBeIdle, a.networks = true, true
	if err := w.check(); err != nil {
		return err
	}
	j, err := a.sheetJob(c, path, "serve")
	if err != nil {
		return err
	}
	return a.fetch(c.Context(), a.spreadJob(w, j))
}

// spreadJob makes a job run on several machines.
func (a *app) spreadJob(w *wire, j job) job {
	s := &spread{}
	j.archive = append(j.archive, archive.WithFinished(s.own.finished))
	j.start = func(ctx context.Context, j job) (engine, error) { return a.spread(ctx, w, j, s) }
	return j
}

// spread opens the hub, prints how to join, and completes s.
func (a *app) spread(ctx context.Context, w *wire, j job, s *spread) (q engine, err error) {
	identity, err := openIdentity(w.identity)
	if err != nil {
		return nil, failed(err)
	}
	store, log := j.options.Archive, j.options.Log
	h, err := hub.Open(ctx, hub.Options{
		Identity: identity, Out: a.flags.Out, Listen: w.listen, Cluster: w.cluster, Log: log, Notice: j.tell,
	})
	if err != nil {
		return nil, failed(withFlag(err))
	}
	j.tell(fmt.Sprintf("machines can join at %s", strings.Join(h.Addresses(), ", ")))
	if w.opened == nil {
		j.tell(fmt.Sprintf("to invite one: %s; then there: hikgrab work FILE", a.commandLine("invite", "-o", "FILE")))
	}

	made := rand.Text()
	catalogue, err := store.Catalogue(made)
	if err != nil {
		h.Close()
		return nil, failed(err)
	}
	name := hostName()
	s.hub, s.archive, s.log = h, store, log
	s.leaves, s.leave = context.WithCancel(context.WithoutCancel(ctx))
	s.listed = -1
	q = s
	var aside fleet.Aside
	if w.collect {
		files := a.fileQueue(w, j, s, name)
		q, aside = &collecting{s, files, w.alone}, files
	}
	if j.options.OnlyFailed {
		j.tasks = tasks.OnlyFailed(j.tasks, store)
	}
	j.options.OnlyFailed = false
	var planned tasks.Snapshot
	tasks.NewQueue(j.tasks, j.options).Snapshot(&planned)
	s.coordinator = fleet.NewCoordinator(h, store, j.tasks, &planned, fleet.CoordinatorOptions{
		Version: a.release(), Rules: fleet.Rules{Patience: w.patience}, Limit: j.options.Limit,
		Dir: store.Dir(), Again: catalogue != made, Log: log, Reread: j.options.Reread, Aside: aside,
		Secret: identity.Secret("what is wanted of a recorder"),
		Run:    a.runOf(j, name, catalogue),
	})
	s.Board = s.coordinator.Board()
	if w.opened != nil {
		if err := w.opened(identity, s); err != nil {
			h.Close()
			return nil, failed(err)
		}
	}
	if a.flags.Idle() {
		return q, nil
	}
	link := s.coordinator.Link()
	s.machine = fleet.NewMachine(link, fleet.MachineOptions{Name: name, Version: a.release(), Log: log})
	s.own.Store(s.machine)
	s.queue = tasks.NewQueue(nil, a.lent(j.options, s.machine, string(link.Machine())))
	return q, nil
}

// lent returns the options of a queue that works for a coordinator, fenced by
// the leases of m.
func (a *app) lent(o tasks.Options, m *fleet.Machine, by string) tasks.Options {
	o.Reread, o.Limit = nil, tasks.Timetable{} // the coordinator handles these
	o.Fence = m.Fence
	if a.dial != nil {
		o.Dial = a.dial
	}
	store := o.Archive
	o.Elsewhere = func(it archive.Item) (string, int64, bool) { return store.Elsewhere(it, by) }
	return o
}

// runOf returns the settings that the coordinator makes for all machines.
func (a *app) runOf(j job, name, catalogue string) fleet.Run {
	o := j.options
	layout, _ := a.flags.Layout() // fetch has already checked it
	r := fleet.Run{
		Catalogue: catalogue, Title: j.title, Coordinator: name, Began: time.Now(), Period: o.Period, Kinds: o.Kinds, PerRecorder: o.PerRecorder,
		Retries: o.Retries, Timeout: o.Timeout, Format: o.Format, DropAudio: o.DropAudio, Cut: o.Cut, Derivations: o.Derivations,
		Insecure: o.Insecure, Layout: layout.String(), Unattended: o.Unattended,
	}
	same := r
	same.Began, same.Unattended = time.Time{}, false // a restarted coordinator has the same run
	text, _ := json.Marshal(same)
	sum := sha256.Sum256(text)
	r.ID = hex.EncodeToString(sum[:8])
	return r
}

// hostName returns this machine's default name.
func hostName() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "this machine"
	}
	return name
}
