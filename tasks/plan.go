package tasks

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/worker"
)

// account identifies a recorder and its sign-in, which rows share.
type account struct{ network, address, user string }

// plan turns tasks into recorders and cameras. Rows with the same recorder and
// user share one sign-in, whatever their order in the sheet.
func (q *Queue) plan(list []Task) {
	known := make(map[account]*recorder, len(q.recorders))
	for _, r := range q.recorders {
		known[account{r.network, r.address, r.config.Login.User}] = r
	}
	for _, t := range list {
		key := account{t.Network, t.Address.String(), t.Login.User}
		r := known[key]
		if r == nil {
			r = q.newRecorder(t)
			known[key] = r
			q.recorders = append(q.recorders, r)
		}
		if r.name == "" {
			r.name = nvr.CleanText(t.Name, 80)
		}
		w := row{picks: t.Cameras, stream: cmp.Or(t.Stream, nvr.Main), demand: demand{t.Period, t.Kinds}, source: t.Source}
		r.rows = append(r.rows, w)
		numbers, names := numbered(w.picks, nil)
		// One line stands for cameras without a number until the recorder has listed
		// them. If the recorder lacks a named camera, the line stays.
		if (len(w.picks) == 0 || names > 0) && r.camera(0, 0) == nil {
			q.newCamera(r, 0, 0)
		}
		q.pick(r, w, numbers)
	}
}

func (q *Queue) newRecorder(t Task) *recorder {
	serial := t.Facts.Serial
	if t.Facts == (nvr.Facts{}) && !q.options.Look {
		t.Facts = q.options.Archive.Facts(t.Address.String()) // what an earlier run learned
	}
	config := nvr.Config{
		Address:  t.Address,
		Login:    t.Login,
		Clock:    t.Clock,
		Facts:    t.Facts,
		Timeout:  q.options.Timeout,
		Insecure: q.options.Insecure,
		Dial:     q.options.Dial,
		Log:      q.log,
	}
	q.lastRecorder++
	return &recorder{
		id:      q.lastRecorder,
		address: t.Address.String(),
		config:  config,
		source:  t.Source,
		network: t.Network,
		serial:  serial,
		lane:    worker.NewLane(),
		load:    newLoad(q.options.PerRecorder, config.Facts.Load),
		left:    make(chan struct{}),
	}
}

// noteFacts records in the journal what was learned of a recorder, so that the
// next run need not learn it again and signs in no less securely.
func (q *Queue) noteFacts(recorder string, learned nvr.Facts) {
	if q.options.Look || learned == q.options.Archive.Facts(recorder) {
		return
	}
	if err := q.options.Archive.NoteFacts(recorder, learned); err != nil {
		q.log.Error("cannot save what was learned about a recorder", "recorder", recorder, "error", strings.TrimSpace(err.Error()))
	}
}

func (r *recorder) facts() nvr.Facts {
	if r.client == nil {
		return r.config.Facts
	}
	f := r.client.Facts()
	if found := r.load.found(); found > 0 {
		f.Load = found
	}
	return f
}

func (q *Queue) pick(r *recorder, w row, numbers []Pick) {
	for _, p := range numbers {
		q.want(r, p.Channel, cmp.Or(p.Stream, w.stream), w.demand)
	}
}

// want adds recordings of a channel's stream to the recorder's cameras.
func (q *Queue) want(r *recorder, channel int, s nvr.Stream, d demand) {
	c := r.camera(channel, s)
	if c == nil {
		c = q.newCamera(r, channel, s)
	}
	if !slices.Contains(c.asked, d) {
		c.asked = append(c.asked, d)
	}
}

func (q *Queue) newCamera(r *recorder, channel int, s nvr.Stream) *camera {
	c := &camera{
		id:       CameraID(len(q.cameras) + 1),
		recorder: r,
		channel:  channel,
		stream:   s,
		pause:    q.pausedAll,
	}
	if c.pause {
		c.state = Paused
	}
	if channel != 0 && !q.options.Look {
		c.behind = q.options.Archive.CameraOutcome(archive.CameraKey{Recorder: r.address, Track: c.track()}).State == Failed.String()
	}
	c.derives = q.options.Derivations.Wanted() && s != nvr.Photo
	q.cameras = append(q.cameras, c)
	r.cameras = append(r.cameras, c)
	return c
}

