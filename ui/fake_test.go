package ui

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/fleet/collect"
)

// noon is the present time in all canned snapshots.
var noon = time.Date(2026, 11, 3, 18, 42, 8, 0, time.UTC)

const gib = 1 << 30

// fakeQueue serves a canned snapshot and records the calls it gets.
type fakeQueue struct {
	mu      sync.Mutex
	snap    tasks.Snapshot
	details map[tasks.CameraID]tasks.CameraDetail
	events  []tasks.Event
	calls   []string
	stop    func(ctx context.Context) error
}

func (q *fakeQueue) Snapshot(s *tasks.Snapshot) {
	q.mu.Lock()
	defer q.mu.Unlock()
	recorders, cameras, rates := append(s.Recorders[:0], q.snap.Recorders...), append(s.Cameras[:0], q.snap.Cameras...), append(s.Rates[:0], q.snap.Rates...)
	*s = q.snap
	s.Recorders, s.Cameras, s.Rates = recorders, cameras, rates
}

func (q *fakeQueue) Events(seq uint64, buf []tasks.Event) []tasks.Event {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, e := range q.events {
		if e.Seq > seq {
			buf = append(buf, e)
		}
	}
	return buf
}

func (q *fakeQueue) PauseMachine(id string, paused bool) { q.note("PauseMachine %s %v", id, paused) }
func (q *fakeQueue) GiveUpMachine(id string)             { q.note("GiveUpMachine %s", id) }
func (q *fakeQueue) SetMachineJobs(id string, n int)     { q.note("SetMachineJobs %s %d", id, n) }
func (q *fakeQueue) LeaveAtWork()                        { q.note("LeaveAtWork") }

func (q *fakeQueue) Camera(id tasks.CameraID) (tasks.CameraDetail, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	d, ok := q.details[id]
	for _, c := range q.snap.Cameras {
		if c.ID == id {
			d.CameraView = c
			return d, true
		}
	}
	return d, ok
}

func (q *fakeQueue) note(format string, args ...any) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.calls = append(q.calls, fmt.Sprintf(format, args...))
}

// said returns the calls since the last said.
func (q *fakeQueue) said() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	calls := q.calls
	q.calls = nil
	return calls
}

func (q *fakeQueue) Pause(ids ...tasks.CameraID)  { q.note("pause %v", ids) }
func (q *fakeQueue) Resume(ids ...tasks.CameraID) { q.note("resume %v", ids) }
func (q *fakeQueue) Retry(ids ...tasks.CameraID)  { q.note("retry %v", ids) }
func (q *fakeQueue) Skip(ids ...tasks.CameraID)   { q.note("skip %v", ids) }
func (q *fakeQueue) PauseAll(paused bool)         { q.note("pause all %v", paused); q.snap.AllPaused = paused }
func (q *fakeQueue) SetJobs(n int)                { q.note("jobs %d", n); q.snap.Jobs = n }
func (q *fakeQueue) SetLimit(n int64)             { q.note("limit %d", n); q.snap.Limit = n }
func (q *fakeQueue) Drain()                       { q.note("drain") }

func (q *fakeQueue) Stop(ctx context.Context) error {
	q.note("stop")
	if q.stop != nil {
		return q.stop(ctx)
	}
	return nil
}

// cam is one camera of a scene.
type cam struct {
	name    string
	state   tasks.State
	percent int
	gib     float64 // size of all its recordings
	mib     float64 // present speed per second
	failure tasks.Failure
	gaps    bool
}

// add adds a recorder with its cameras to the queue and updates the totals.
func (q *fakeQueue) add(address, name string, hold tasks.Hold, cams ...cam) *fakeQueue {
	s := &q.snap
	r := tasks.RecorderView{
		ID: tasks.RecorderID(len(s.Recorders)), Address: address, Name: name,
		Source:   fmt.Sprintf("tasks.xlsx  Sheet1!A%d", len(s.Recorders)+2),
		SignedIn: !hold.Held(), First: len(s.Cameras), Count: len(cams), TotalKnown: true, Limit: 2, Hold: hold,
	}
	if r.SignedIn {
		r.Device = nvr.Device{Model: "DS-7732NI-K4", Firmware: "V4.30.085", Kind: nvr.NVR, ClockKnown: true, ClockError: 90 * time.Second}
	}
	for i, c := range cams {
		v := q.camera(&r, i+1, c)
		s.Cameras = append(s.Cameras, v)
		r.Counts[c.state]++
		s.Counts[c.state]++
		r.Bytes, r.Total, r.Rate, r.Active = r.Bytes+v.Bytes, r.Total+v.Total, r.Rate+v.Rate, r.Active+v.Active
		r.TotalKnown = r.TotalKnown && v.TotalKnown
		s.Files, s.Recordings = s.Files+v.Files, s.Recordings+v.Recordings
	}
	r.State = groupState(r.Counts)
	if r.Rate > 0 {
		r.ETA = time.Duration(float64(r.Total-r.Bytes)/r.Rate) * time.Second
	}
	s.Recorders = append(s.Recorders, r)
	s.Bytes, s.Total, s.Rate, s.Active = s.Bytes+r.Bytes, s.Total+r.Total, s.Rate+r.Rate, s.Active+r.Active
	s.TotalKnown = s.TotalKnown && r.TotalKnown
	s.ETA = 0
	if s.Rate > 0 && s.TotalKnown {
		s.ETA = time.Duration(float64(s.Total-s.Bytes)/s.Rate) * time.Second
	}
	s.Finished = s.Counts.Open() == 0
	return q
}

