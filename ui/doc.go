// Package ui is the screen: it shows a queue's work in the terminal, live, and
// turns keys into calls on the queue.
//
// It is the only place that knows Bubble Tea and Lip Gloss. It holds what is
// about looking (the cursor, folded recorders, filter, marks, dialogs) and
// nothing about downloading: every number comes out of a tasks.Snapshot that the
// screen pulls four times a second, and every control is one call that returns
// at once. Nobody sends to the screen, so it can never slow a download down.
//
// It is not the place for lines, JSON and the final summary: that is package
// plain, which needs no terminal.
package ui

import (
	"context"

	"example.com/hikgrab/tasks"
	_ "example.com/hikgrab/ui/nobg" // before Bubble Tea: no question to the terminal at start
)

// Queue is what the screen needs of a *tasks.Queue. All methods but Stop
// return at once.
type Queue interface {
	Snapshot(s *tasks.Snapshot)
	Events(seq uint64, buf []tasks.Event) []tasks.Event
	Camera(id tasks.CameraID) (tasks.CameraDetail, bool)

	Pause(ids ...tasks.CameraID)
	Resume(ids ...tasks.CameraID)
	Retry(ids ...tasks.CameraID)
	Skip(ids ...tasks.CameraID)
	PauseAll(paused bool)
	SetJobs(n int)
	SetLimit(bytesPerSecond int64)
	Drain()
	Stop(ctx context.Context) error
}

var _ Queue = (*tasks.Queue)(nil)
