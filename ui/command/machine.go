package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/derive"
	"example.com/hikgrab/tasks/fleet"
	"example.com/hikgrab/tasks/fleet/hub"
	"example.com/hikgrab/ui/flags"
	"example.com/hikgrab/ui/plain"
)

// machineFlags are what work can be told beside what it shares with download.
type machineFlags struct {
	flags.Machine
	networks []string
	name     string
	once     bool
	cluster  hub.Cluster
}

func (a *app) workCommand() *cobra.Command {
	var m machineFlags
	c := &cobra.Command{
		Use: "work [flags] [INVITATION]", Short: "Help a coordinator with its task sheet",
		Long: "Work joins the coordinator that \"hikgrab serve\" runs on another machine, and\n" +
			"downloads what that gives it. INVITATION is the file that \"hikgrab invite\"\n" +
			"wrote, or its line; better for a line is $HIKGRAB_JOIN, because other users can\n" +
			"see what a program was started with. Once invited, the coordinator of last time\n" +
			"is joined without one. The coordinator decides what to fetch and how.\n\n" + plain.ExitCodes,
		Example: "  hikgrab work kazan.invite\n  hikgrab work -o D:\\archive --network kazan",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.help(c.Context(), &m, strings.Join(args, ""))
		},
	}
	m.Register(c.Flags())
	c.Flags().StringArrayVar(&m.networks, "network", nil, "this machine is in the network `NAME`; may be repeated")
	c.Flags().StringVar(&m.name, "name", hostName(), "what this machine is called")
	c.Flags().BoolVar(&m.once, "once", false, "leave when the run is over, instead of waiting for the next")
	c.Flags().StringVar(&m.cluster.Creds, "creds", "", "credentials `FILE` for the coordinator's NATS cluster, from its administrator")
	c.Flags().StringVar(&m.cluster.CA, "tls-ca", "", "`FILE` of certificates to trust for that cluster")
	return c
}

// help joins a coordinator and works for it until it is told to leave.
func (a *app) help(ctx context.Context, m *machineFlags, argument string) (err error) {
	limit, err := m.Check()
	if err != nil {
		return err
	}
	a.flags.Out, a.flags.Plain, a.flags.JSON, a.flags.ASCII, a.flags.Debug = m.Out, m.Plain, m.JSON, m.ASCII, m.Debug
	keys, err := hub.OpenKeys(m.Out)
	if err != nil {
		return failed(err)
	}
	invited, url, err := a.invitation(argument, keys.Last != nil)
	if err != nil {
		return err
	}
	m.cluster.URL = url
	_, before := os.Stat(m.Out)
	book := &logBook{}
	log := a.logger(book)
	var own atomic.Pointer[fleet.Machine]
	store, err := archive.Open(m.Out, log, archive.WithFinished(func(f archive.Distant) {
		if machine := own.Load(); machine != nil {
			machine.Finished(f)
		}
	}))
	if err != nil {
		return failed(err)
	}
	var file io.WriteCloser
	defer func() {
		err = errors.Join(err, failed(within(shutdownLimit, func() error {
			if file != nil {
				_ = file.Close() // the log's last lines are worth no failure
			}
			return store.Close()
		})))
		if _, refused := errors.AsType[*fleet.RefusedError](err); refused && errors.Is(before, os.ErrNotExist) {
			_ = os.RemoveAll(filepath.Join(m.Out, ".hikgrab")) // nothing half-joined stays behind
			_ = os.Remove(filepath.Join(m.Out, "manifest.csv"))
			_ = os.Remove(m.Out)
		}
	}()
	if file, err = store.LogWriter(); err != nil {
		return failed(err)
	}
	if err := book.open(file); err != nil {
		return failed(err)
	}
	out := a.printer()
	tell := func(text string) {
		log.Info("Notice", "text", text)
		_ = out.Notice(time.Now(), text)
	}
	link, err := hub.OpenLink(hub.LinkOptions{
		Keys: keys, Out: m.Out, Invited: invited, Cluster: m.cluster, Name: m.name, Networks: m.networks, Log: log, Notice: tell,
	})
	if err != nil {
		return failed(err)
	}
	w := &worker{
		app: a, flags: m, limit: limit, archive: store, out: out, tell: tell,
		machine: fleet.NewMachine(link, fleet.MachineOptions{
			Name: m.name, Version: a.release(), Networks: m.networks, Most: m.Jobs, Limit: limit, Once: m.once, Log: log,
		}),
		by: string(link.Machine()),
	}
	own.Store(w.machine)
	w.options = tasks.Options{Archive: store, Jobs: m.Jobs, Log: log}
	w.leaves, w.leave = context.WithCancel(context.WithoutCancel(ctx))
	w.set(tasks.NewQueue(nil, w.options))
	stopped, err := a.work(ctx, w, out, job{options: w.options, title: "work for others"})
	err = errors.Join(err, w.failure())
	var end tasks.Snapshot
	w.queue().Snapshot(&end)
	if a.code = plain.ExitCode(&end, stopped); err != nil {
		a.code = plain.ExitError
	} else if len(end.Cameras) == 0 && !stopped {
		a.code = 0 // nothing was left for this machine
	}
	if len(end.Cameras) > 0 {
		r := plain.Report{Snapshot: &end, ExitCode: a.code, Manifest: store.ManifestPath(), Coverage: w.queue().Coverage()}
		r.Page = writePage(store, remember(store, r.Coverage, log), log, tell)
		if told := out.Summary(r); !gone(told) {
			err = errors.Join(err, told)
		}
	}
	return failed(err)
}