// groupState is a stand-in for the queue's own rule.
func groupState(c tasks.Counts) tasks.State {
	for _, s := range []tasks.State{tasks.Downloading, tasks.Searching, tasks.Retrying, tasks.Pausing, tasks.Waiting, tasks.Paused, tasks.Failed, tasks.Incomplete, tasks.Done, tasks.Empty, tasks.Skipped} {
		if c[s] > 0 {
			return s
		}
	}
	return tasks.Waiting
}

func (q *fakeQueue) camera(r *tasks.RecorderView, channel int, c cam) tasks.CameraView {
	id := tasks.CameraID(len(q.snap.Cameras))
	total := int64(c.gib * gib)
	v := tasks.CameraView{
		ID: id, Recorder: r.ID, Channel: channel, Stream: nvr.Main, Track: nvr.TrackOf(channel, nvr.Main), Name: c.name,
		State: c.state, Bytes: total * int64(c.percent) / 100, Total: total, TotalKnown: c.state != tasks.Searching && c.state != tasks.Waiting,
		Rate: c.mib * (1 << 20), Recordings: int(c.gib + 0.99), Attempts: 5, Failure: c.failure,
	}
	v.Files = v.Recordings * c.percent / 100
	if v.Rate > 0 {
		v.ETA = time.Duration(float64(v.Total-v.Bytes)/v.Rate) * time.Second
	}
	switch c.state {
	case tasks.Downloading:
		v.Active, v.Attempt = 1, 1
	case tasks.Retrying:
		v.Attempt, v.Next = 2, noon.Add(12*time.Second)
	case tasks.Done, tasks.Incomplete:
		v.Took, v.Attempt = 4*time.Minute+10*time.Second, 1
	case tasks.Failed:
		v.Attempt = 5
	case tasks.Waiting, tasks.Searching, tasks.Pausing, tasks.Paused, tasks.Empty, tasks.Skipped:
	}
	q.details[id] = detailOf(v, c)
	return v
}

// detailOf gives a camera one recording per GiB, spread over the day.
func detailOf(v tasks.CameraView, c cam) tasks.CameraDetail {
	day := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	d := tasks.CameraDetail{CameraView: v, Periods: []tasks.Span{{From: day.Add(8 * time.Hour), To: day.Add(20 * time.Hour)}}}
	step := 12 * time.Hour / time.Duration(max(1, v.Recordings))
	for i := range v.Recordings {
		if c.gaps && i%5 == 3 {
			continue
		}
		start := day.Add(8*time.Hour + time.Duration(i)*step)
		rec := tasks.RecordingView{Start: start, End: start.Add(step), Size: 1004 << 20}
		switch {
		case i < v.Files:
			rec.State, rec.Bytes = tasks.RecordingDone, rec.Size
			rec.Path = fmt.Sprintf("10.20.0.11/ch%02d/2026-11-03/%s.mp4", v.Channel, start.Format("20060102-150405"))
		case i == v.Files && v.Active > 0:
			rec.State, rec.Bytes = tasks.RecordingActive, 412<<20
		case c.state == tasks.Failed || c.state == tasks.Incomplete:
			rec.State, rec.Failure = tasks.RecordingFailed, c.failure
		}
		d.Recordings = append(d.Recordings, rec)
	}
	if v.Rate > 0 {
		for i := range 60 {
			d.Rates = append(d.Rates, v.Rate*(0.5+float64(i*7%11)/11))
		}
	}
	d.Events = []tasks.Event{
		{Time: noon.Add(-40 * time.Minute), Type: tasks.EventCamera, Message: "started"},
		{Time: noon.Add(-time.Minute), Type: tasks.EventRetry, Message: "connection reset by peer, resumed at 388 MiB", Failure: tasks.Failure{Kind: "short"}},
	}
	return d
}

