package fleet

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// mark computes the tag that tells a machine when its tasks change. The tag
// travels in the clear and depends on the password, so it is keyed: otherwise
// whoever carries the messages could test passwords against it.
func (j *job) mark(secret []byte) {
	mac := hmac.New(sha256.New, secret)
	for _, t := range j.list {
		fmt.Fprintf(mac, "%q %q %v %v %v %v %v;", t.Login.User, string(t.Login.Password), t.Cameras, t.Period, t.Stream, t.Clock, t.Kinds)
	}
	j.wanted = hex.EncodeToString(mac.Sum(nil)[:4])
}

// mostGrants limits the grants in one answer.
const mostGrants = 8

// fill adds to promises the grants that a machine lacks. What does not fit into
// one answer waits for the next. The caller holds the mutex.
func (c *Coordinator) fill(to MachineID, promises []Promise, b Beat, more *bool) (filled []Promise) {
	shown := map[RecorderID]Holding{}
	for _, h := range b.Holds {
		shown[h.Recorder] = h
	}
	grants := 0
	for _, p := range promises {
		j := c.jobs[p.Recorder]
		h, known := shown[p.Recorder]
		known = known && h.Epoch == p.Epoch
		if !known || h.Wanted != j.wanted {
			grants++
			if grants > mostGrants {
				c.table.Withhold(p.Recorder)
				*more = true
				continue
			}
			g, err := c.grant(to, p.Recorder, j)
			if err != nil {
				c.log.Warn("A recorder cannot be assigned", "error", err)
				c.table.Withhold(p.Recorder)
				continue
			}
			p.Grant = g
		}
		for _, w := range j.requests {
			if !known || w.N > h.Request {
				p.Requests = append(p.Requests, w)
			}
		}
		p.Had = c.late[p.Recorder]
		delete(c.late, p.Recorder)
		filled = append(filled, p)
	}
	return filled
}

func (c *Coordinator) grant(to MachineID, id RecorderID, j *job) (*Grant, error) {
	l := c.table.leases[id]
	g := &Grant{Wanted: j.wanted, Network: j.network, Tasks: j.list, Facts: j.facts, Shared: c.table.ttl(l) != c.table.rules.Sole}
	page, _ := c.catalogue.ElsewhereOf(j.network, l.address, string(to), 0, 1)
	g.Had = len(page) > 0
	logins := make([]login, len(j.list))
	for i, t := range j.list {
		logins[i] = login{t.Login.User, string(t.Login.Password), t.Address}
	}
	g.Logins = encode(logins)
	if to == Own {
		return g, nil
	}
	var err error
	g.Logins, err = c.hub.Seal(to, g.Logins)
	return g, err
}

// estimate returns a recorder's work as far as it is known before contact:
// cameras times hours.
func estimate(list []tasks.Task, run Run) int64 {
	total := int64(0)
	for _, t := range list {
		cameras := int64(len(t.Cameras))
		if cameras == 0 {
			cameras = 8
		}
		p := t.Period
		if p.IsZero() {
			p = run.Period
		}
		from, to, err := p.Resolve(nvr.WallTime(run.Began))
		if err != nil {
			continue
		}
		total += cameras * int64(math.Ceil(min(to.Sub(from), 31*24*time.Hour).Hours()))
	}
	return total
}

// slots returns how many recorders a machine can use: enough for its jobs and
// two more, so that signing in and searching costs no download.
func (c *Coordinator) slots(jobs int) int {
	if jobs <= 0 {
		return 0
	}
	each := cmp.Or(c.o.Run.PerRecorder, tasks.FirstLoad)
	return (jobs+each-1)/each + 2
}

// reread takes over logins that were corrected in the sheet.
func (c *Coordinator) reread(ids []RecorderID) {
	c.mu.Lock()
	over := slices.ContainsFunc(ids, func(id RecorderID) bool { return c.table.leases[id].phase == Over })
	c.mu.Unlock()
	if !over || c.o.Reread == nil {
		return
	}
	list, err := c.o.Reread()
	if err != nil {
		c.board.Tell("the tasks cannot be read again, so the old logins are used: " + nvr.CleanText(err.Error(), 200))
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range list {
		j := c.jobs[RecorderOf(t.Network, t.Address.String())]
		if j == nil {
			continue
		}
		for i := range j.list {
			if j.list[i].Source == t.Source {
				j.list[i].Login = t.Login
			}
		}
	}
	for _, id := range ids {
		if c.table.leases[id].phase == Over {
			c.jobs[id].mark(c.o.Secret)
		}
	}
}
