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

// shutdownLimit bounds how long stopping may take. After that hikgrab exits
// anyway. Nothing is lost: the next run continues from the parts and the
// journal.
const shutdownLimit = 10 * time.Second

// show runs the queue with the screen or plain output until everything has
// ended, the operator quits, a signal arrives, or the output's reader is gone.
func (a *app) show(ctx context.Context, q engine, out printer, j job) (stopped bool, err error) {
	ctx, release := a.untilSignal(ctx)
	defer release()
	steady := context.WithoutCancel(ctx)
	ended, end := context.WithCancel(steady) // canceled when the queue has ended
	var running sync.WaitGroup
	running.Go(func() { awake.While(ended, q.Working, awake.System, j.options.Log) })
	go func() {
		defer end()
		q.Run(steady)
	}()
	stop := func() error { // waits for Run to return
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
		defer context.AfterFunc(ended, quit)() // close the screen if the queue cannot continue
		left, err = ui.Run(showing, q, ui.Options{
			Title: j.title, Log: j.log, Out: a.flags.Out, Files: j.files, ASCII: a.flags.ASCII,
		})
		stopped = !left.Finished
		fmt.Fprint(a.Stdout, left.Frame)
	} else {
		leave := context.AfterFunc(ctx, func() { _ = stop() }) // follow returns once the queue has ended and its last events are written
		err = follow(ended, q, out)
		leave()
		stopped, err = ctx.Err() != nil || gone(err), unlessGone(err)
	}
	return stopped, errors.Join(err, stop())
}

// errHangs is returned when hikgrab exits before everything has stopped.
var errHangs = fmt.Errorf("downloads did not stop within %s; the next run continues from what is on disk", shutdownLimit)

// within calls do, which may hang on a disk, and gives up after limit.
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