// emptyQueue has no recorder.
func emptyQueue() *fakeQueue {
	return &fakeQueue{
		snap: tasks.Snapshot{
			At: noon, Elapsed: time.Hour + 12*time.Minute + 40*time.Second, Jobs: 8, PerRecorder: 2, TotalKnown: true, Finished: true,
			Disk: tasks.Disk{Dir: "recordings", Free: 3100 * gib},
		},
		details: make(map[tasks.CameraID]tasks.CameraDetail),
	}
}

var (
	noFootage = tasks.Failure{Kind: "gone", What: "the recorder no longer has the recording", Remedy: nvr.FetchSooner, At: noon}
	timedOut  = tasks.Failure{Kind: "timeout", What: "nothing came for 30 s", Remedy: nvr.WaitLonger, At: noon}
	badLogin  = tasks.Hold{Kind: nvr.Auth, What: "the recorder refused the user name or password", Remedy: nvr.CheckLogin}
)

// siteQueue is a day's work at its height: every state occurs.
func siteQueue() *fakeQueue {
	q := emptyQueue()
	q.add("10.20.0.11", "Склад Север", tasks.Hold{},
		cam{name: "Въезд КПП-1", state: tasks.Downloading, percent: 83, gib: 13.5, mib: 18.2},
		cam{name: "Склад №7, рампа", state: tasks.Downloading, percent: 41, gib: 13.7, mib: 22.1, gaps: true},
		cam{name: "Коридор 2 этаж", state: tasks.Retrying, percent: 12, gib: 9.4, failure: timedOut},
		cam{name: "Парковка", state: tasks.Paused, percent: 57, gib: 12.2},
		cam{name: "Серверная", state: tasks.Done, percent: 100, gib: 9.8},
		cam{name: "Крыша, восток", state: tasks.Failed, gib: 2, failure: noFootage},
		cam{name: "Касса 1", state: tasks.Searching},
		cam{name: "Лифт 4", state: tasks.Skipped, gib: 3},
		cam{name: "Ворота", state: tasks.Incomplete, percent: 97, gib: 9.1, failure: noFootage},
		cam{name: "倉庫の入口カメラ", state: tasks.Empty},
		cam{name: "Зал ожидания", state: tasks.Pausing, percent: 7, gib: 4},
	)
	q.add("10.20.0.12", "Склад Юг", tasks.Hold{},
		cam{name: "Рампа 1", state: tasks.Downloading, percent: 30, gib: 20, mib: 71},
		cam{name: "Рампа 2", state: tasks.Waiting, gib: 20})
	q.add("10.20.0.13", "Офис", tasks.Hold{}, cam{name: "Вход", state: tasks.Waiting}, cam{name: "Холл", state: tasks.Waiting})
	q.add("10.20.0.14", "Цех 3", badLogin, cam{state: tasks.Waiting})
	q.add("10.20.0.15:8080", "", tasks.Hold{Kind: nvr.Locked, Until: noon.Add(29*time.Minute + 3*time.Second), What: "the recorder locked this address after bad logins", Remedy: nvr.WaitForUnlock},
		cam{name: "Станок 5", state: tasks.Waiting, gib: 2})
	q.add("10.20.0.17", "Цех 1", tasks.Hold{Kind: nvr.Busy, Until: noon.Add(7 * time.Second), What: "the recorder serves others", Remedy: nvr.AskLess},
		cam{name: "Пресс", state: tasks.Waiting, percent: 20, gib: 3})
	q.add("10.20.0.16", "Цех 2", tasks.Hold{}, cam{name: "Конвейер", state: tasks.Done, percent: 100, gib: 132})
	for i := range 120 {
		q.snap.Rates = append(q.snap.Rates, q.snap.Rate*(0.4+float64(i*i%13)/20))
		q.snap.Peak = max(q.snap.Peak, q.snap.Rates[i])
	}
	q.events = siteEvents()
	return q
}

