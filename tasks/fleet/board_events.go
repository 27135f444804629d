package fleet

import (
	"fmt"
	"strings"
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
		return // from an earlier run
	}
	file, about := f.Finished()
	if file.Finished.Before(b.began.Add(-time.Minute)) && about.Begins.Before(b.began) && file.Finished.Before(b.c.o.Run.Began) {
		return // reported now, but old
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

// push adds an event. The caller holds the mutex.
func (b *Board) push(e tasks.Event) {
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

// Tell shows the operator a notice about the whole run.
func (b *Board) Tell(text string) { b.Push(tasks.Event{Type: tasks.EventNotice, Message: text}) }

// Push adds an event from outside the board, such as from collecting files.
func (b *Board) Push(e tasks.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.push(e)
}

// Machines returns the participating machines, the coordinator's own first.
func (b *Board) Machines() (all []tasks.MachineView) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.machines {
		all = append(all, m.view)
	}
	return all
}

func (b *Board) join(id MachineID, name string, networks []string, version string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.machine(id)
	was := *m
	m.view.Name, m.view.Networks, m.view.Version = name, networks, version
	m.view.Silent, m.view.Left = 0, false
	if was.seen && (was.view.Silent > 0 || was.view.Left) {
		b.push(tasks.Event{Type: tasks.EventMachine, Machine: name, Message: name + " is back"})
	}
}

// expect adds a machine that may be working but has not been heard yet.
func (b *Board) expect(id MachineID, name string, networks []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.machine(id)
	m.view.Name, m.view.Networks, m.seen = name, networks, true
	b.push(tasks.Event{Type: tasks.EventMachine, Machine: name, Message: name + " may still be at work: its recorders wait until it answers, or until you give it up or revoke it"})
}

func (b *Board) beat(id MachineID, beat Beat) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.machine(id)
	m.view.Jobs, m.view.Free, m.view.Rate, m.view.Files, m.view.Active = beat.Jobs, beat.Free, beat.Rate, beat.Files, beat.Active
	held := nvr.CleanText(beat.Held, 200)
	switch {
	case held != "" && m.view.Held == "":
		b.push(tasks.Event{Type: tasks.EventMachine, Machine: m.view.Name, Message: m.view.Name + ": " + held})
	case held == "" && m.view.Held != "":
		b.push(tasks.Event{Type: tasks.EventMachine, Machine: m.view.Name, Message: m.view.Name + " can write again"})
	}
	m.view.Held = held
	if !m.seen {
		m.seen = true
		if id != Own {
			b.push(tasks.Event{Type: tasks.EventMachine, Machine: m.view.Name, Message: "+ " + m.describe()})
		}
	} else if m.view.Silent > 0 {
		b.push(tasks.Event{Type: tasks.EventMachine, Machine: m.view.Name, Message: m.view.Name + " is back"})
	}
	m.view.Silent = 0
	if beat.Leaving && !m.view.Left {
		b.push(tasks.Event{Type: tasks.EventMachine, Machine: m.view.Name, Message: m.view.Name + " leaves"})
	}
	m.view.Left = beat.Leaving
}

// describe says what a machine offers: "kazan-1: 8 jobs, network kazan, 1.2 TiB
// free".
func (m *machine) describe() string {
	text := m.view.Name + ": " + nvr.Count(m.view.Jobs, "job")
	if len(m.view.Networks) > 0 {
		text += ", network " + strings.Join(m.view.Networks, ", ")
	}
	if m.view.Free >= 0 {
		text += fmt.Sprintf(", %.1f GiB free", float64(m.view.Free)/(1<<30))
	}
	return text
}

func (b *Board) machineEvent(id MachineID, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.machine(id)
	m.view.Left = true
	b.push(tasks.Event{Type: tasks.EventMachine, Machine: m.view.Name, Message: m.view.Name + " " + text})
}
