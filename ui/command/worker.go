package command

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/derive"
	"example.com/hikgrab/tasks/fleet"
)

// own is this process as a machine; the archive reports finished files to it.
// It is nil before joining, and if it only coordinates.
type own struct{ atomic.Pointer[fleet.Machine] }

func (o *own) finished(f archive.Distant) {
	if m := o.Load(); m != nil {
		m.Finished(f)
	}
}

// worker is a machine with the queue of its coordinator's present run. The
// screen shows it as one engine, though each run has a new queue.
type worker struct {
	app     *app
	own     own
	options tasks.Options
	archive *archive.Archive
	machine *fleet.Machine
	by      string
	tell    func(string)
	leaves  context.Context
	leave   context.CancelFunc
	queue   atomic.Pointer[tasks.Queue]
	ended   atomic.Pointer[error] // why Run returned; nil while it runs
}

// Err returns why the machine stopped; nil if it left normally.
func (w *worker) Err() error {
	if err := w.ended.Load(); err != nil {
		return *err
	}
	return nil
}

// Run joins, and works on one run after another, until the machine leaves.
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
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	w.ended.Store(&err)
}

// work works on one run after another until the machine leaves, which is not an
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
	w.queue.Store(q)
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	var own sync.WaitGroup
	defer own.Wait()
	own.Go(func() { q.Run(running) })
	defer cancel() // runs before own.Wait
	return w.machine.Work(ctx, run, q, w.archive)
}

// Stop stops all work, then leaves.
func (w *worker) Stop(ctx context.Context) error {
	err := w.queue.Load().Stop(ctx)
	w.leave()
	return err
}

// Snapshot copies the present state into s. A machine is finished when it
// leaves, not when it is idle for a while.
func (w *worker) Snapshot(s *tasks.Snapshot) {
	w.queue.Load().Snapshot(s)
	s.Finished = w.ended.Load() != nil
}

// Drain leaves once the work in progress is finished.
func (w *worker) Drain() { w.machine.Leave(); w.queue.Load().Drain() }

// The other methods are those of the present run's queue.

func (w *worker) Events(seq uint64, buf []tasks.Event) []tasks.Event {
	return w.queue.Load().Events(seq, buf)
}

func (w *worker) Camera(id tasks.CameraID) (tasks.CameraDetail, bool) {
	return w.queue.Load().Camera(id)
}

func (w *worker) Working() bool                 { return w.queue.Load().Working() }
func (w *worker) Coverage() []tasks.Coverage    { return w.queue.Load().Coverage() }
func (w *worker) Pause(ids ...tasks.CameraID)   { w.queue.Load().Pause(ids...) }
func (w *worker) Resume(ids ...tasks.CameraID)  { w.queue.Load().Resume(ids...) }
func (w *worker) Retry(ids ...tasks.CameraID)   { w.queue.Load().Retry(ids...) }
func (w *worker) Skip(ids ...tasks.CameraID)    { w.queue.Load().Skip(ids...) }
func (w *worker) PauseAll(paused bool)          { w.queue.Load().PauseAll(paused) }
func (w *worker) SetJobs(n int)                 { w.queue.Load().SetJobs(n) }
func (w *worker) SetLimit(bytesPerSecond int64) { w.queue.Load().SetLimit(bytesPerSecond) }