// fleetQueue is siteQueue on three machines, one of them silent.
func fleetQueue() *fakeQueue {
	q := siteQueue()
	q.snap.Machines = []tasks.MachineView{
		{ID: "coordinator", Name: "office", Version: "1.4.0", Recorders: 3, Active: 2, Jobs: 8, Rate: 42 << 20, Files: 31, Free: 1200 * gib},
		{ID: "UA", Name: "kazan-1", Networks: []string{"kazan"}, Version: "1.4.0", Recorders: 2, Jobs: 8, Files: 12, Free: 90 * gib, Silent: 42 * time.Second},
		{ID: "UB", Name: "spb-2", Networks: []string{"spb"}, Version: "1.4.0", Recorders: 2, Active: 1, Jobs: 4, Rate: 71 << 20, Files: 7, Free: 3 * gib, Paused: true},
	}
	for i, owner := range []int{0, 1, 1, -1, 2, 2, 0} {
		if r := &q.snap.Recorders[i]; owner >= 0 {
			r.Machine, r.Silent = q.snap.Machines[owner].Name, q.snap.Machines[owner].Silent
			r.Network = join(" ", q.snap.Machines[owner].Networks...)
		}
	}
	return q
}

// files makes the rows files on machines.
func files(o *Options) { o.Files, o.Title = true, "collect" }

// collectQueue collects the files of three machines.
func collectQueue() *fakeQueue {
	q := emptyQueue()
	machines := []tasks.MachineView{
		{ID: "UA", Name: "kazan-1", Version: "1.4.0", Jobs: 8, Free: 90 * gib},
		{ID: "UB", Name: "spb-2", Version: "1.4.0", Jobs: 4, Free: 3 * gib, Silent: 42 * time.Second},
	}
	missing := tasks.Failure{Kind: "unreachable", What: "spb-2 is not there, and what it fetched stays on it", Remedy: collect.StartMachine, At: noon}
	wrong := tasks.Failure{Kind: "damaged", What: "kazan-1 sent different bytes than it reported; they were rejected", Remedy: collect.VerifyThere, At: noon}
	for i, states := range [][]tasks.State{
		{tasks.Done, tasks.Downloading, tasks.Downloading, tasks.Failed, tasks.Paused, tasks.Waiting, tasks.Skipped},
		{tasks.Failed, tasks.Failed, tasks.Failed},
	} {
		v := tasks.RecorderView{ID: tasks.RecorderID(i + 1), Address: machines[i].Name, SignedIn: true, First: len(q.snap.Cameras), Count: len(states), Limit: 2, TotalKnown: true, Collected: true}
		for j, state := range states {
			c := tasks.CameraView{
				ID: tasks.CameraID(100*i + j + 1), Recorder: v.ID, Channel: j%3 + 1, Stream: nvr.Main, Track: nvr.TrackOf(j%3+1, nvr.Main),
				Name: fmt.Sprintf("11-03 08:%02d:00 10.20.0.%d", 15*j%60, 11+i), State: state, Total: gib, TotalKnown: true, Recordings: 1, Attempts: 5,
			}
			switch state {
			case tasks.Done:
				c.Bytes, c.Files, c.Took = gib, 1, 12*time.Second
			case tasks.Downloading:
				c.Bytes, c.Active, c.Attempt, c.Rate, c.ETA = gib/3*int64(j), 1, 1, 48<<20, 14*time.Second
				v.Active++
				q.snap.Active++
			case tasks.Failed:
				c.Failure = missing
				if i == 0 {
					c.Failure = wrong
				}
			default:
			}
			q.snap.Cameras = append(q.snap.Cameras, c)
		}
		if i == 1 {
			v.Hold = tasks.Hold{Kind: nvr.Unreachable, Until: noon.Add(time.Second), What: "spb-2 is not there", Remedy: collect.StartMachine}
		}
		q.snap.Add(v)
	}
	q.snap.Machines, q.snap.Jobs, q.snap.PerRecorder, q.snap.Rate, q.snap.TotalKnown = machines, 8, 2, 96<<20, true
	q.snap.ETA, q.snap.Finished = 41*time.Second, false
	q.events = []tasks.Event{
		{Seq: 1, Time: noon.Add(-20 * time.Second), Type: tasks.EventMachine, Machine: "spb-2", Camera: -1, Message: "spb-2 is silent"},
		{Seq: 2, Time: noon.Add(-9 * time.Second), Type: tasks.EventFile, Recorder: 1, Address: "10.20.0.11", Camera: 1, Channel: 1, Track: 101, CameraName: "Gate", Machine: "kazan-1", Message: "2026-11-03 08:00:00–08:15:00 has arrived"},
		{Seq: 3, Time: noon.Add(-4 * time.Second), Type: tasks.EventError, Recorder: 1, Address: "10.20.0.11", Camera: 4, Channel: 1, Track: 101, Machine: "kazan-1", Failure: wrong, Message: wrong.What, Remedy: wrong.Remedy},
	}
	return q
}

