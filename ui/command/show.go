package command

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"example.com/hikgrab/tasks/awake"
	"example.com/hikgrab/ui"
)

// shutdownLimit bounds how long stopping may take before hikgrab leaves anyway.
// Nothing is lost by that: parts and journal are good for the next run.
const shutdownLimit = 10 * time.Second

// show runs the queue behind the screen or plain output until everything has
// ended, the operator leaves, a signal comes, or nobody reads the output.
func (a *app) show(ctx context.Context, q engine, out printer, j job) (stopped bool, err error) {
	ctx, release := a.untilSignal(ctx)
	defer release()
	steady := context.WithoutCancel(ctx)
	ended, end := context.WithCancel(steady) // when the queue has
	var running sync.WaitGroup
	running.Go(func() { awake.While(ended, q.Working, awake.System, j.options.Log) })
	go func() {
		defer end()
		q.Run(steady)
	}()
	stop := func() error { // waits for Run
		bounded, cancel := context.WithTimeout(steady, shutdownLimit)
		defer cancel()
		if q.Stop(bounded) != nil {
			return errHangs
		}
		<-ended.Done()
		running.Wait()
		return nil
	}
	if a.screen() {
		var left ui.Result
		showing, quit := context.WithCancel(ctx)
		defer quit()
		defer context.AfterFunc(ended, quit)() // it ends by itself when it cannot go on
		left, err = ui.Run(showing, q, ui.Options{
			Title: j.title, Log: j.log, Out: a.flags.Out, Files: j.files, ASCII: a.flags.ASCII,
		})
		stopped = !left.Finished
		fmt.Fprint(a.Stdout, left.Frame)
	} else {
		leave := context.AfterFunc(ctx, func() { _ = stop() }) // follow ends with the queue, having told of its end
		err = follow(ended, q, out)
		leave()
		stopped, err = ctx.Err() != nil || gone(err), unlessGone(err)
	}
	return stopped, errors.Join(err, stop())
}

// errHangs is why hikgrab leaves without having stopped everything.
var errHangs = fmt.Errorf("downloads did not stop within %s; the next run continues from what is on disk", shutdownLimit)

// within does something that may hang with a disk, and gives up after a while.
func within(limit time.Duration, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-time.After(limit):
		return errHangs
	}
}