// invitation finds out whom to join: by what was given, by the environment, by
// what is known of last time, or by asking.
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
		fmt.Fprint(a.Stderr, "Invitation: ")
		typed, err := term.ReadPassword(int(a.Stdin.Fd()))
		fmt.Fprintln(a.Stderr)
		if err != nil {
			return nil, "", err
		}
		line = string(typed)
	}
	parsed, err := hub.ParseInvitation(line)
	if err != nil {
		return nil, "", err
	}
	return &parsed, url, nil
}

// readShort reads a file that has to be short.
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

// worker is a machine with the queue of the run that its coordinator has. It is
// what the screen shows: another run brings another queue.
type worker struct {
	app     *app
	flags   *machineFlags
	limit   int64
	options tasks.Options
	archive *archive.Archive
	machine *fleet.Machine
	by      string
	out     printer
	tell    func(string)
	leaves  context.Context
	leave   context.CancelFunc

	mu   sync.Mutex
	q    *tasks.Queue
	over bool
	err  error
}

func (w *worker) set(q *tasks.Queue) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.q = q
}

func (w *worker) queue() *tasks.Queue {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.q
}

func (w *worker) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// Run joins, and works on one run after the other, until the machine leaves.
func (w *worker) Run(ctx context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(w.leaves, func() { cancel(nil) })()
	var own sync.WaitGroup
	own.Go(func() {
		if err := w.machine.Listen(ctx); err != nil {
			cancel(err)
		}
	})
	err := w.work(ctx)
	if cause := context.Cause(ctx); err == nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	if ctx.Err() == nil || w.leaves.Err() != nil {
		bounded, done := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		w.machine.Farewell(bounded)
		done()
	}
	cancel(nil)
	own.Wait()
	w.mu.Lock()
	w.over = true
	if !errors.Is(err, context.Canceled) {
		w.err = err
	}
	w.mu.Unlock()
}

// work works on one run after the other until the machine leaves, which is no
// error.
func (w *worker) work(ctx context.Context) error {
	for {
		run, err := w.machine.Join(ctx)
		if err != nil {
			return err
		}
		w.tell(fmt.Sprintf("joined %s: %s", run.Coordinator, run.Title))
		err = w.workOn(ctx, run)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil, !errors.Is(err, fleet.ErrOtherRun):
			return err
		}
	}
}

// workOn works on one run.
func (w *worker) workOn(ctx context.Context, run fleet.Run) error {
	layout, err := archive.ParseLayout(run.Layout)
	if err != nil {
		return err
	}
	w.archive.SetLayout(layout)
	o := w.options
	o.PerRecorder, o.Retries, o.Timeout, o.Period, o.Kinds, o.Began = run.PerRecorder, run.Retries, run.Timeout, run.Period, run.Kinds, run.Began
	o.Unattended = run.Unattended
	o.Format, o.DropAudio, o.Cut, o.Derivations, o.Insecure = run.Format, run.DropAudio, run.Cut, run.Derivations, run.Insecure
	if o.Derivations.Every != (derive.Every{}) && derive.FindFFmpeg() != nil {
		w.tell("there is no ffmpeg on this machine, so no stills are made here")
		o.Derivations.Every = derive.Every{}
	}
	q := tasks.NewQueue(nil, w.app.lent(o, w.machine, w.by))
	w.set(q)
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	var own sync.WaitGroup
	defer own.Wait()
	own.Go(func() { q.Run(running) })
	defer cancel() // before it is waited for
	return w.machine.Work(ctx, run, q, w.archive)
}

// Stop stops what is under way, and has the machine leave.
func (w *worker) Stop(ctx context.Context) error {
	err := w.queue().Stop(ctx)
	w.leave()
	return err
}

// Snapshot copies the present into s. A machine is finished when it leaves, not
// when it has nothing to do for a while.
func (w *worker) Snapshot(s *tasks.Snapshot) {
	w.queue().Snapshot(s)
	w.mu.Lock()
	defer w.mu.Unlock()
	s.Finished = w.over
}

// Working reports whether something is under way here.
func (w *worker) Working() bool { return w.queue().Working() }

// The rest of a queue is that of the present run.

func (w *worker) Events(seq uint64, buf []tasks.Event) []tasks.Event {
	return w.queue().Events(seq, buf)
}

func (w *worker) Camera(id tasks.CameraID) (tasks.CameraDetail, bool) { return w.queue().Camera(id) }

func (w *worker) Coverage() []tasks.Coverage    { return w.queue().Coverage() }
func (w *worker) Pause(ids ...tasks.CameraID)   { w.queue().Pause(ids...) }
func (w *worker) Resume(ids ...tasks.CameraID)  { w.queue().Resume(ids...) }
func (w *worker) Retry(ids ...tasks.CameraID)   { w.queue().Retry(ids...) }
func (w *worker) Skip(ids ...tasks.CameraID)    { w.queue().Skip(ids...) }
func (w *worker) PauseAll()                     { w.queue().PauseAll() }
func (w *worker) ResumeAll()                    { w.queue().ResumeAll() }
func (w *worker) RetryFailed() int              { return w.queue().RetryFailed() }
func (w *worker) SetJobs(n int)                 { w.queue().SetJobs(n) }
func (w *worker) SetLimit(bytesPerSecond int64) { w.queue().SetLimit(bytesPerSecond) }

func (w *worker) Drain() { w.machine.Leave(); w.queue().Drain() }
