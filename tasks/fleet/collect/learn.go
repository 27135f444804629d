package collect

import (
	"slices"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/fleet"
	"example.com/hikgrab/tasks/worker"
)

// learn adds the files that the catalogue gained since the last call, and the
// machines that joined. Only Run calls it.
func (q *Queue) learn() {
	files, told := q.o.Archive.Distants(q.told)
	var news []archive.Distant
	for _, d := range files {
		if _, here := q.o.Archive.Home(d); !here && fleet.MachineID(d.By()) != fleet.Own {
			news = append(news, d)
		}
	}
	present := q.o.Machines()
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, d := range files { // all of them, so that it waits for machines that may have more to report
		if id := fleet.MachineID(d.By()); id != fleet.Own {
			q.machine(id, d.Machine())
		}
	}
	for _, v := range present {
		if id := fleet.MachineID(v.ID); id != fleet.Own && !v.Left && v.Silent == 0 {
			q.machine(id, v.Name)
		}
	}
	for _, d := range news {
		q.add(d)
	}
	q.told, q.learned = told, true
}

// machine returns the machine with a key and starts watching it.
func (q *Queue) machine(id fleet.MachineID, name string) *machine {
	for _, m := range q.machines {
		if m.id == id {
			return m
		}
	}
	m := &machine{
		id: id, name: name, group: tasks.RecorderID(firstID + len(q.machines)), lane: worker.NewLane(),
		flow: newFlow(), look: make(chan struct{}, 1), since: time.Now(),
	}
	q.machines = append(q.machines, m)
	if id.Valid() {
		q.workers.Go(func() { q.attend(q.run, m) })
	}
	return m
}

func (q *Queue) add(d archive.Distant) {
	m := q.machine(fleet.MachineID(d.By()), d.Machine())
	f := q.byKey[d.Key()]
	if f == nil {
		entry, about := d.Finished()
		f = &file{
			id: tasks.CameraID(firstID + len(q.files)), group: m, about: about, bytes: entry.Bytes, meter: &worker.Meter{},
			title: about.Start.Format("01-02 15:04:05") + " " + archive.AtHome(d.Network(), about.Recorder),
		}
		if q.paused {
			f.state = tasks.Paused
		}
		q.byKey[d.Key()] = f
		q.files = append(q.files, f)
	}
	if slices.ContainsFunc(f.sources, func(s *source) bool { return s.machine == m }) {
		return
	}
	f.sources = append(f.sources, &source{machine: m, file: d})
	m.files = append(m.files, f)
	if f.missed && f.state == tasks.Failed { // another machine has it
		f.fresh()
	}
}
