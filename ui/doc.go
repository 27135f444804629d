// Package ui is the screen: it shows a queue's work live in the terminal and
// turns keys into calls on the queue.
//
// Only this package knows Bubble Tea and Lip Gloss. It holds the state of the
// view (cursor, folded recorders, filter, marks, dialogs) and none of the
// download: every number comes from a tasks.Snapshot that the screen takes four
// times a second, and every control is one call that returns at once. Nothing
// sends to the screen, so it can never slow down a download.
//
// It is not for lines, JSON and the final summary: package plain writes those
// and needs no terminal.
package ui

import (
	"context"

	"example.com/hikgrab/tasks"
	_ "example.com/hikgrab/ui/nobg" // must come before Bubble Tea: stops its query to the terminal at start
)

// Queue is the part of *tasks.Queue that the screen uses. All methods except
// Stop return at once.
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
