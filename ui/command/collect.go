package command

import (
	"context"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/fleet/collect"
	"example.com/hikgrab/ui/flags"
	"example.com/hikgrab/ui/plain"
)

func (a *app) collectCommand() *cobra.Command {
	w := wire{collect: true, alone: true}
	c := &cobra.Command{
		Use: "collect [flags]", Short: "Copy to this machine what others have fetched",
		Long: "Collect brings the files that \"hikgrab work\" fetched on other machines into\n" +
			"DIR, the directory that \"hikgrab serve\" used. The machines have to be running;\n" +
			"they join by themselves. It copies what their manifests list: MP4s, the\n" +
			"recorders' own files or both. Joined files, clips and stills stay there; --join\n" +
			"and --frames make them here. Each file is checked against the SHA-256 that its\n" +
			"machine reported, gets the name that it would have if it had been fetched here,\n" +
			"and is listed in manifest.csv. Nothing is deleted on a machine. If it is\n" +
			"stopped, the next collect continues where it was. \"serve --collect\" does the\n" +
			"same while files are being fetched.\n\n" + plain.CollectCodes,
		Example: "  hikgrab collect\n  hikgrab collect -o D:\\archive --limit \"08:00-20:00 2M, off\" --join",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.collect(c, &w) },
	}
	a.flags.RegisterOnly(c.Flags(), "out", "limit", "layout", "join", "frames", "on-done", "plain", "json", "ascii", "debug")
	w.register(c)
	c.Flags().DurationVar(&w.patience, "patience", 30*time.Second, "wait `DUR` for a machine that is not there")
	return c
}

func (a *app) collect(c *cobra.Command, w *wire) error {
	a.flags.Coordinate()
	if err := w.check(); err != nil {
		return err
	}
	o, err := a.flags.Options()
	if err != nil {
		return err
	}
	again := a.commandLine(append([]string{"collect"}, flags.Given(c.Flags())...)...)
	return a.fetch(c.Context(), a.spreadJob(w, job{options: o, title: "collect", files: true, goOn: again, retry: again}))
}

// collecting is a run that also collects the files that the machines fetched.
type collecting struct {
	*spread
	home  *collect.Queue
	alone bool // collect only, download nothing
}

// bringHome returns the queue that collects the files of a run.
func (a *app) bringHome(w *wire, j job, s *spread, name string) *collect.Queue {
	limit, _ := j.options.Limit.At(time.Now())
	return collect.New(collect.Options{
		Limit: limit,
		Hub:   s.hub, Archive: j.options.Archive, Name: name, Patience: w.patience, Derivations: j.options.Derivations, Log: j.options.Log, Hear: w.alone,
		Tasks: j.tasks, Period: j.options.Period,
		Tell:     func(e tasks.Event) { s.Push(e) },
		Machines: func() []tasks.MachineView { return s.Machines() },
		Ready:    func() bool { return s.Over() },
	})
}

// Run coordinates and collects files until Stop is called.
func (h *collecting) Run(ctx context.Context) {
	bringing, stop := context.WithCancel(ctx)
	defer context.AfterFunc(h.leaves, stop)()
	var own sync.WaitGroup
	own.Go(func() { h.home.Run(bringing) })
	h.spread.Run(ctx)
	stop()
	own.Wait()
	h.news.Store(true)
	h.writeList()
}

// Stop stops the collecting, then everything else.
func (h *collecting) Stop(ctx context.Context) error {
	err := h.home.Stop(ctx)
	if stopped := h.spread.Stop(ctx); err == nil {
		err = stopped
	}
	return err
}

// Snapshot copies the present state into s.
func (h *collecting) Snapshot(s *tasks.Snapshot) {
	h.spread.Snapshot(s)
	if h.alone { // the job counts are those of the files
		s.Jobs, s.PerRecorder = h.home.Jobs()
	}
	h.home.AddTo(s)
}

// Working reports whether there is anything to do.
func (h *collecting) Working() bool { return h.spread.Working() || h.home.Working() }

// Camera returns a camera, or a file shown as one.
func (h *collecting) Camera(id tasks.CameraID) (tasks.CameraDetail, bool) {
	if h.home.Has(id) {
		return h.home.Camera(id)
	}
	return h.spread.Camera(id)
}

// Pause pauses cameras and files.
func (h *collecting) Pause(ids ...tasks.CameraID) { h.both(ids, h.spread.Pause, h.home.Pause) }

// Resume resumes them.
func (h *collecting) Resume(ids ...tasks.CameraID) { h.both(ids, h.spread.Resume, h.home.Resume) }

// Retry starts them afresh.
func (h *collecting) Retry(ids ...tasks.CameraID) { h.both(ids, h.spread.Retry, h.home.Retry) }

// Skip skips them for the rest of this run.
func (h *collecting) Skip(ids ...tasks.CameraID) { h.both(ids, h.spread.Skip, h.home.Skip) }

// both splits ids into cameras and files and calls the function for each.
func (h *collecting) both(ids []tasks.CameraID, cameras, files func(...tasks.CameraID)) {
	of := map[bool][]tasks.CameraID{}
	for _, id := range ids {
		of[h.home.Has(id)] = append(of[h.home.Has(id)], id)
	}
	if len(of[false]) > 0 {
		cameras(of[false]...)
	}
	if len(of[true]) > 0 {
		files(of[true]...)
	}
}

// PauseAll pauses or resumes everything.
func (h *collecting) PauseAll(paused bool) { h.spread.PauseAll(paused); h.home.PauseAll(paused) }

// Drain starts nothing new.
func (h *collecting) Drain() { h.spread.Drain(); h.home.Drain() }

// SetJobs sets how many downloads run at once, or, with none, how many files
// are collected at once.
func (h *collecting) SetJobs(n int) {
	if h.alone {
		h.home.SetJobs(n)
		return
	}
	h.spread.SetJobs(n)
}
