package fleet

import (
	"context"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// mostHave limits the recordings in one page.
const mostHave = 2000

func (c *Coordinator) have(from Peer, data []byte) []byte {
	var h Have
	if decode(data, &h) != nil {
		return nil
	}
	c.mu.Lock()
	l := c.table.leases[h.Recorder]
	c.mu.Unlock()
	if l == nil {
		return encode(Had{})
	}
	page, next := c.catalogue.ElsewhereOf(l.network, l.address, string(from.Machine), h.From, mostHave)
	return encode(Had{Recordings: page, Next: next})
}

// mostReports limits the reports that share one fsync.
const mostReports = 256

// intake records reports in the catalogue until ctx ends.
func (c *Coordinator) intake(ctx context.Context) {
	for ctx.Err() == nil {
		batch, err := c.hub.Reports(ctx, mostReports)
		if err == nil {
			err = c.takeIn(batch)
		}
		if err != nil && ctx.Err() == nil {
			c.log.Warn("Reports could not be processed", "error", err)
			rest(ctx, time.Second, nil)
		}
	}
}

// takeIn records reports and acknowledges them once they survive a power cut.
func (c *Coordinator) takeIn(batch []Delivery) error {
	of := map[MachineID][]Report{}
	c.mu.Lock()
	for _, d := range batch {
		if m := c.table.member(d.From.Machine); m.name == "" { // it has not said hello to this coordinator yet
			m.name = c.name(m.id, nvr.CleanText(d.From.Name, 40))
		}
		var r Report
		if decode(d.Data, &r) == nil {
			of[d.From.Machine] = append(of[d.From.Machine], r)
		}
	}
	c.mu.Unlock()
	for m, reports := range of {
		if err := c.takeFrom(m, reports); err != nil {
			return err
		}
	}
	for _, d := range batch {
		_ = d.Ack() // otherwise it comes again
	}
	return nil
}

// takeFrom records the reports of one machine. Those of a session count in
// order; files count in any order, once.
func (c *Coordinator) takeFrom(m MachineID, reports []Report) error {
	var files []archive.Distant
	for _, r := range reports {
		if r.File != nil {
			files = append(files, *r.File)
		}
	}
	c.mu.Lock()
	name := c.table.member(m).name
	c.mu.Unlock()
	news, err := c.catalogue.NoteElsewhere(name, string(m), files)
	if err != nil {
		return err
	}
	now := c.o.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	told, ended := c.told[m], false
	for _, r := range reports {
		if r.File != nil {
			c.finished(m, r, news[0])
			news = news[1:]
		}
		if r.Session != told.session || r.N != told.n+1 {
			continue
		}
		told.n++
		if r.End != nil {
			c.end(m, r, now)
			ended = true
		}
	}
	c.told[m] = told
	if ended {
		c.rouse(m)
	}
	return nil
}

// finished records a file. A late one is passed on to the present holder. The
// caller holds the mutex.
func (c *Coordinator) finished(m MachineID, r Report, news bool) {
	if !news {
		return
	}
	id := RecorderOf(r.File.Network(), r.File.Recorder())
	c.board.finished(c.table.member(m).name, id, *r.File)
	if l := c.table.leases[id]; l != nil && l.phase == Held && l.holder != m && len(c.late[id]) < mostHave {
		c.late[id] = append(c.late[id], r.File.Remote(c.table.member(m).name, string(m)))
	}
}

// end records that a machine is finished with a recorder. The caller holds the
// mutex.
func (c *Coordinator) end(m MachineID, r Report, now Instant) {
	e := *r.End
	e.Returned = nvr.CleanText(e.Returned, 200)
	if !c.table.End(m, r.Recorder, r.Epoch, e, now) {
		return
	}
	c.unsaved[r.Recorder] = true
	j := c.jobs[r.Recorder]
	j.requests = nil
	for _, v := range e.Views {
		c.learn(v)
		if !e.Away {
			c.board.take(v)
			c.note(r.Recorder, v)
		}
	}
	c.board.end(r.Recorder, c.table.leases[r.Recorder].phase == Over, e)
	if e.Away {
		c.table.HandOut(now)
	}
}

// note records in the journal how cameras ended, for --only failed and for the
// lists.
func (c *Coordinator) note(id RecorderID, v RecorderView) {
	for _, camera := range v.Cameras {
		if camera.State.Ended() && (camera.Channel > 0 || camera.Name == "") {
			key := archive.CameraKey{Recorder: c.table.leases[id].address, Track: camera.Track}
			if err := c.catalogue.NoteCamera(key, camera.Outcome(v.View.Name, time.Now())); err != nil {
				c.log.Warn("How a camera ended could not be saved", "error", err)
			}
		}
	}
}

func (c *Coordinator) view(from Peer, data []byte) {
	var v View
	if decode(data, &v) != nil {
		return
	}
	now := c.o.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.table.members[from.Machine]
	if m == nil || m.session != v.Session {
		return
	}
	m.heard = now
	for _, r := range v.Recorders {
		if l := c.table.leases[r.ID]; l != nil && l.phase == Held && l.holder == from.Machine && l.epoch == r.Epoch {
			c.board.take(r)
			c.learn(r)
		}
	}
	for _, e := range v.Events {
		if l := c.table.leases[e.Recorder]; l != nil && l.holder == from.Machine {
			c.board.happened(m.name, e)
		}
	}
}

// learn remembers a recorder's facts for its next holder.
func (c *Coordinator) learn(r RecorderView) {
	if j := c.jobs[r.ID]; j != nil && r.Facts != (nvr.Facts{}) {
		j.facts = r.Facts
	}
}
