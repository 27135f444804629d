package fleet

import (
	"fmt"
	"strings"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// Machines returns the machines that take part, the coordinator's own first.
func (b *Board) Machines() (all []tasks.MachineView) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.machines {
		all = append(all, m.view)
	}
	return all
}

func (b *Board) join(id MachineID, name, address string, networks []string, version string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.machine(id)
	was := *m
	m.view.Name, m.view.Networks, m.view.Version, m.view.Address = name, networks, version, address
	m.view.Silent, m.view.Left = 0, false
	if was.seen && (was.view.Silent > 0 || was.view.Left) {
		b.push(tasks.Event{Type: tasks.EventMachine, Machine: name, Message: name + " is back"})
	}
}

// expect puts a machine on the board that may be at work, and was not heard.
func (b *Board) expect(id MachineID, name string, networks []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.machine(id)
	m.view.Name, m.view.Networks, m.seen = name, networks, true
	b.push(tasks.Event{Type: tasks.EventMachine, Machine: name, Message: name + " may be at work: what it may hold waits until it is heard, given up or revoked"})
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

// describe says what a machine brings: "kazan-1: 8 jobs, network kazan, 1.2 TiB
// free".
func (m *machine) describe() string {
	text := fmt.Sprintf("%s: %d jobs", m.view.Name, m.view.Jobs)
	if m.view.Jobs == 1 {
		text = m.view.Name + ": 1 job"
	}
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