// unfold replaces the line for cameras without a number by the channels that
// the recorder listed. The operator's decisions about the line apply to them.
// If rows name missing cameras, it returns their failure and the line stays.
func (q *Queue) unfold(r *recorder, channels []nvr.Channel, now time.Time) (missing Failure) {
	if all := r.camera(0, 0); all != nil {
		r.cameras = slices.DeleteFunc(r.cameras, func(c *camera) bool { return c == all })
		known, lost, rows := len(r.cameras), 0, []string(nil)
		for _, w := range r.rows {
			if len(w.picks) == 0 {
				for _, ch := range channels {
					q.want(r, ch.Number, w.stream, w.demand)
				}
				continue
			}
			found, unknown := numbered(w.picks, channels)
			q.pick(r, w, found)
			if unknown > 0 {
				lost += unknown
				rows = append(rows, w.source)
			}
		}
		for _, c := range r.cameras[known:] {
			c.pause, c.skip = c.pause || all.pause, all.skip
		}
		if lost > 0 {
			missing = unknownNames(lost, strings.Join(rows, ", "), channels, now)
			r.cameras = append(r.cameras, all)
			all.fail(missing)
		} else {
			q.note(func() { q.noteCamera(r.address, 0, archive.Outcome{State: Done.String()}) })
		}
	}
	for _, ch := range channels {
		for _, c := range r.cameras {
			if c.channel == ch.Number {
				c.name, c.offline = nvr.CleanText(ch.Name, 80), ch.Offline
			}
		}
	}
	slices.SortStableFunc(r.cameras, func(a, b *camera) int {
		return int(a.track()) - int(b.track())
	})
	return missing
}

// span determines what is asked of a camera on its recorder's clock. If that
// has grown since the last search, the camera is searched again.
func (q *Queue) span(c *camera, wall, now time.Time) {
	if c.spanned != len(c.asked) {
		c.spanned, c.searched, c.tries, c.searchNext, c.reached = len(c.asked), false, 0, time.Time{}, time.Time{}
		if c.gaveUp != nil {
			c.revive()
		}
	}
	if err := q.setSpans(c, wall); err != nil {
		c.fail(Failure{Kind: "period", What: err.Error(), Remedy: CorrectPeriod, At: now})
	}
}

func (q *Queue) setSpans(c *camera, wall time.Time) error {
	c.spans, c.demands, c.kinds = nil, nil, nil
	for _, d := range c.asked {
		if d.period.IsZero() {
			d.period = q.options.Period
		}
		from, to, err := d.period.Resolve(wall)
		if err != nil {
			return err
		}
		c.demands = append(c.demands, Span{From: from, To: to})
		c.kinds = append(c.kinds, cmp.Or(d.kinds, q.options.Kinds))
	}
	c.spans = union(slices.Clone(c.demands))
	return nil
}

// wants reports whether a recording is of a kind asked for at its time.
func (c *camera) wants(rec nvr.Recording) bool {
	for i, k := range c.kinds {
		if k.want(rec.Kind) && !rec.End.Before(c.demands[i].From) && !rec.Start.After(c.demands[i].To) {
			return true
		}
	}
	return len(c.kinds) == 0
}

func (q *Queue) noteCamera(recorder string, t nvr.Track, o archive.Outcome) {
	if q.options.Look {
		return
	}
	key := archive.CameraKey{Recorder: recorder, Track: t}
	if err := q.options.Archive.NoteCamera(key, o); err != nil {
		q.log.Error("cannot save how a camera ended", "recorder", recorder, "camera", cameraLabel(t.Channel(), t.Stream()), "error", strings.TrimSpace(err.Error()))
	}
}
