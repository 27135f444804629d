package command

import (
	"context"
	"errors"
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
	again := a.commandLine(append([]string{"collect"}, flags.Again(c.Flags(), o.Period, nil, "")...)...)
	return a.fetch(c.Context(), a.spreadJob(w, job{options: o, title: "collect", files: true, goOn: again, retry: again}))
}

// collecting is a run that also collects the files that the machines fetched.
type collecting struct {
	*spread
	files *collect.Queue
	alone bool // collect only, download nothing
}

// fileQueue returns the queue that collects the files of a run.
func (a *app) fileQueue(w *wire, j job, s *spread, name string) *collect.Queue {
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
func (c *collecting) Run(ctx context.Context) {
	ofFiles, stop := context.WithCancel(ctx)
	defer context.AfterFunc(c.leaves, stop)()
	var own sync.WaitGroup
	own.Go(func() { c.files.Run(ofFiles) })
	c.spread.Run(ctx)
	stop()
	own.Wait()
	c.listed = -1 // it says which files are here
	c.writeList()
}

// Stop stops the collecting, then everything else.
func (c *collecting) Stop(ctx context.Context) error {
	return errors.Join(c.files.Stop(ctx), c.spread.Stop(ctx))
}

// Snapshot copies the present state into s.
func (c *collecting) Snapshot(s *tasks.Snapshot) {
	c.spread.Snapshot(s)
	if c.alone { // the job counts are those of the files
		s.Jobs, s.PerRecorder = c.files.Jobs()
	}
	c.files.AddTo(s)
}

// Working reports whether there is anything to do.
func (c *collecting) Working() bool { return c.spread.Working() || c.files.Working() }

// Camera returns a camera, or a file shown as one.
func (c *collecting) Camera(id tasks.CameraID) (tasks.CameraDetail, bool) {
	if c.files.Has(id) {
		return c.files.Camera(id)
	}
	return c.spread.Camera(id)
}

// Pause pauses cameras and files.
func (c *collecting) Pause(ids ...tasks.CameraID) { c.both(ids, c.spread.Pause, c.files.Pause) }

// Resume resumes them.
func (c *collecting) Resume(ids ...tasks.CameraID) { c.both(ids, c.spread.Resume, c.files.Resume) }

// Retry starts them afresh.
func (c *collecting) Retry(ids ...tasks.CameraID) { c.both(ids, c.spread.Retry, c.files.Retry) }

// Skip skips them for the rest of this run.
func (c *collecting) Skip(ids ...tasks.CameraID) { c.both(ids, c.spread.Skip, c.files.Skip) }

// both splits ids into cameras and files and calls the function for each.
func (c *collecting) both(ids []tasks.CameraID, cameras, files func(...tasks.CameraID)) {
	of := map[bool][]tasks.CameraID{}
	for _, id := range ids {
		of[c.files.Has(id)] = append(of[c.files.Has(id)], id)
	}
	if len(of[false]) > 0 {
		cameras(of[false]...)
	}
	if len(of[true]) > 0 {
		files(of[true]...)
	}
}

// PauseAll pauses or resumes everything.
func (c *collecting) PauseAll(paused bool) { c.spread.PauseAll(paused); c.files.PauseAll(paused) }

// Drain starts nothing new.
func (c *collecting) Drain() { c.spread.Drain(); c.files.Drain() }

// SetJobs sets how many downloads run at once, or, with none, how many files
// are collected at once.
func (c *collecting) SetJobs(n int) {
	if c.alone {
		c.files.SetJobs(n)
		return
	}
	c.spread.SetJobs(n)
}