func siteEvents() []tasks.Event {
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	events := []tasks.Event{
		{Time: at(-116), Type: tasks.EventRecorder, Address: "10.20.0.11", Camera: -1, Message: "signed in: DS-7732NI-K4, 11 cameras"},
		{Time: at(-80), Type: tasks.EventFile, Recorder: 6, Address: "10.20.0.16", Camera: 17, Channel: 1, Track: 101, CameraName: "Конвейер", Path: "10.20.0.16_80/ch01/2026-11-03/20261103-080000_20261103-081500.mp4", Bytes: 1004 << 20, Message: "2026-11-03 08:00:00–08:15:00 on disk"},
		{Time: at(-66), Type: tasks.EventRetry, Address: "10.20.0.11", Camera: 1, Channel: 2, Track: 201, CameraName: "Склад №7, рампа", Message: "connection reset by peer, resumed at 388 MiB", Failure: tasks.Failure{Kind: "short"}},
		{Time: at(-28), Type: tasks.EventCamera, Address: "10.20.0.11", Camera: 4, Channel: 5, Track: 501, CameraName: "Серверная", Message: "done, 9.80 GiB in 04:10"},
		{Time: at(-10), Type: tasks.EventRecorder, Recorder: 3, Address: "10.20.0.14", Camera: -1, Message: "login refused, the recorder is left alone so that the account is not locked; correct the row, then press r", Failure: tasks.Failure{Kind: "auth"}},
		{Time: at(-1), Type: tasks.EventError, Address: "10.20.0.11", Camera: 5, Channel: 6, Track: 601, CameraName: "Крыша, восток", Message: "the recorder no longer has the recording", Failure: noFootage},
		{Time: at(0), Type: tasks.EventRetry, Address: "10.20.0.11", Camera: 2, Channel: 3, Track: 301, CameraName: "Коридор 2 этаж", Message: "nothing came for 30 s, try 2 of 5 in 12s", Failure: timedOut},
	}
	for i := range events {
		events[i].Seq = uint64(i + 1)
	}
	return events
}

// crowdQueue has many recorders with a few cameras each.
func crowdQueue(recorders, cameras int) *fakeQueue {
	q := emptyQueue()
	states := []tasks.State{tasks.Downloading, tasks.Waiting, tasks.Waiting, tasks.Done, tasks.Retrying, tasks.Failed}
	for i := range recorders {
		var cams []cam
		for j := i; j < cameras; j += recorders {
			s := states[(i*5+j)%len(states)]
			if i%8 != 0 && s == tasks.Downloading {
				s = tasks.Waiting
			}
			c := cam{name: fmt.Sprintf("Камера %d", j), state: s, gib: 10, percent: map[tasks.State]int{tasks.Done: 100, tasks.Downloading: 37}[s]}
			if s == tasks.Downloading {
				c.mib = 12.5
			}
			cams = append(cams, c)
		}
		q.add(fmt.Sprintf("10.20.%d.%d", i/250, 10+i%250), fmt.Sprintf("Объект %d", i+1), tasks.Hold{}, cams...)
	}
	return q
}

// endQueue has finished, with one camera in each of the given states.
func endQueue(states ...tasks.State) *fakeQueue {
	q := emptyQueue()
	for i := range 3 {
		var cams []cam
		for j := range 4 {
			s := states[(i*4+j)%len(states)]
			c := cam{name: fmt.Sprintf("Камера %d", j+1), state: s, gib: 4}
			switch s {
			case tasks.Done:
				c.percent = 100
			case tasks.Failed:
				c.failure = noFootage
			default:
			}
			cams = append(cams, c)
		}
		q.add(fmt.Sprintf("10.20.0.%d", 11+i), []string{"Север", "Юг", ""}[i], tasks.Hold{}, cams...)
	}
	return q
}

// searchQueue has just begun: nothing is known yet.
func searchQueue() *fakeQueue {
	q := emptyQueue()
	q.snap.Elapsed = 3 * time.Second
	q.add("10.20.0.11", "Склад Север", tasks.Hold{}, cam{state: tasks.Searching}, cam{name: "Рампа", state: tasks.Searching}, cam{name: "Касса", state: tasks.Waiting})
	q.add("10.20.0.12", "Склад Юг", tasks.Hold{}, cam{state: tasks.Waiting})
	for i := range q.snap.Cameras {
		if i == 0 || i == 3 {
			q.snap.Cameras[i].Channel = 0
		}
	}
	return q
}

// heldQueue has only one recorder, which refused the login.
func heldQueue() *fakeQueue {
	q := emptyQueue()
	cams := slices.Repeat([]cam{{name: "Пост", state: tasks.Waiting}}, 32)
	q.add("10.20.0.14", "Цех 3", badLogin, cams...)
	q.events = siteEvents()[4:5]
	q.events[0].Recorder = 0
	return q
}
