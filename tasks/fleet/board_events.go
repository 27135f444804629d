package fleet

import (
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
)

func (b *Board) happened(machine string, h Happening) {
	b.mu.Lock()
	defer b.mu.Unlock()
	rows := b.of[h.Recorder]
	e := h.Event
	if h.Account < 0 || h.Account >= len(rows) || e.State < 0 || int(e.State) >= len(tasks.Counts{}) {
		return
	}
	w := rows[h.Account]
	e.Recorder, e.Address, e.Machine = w.view.ID, w.view.Address, machine
	if e.Camera > 0 {
		e.Camera = -1
		if id, ok := w.ids[tasks.Pick{Channel: e.Channel, Stream: e.Track.Stream()}]; ok {
			e.Camera = id
		}
	}
	e.CameraName, e.Message, e.Failure, e.Path = nvr.CleanText(e.CameraName, 80), nvr.CleanText(e.Message, 500), clean(e.Failure), nvr.CleanText(e.Path, 300)
	e.Remedy = remedy(e.Remedy)
	b.push(e)
}

func (b *Board) finished(name string, id RecorderID, f archive.Distant) {
	b.mu.Lock()
	defer b.mu.Unlock()
	rows := b.of[id]
	if len(rows) == 0 {
		return // of an earlier run
	}
	file, about := f.Finished()
	if file.Finished.Before(b.began.Add(-time.Minute)) && about.Begins.Before(b.began) && file.Finished.Before(b.c.o.Run.Began) {
		return // told now, but no news
	}
	e := tasks.Event{
		Type: tasks.EventFile, Recorder: rows[0].view.ID, Address: rows[0].view.Address, Camera: -1, Channel: about.Track.Channel(),
		Track: about.Track, CameraName: about.Camera, Machine: name, Path: file.Path, Bytes: file.Bytes, Attempt: file.Attempts,
		Message: about.Start.Format("2006-01-02 15:04:05") + "–" + about.End.Format("15:04:05") + " on disk",
	}
	if cid, ok := rows[0].ids[tasks.Pick{Channel: e.Channel, Stream: about.Track.Stream()}]; ok {
		e.Camera, e.State = cid, tasks.Downloading
	}
	b.push(e)
}

// push tells of something. The caller holds the mutex.
func (b *Board) push(e tasks.Event) {
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	if e.Camera == 0 {
		e.Camera = -1
	}
	b.events.Push(e)
	if e.Type == tasks.EventMachine || e.Type == tasks.EventNotice {
		b.c.log.Info(e.Message, "machine", e.Machine)
	}
}

// Events appends to buf the events after seq, oldest first.
func (b *Board) Events(seq uint64, buf []tasks.Event) []tasks.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.events.Since(seq, buf)
}

// Tell tells the operator something that concerns the run.
func (b *Board) Tell(text string) { b.Push(tasks.Event{Type: tasks.EventNotice, Message: text}) }

// Push tells of something that happened aside, such as bringing files home.
func (b *Board) Push(e tasks.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.push(e)
}
