package tasks

import (
	"cmp"
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"example.com/hikgrab/nvr"
)

// Finding is what a survey learned of one recorder.
type Finding struct {
	Address  string
	Name     string // from the sheet
	Source   string // the row that names it
	Device   nvr.Device
	SignedIn bool
	// LoginTries is how many bad logins in a row lock this machine out, 0 when
	// the recorder does not say; after a refused login it is how many are left.
	LoginTries int
	Clock      nvr.Clock    // how the recorder writes times in searches; ClockAuto: not found out
	Notices    []nvr.Notice // what an operator should know of it
	Cameras    []CameraFinding
	Failure    Failure // zero when the recorder answered
}

// CameraFinding is what a survey learned of one camera.
type CameraFinding struct {
	Track       nvr.Track
	Name        string
	Offline     bool
	Period      Span // what was asked for, the recorder's wall clock
	Recordings  int
	Bytes       int64          // announced
	First, Last time.Time      // begin of the earliest, end of the latest recording
	Recorded    time.Duration  // the sum of the recordings' lengths
	Kinds       map[string]int // recordings by what they were made for, "" where the recorder does not say
	Others      int            // recordings of kinds that are not asked for, in none of the above
	Failure     Failure        // zero when the search went through
	Reason      string         // for a camera without recordings: the most likely reason, for a person
}

const (
	surveyAtOnce = 32              // recorders; cameras of one recorder come one after the other
	busyTries    = 3               // searches of a camera while its recorder is busy
	busyWait     = 2 * time.Second // between them, unless the recorder says how long
)

// Survey signs in to every recorder of list, lists its cameras and their
// recordings, and hands what it learned of each to found, one call at a time,
// as recorders answer. It downloads nothing. It returns ctx's error when it was
// cut short.
func Survey(ctx context.Context, list []Task, o Options, found func(Finding)) error {
	slots := make(chan struct{}, surveyAtOnce)
	var mu sync.Mutex
	var wg sync.WaitGroup
	defer wg.Wait()
	for _, s := range surveysOf(list, o) {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		wg.Go(func() {
			defer func() { <-slots }()
			s.run(ctx)
			if ctx.Err() != nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			found(s.finding)
		})
	}
	wg.Wait()
	return ctx.Err()
}

// survey looks at one recorder.
type survey struct {
	config   nvr.Config
	recorder *nvr.Recorder
	rows     []Task // all rows that name this recorder with this login
	period   Period // for rows that name none
	kinds    Kinds

	channels []nvr.Channel
	listed   bool // channels is what the recorder has
	finding  Finding
}

// surveysOf groups rows by recorder, in the order of the sheet, so that each is
// signed in to once.
func surveysOf(list []Task, o Options) []*survey {
	type key struct {
		address nvr.Address
		login   nvr.Login
		clock   nvr.Clock
	}
	var all []*survey
	known := map[key]*survey{}
	for _, t := range list {
		k := key{t.Address, t.Login, t.Clock}
		s := known[k]
		if s == nil {
			s = &survey{
				config: nvr.Config{
					Address: t.Address, Login: t.Login, Clock: t.Clock, Timeout: o.Timeout,
					Insecure: o.Insecure, Log: o.Log, Dial: o.Dial,
				},
				period:  o.Period,
				kinds:   o.Kinds,
				finding: Finding{Address: t.Address.String(), Name: t.Name, Source: t.Source},
			}
			known[k] = s
			all = append(all, s)
		}
		s.rows = append(s.rows, t)
	}
	return all
}

// run fills in the finding. A panic becomes the finding's failure: other
// recorders are still to be looked at.
func (s *survey) run(ctx context.Context) {
	defer func() {
		if v := recover(); v != nil {
			s.finding.Failure = failureOf(&panicError{value: v, stack: debug.Stack()}, time.Now())
		}
	}()
	s.recorder = nvr.New(s.config)
	defer s.recorder.Close()
	if err := s.look(ctx); err != nil {
		s.finding.Failure = failureOf(err, time.Now())
		if e, ok := errors.AsType[*nvr.Error](err); ok && e.Kind == nvr.Auth {
			s.finding.LoginTries = max(0, e.TriesLeft)
		}
	}
	s.finding.Clock, _ = s.recorder.Clock()
	if notice := s.recorder.ClockNotice(); notice != (nvr.Notice{}) {
		s.finding.Notices = append(s.finding.Notices, notice)
	}
}

func (s *survey) look(ctx context.Context) error {
	if err := s.meet(ctx); err != nil {
		return err
	}
	for _, row := range s.rows {
		if err := s.searchRow(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

// meet signs in and lists the channels. A recorder that refuses to list them
// is no failure as long as every row names its cameras.
func (s *survey) meet(ctx context.Context) error {
	device, err := s.recorder.SignIn(ctx)
	if err != nil {
		return err
	}
	s.finding.Device, s.finding.SignedIn = device, true
	// Not knowing this is no reason to stop; what is, the next request tells.
	tries, _ := s.recorder.LoginTries(ctx)
	s.finding.LoginTries = max(0, tries)
	channels, err := s.recorder.Channels(ctx)
	if err == nil {
		s.channels, s.listed = channels, true
		return nil
	}
	if dooms(err) || slices.ContainsFunc(s.rows, func(t Task) bool { return needsList(t.Cameras) }) {
		return err
	}
	return nil
}

// dooms reports whether err says that asking the same recorder again now is
// useless, or would harm the account.
func dooms(err error) bool {
	switch nvr.KindOf(err) {
	case nvr.Auth, nvr.Locked, nvr.Unreachable, nvr.TLS:
		return true
	case nvr.KindUnknown, nvr.Forbidden, nvr.Busy, nvr.Gone, nvr.Timeout, nvr.Slow, nvr.Short, nvr.Protocol, nvr.TooLarge:
	}
	return errors.Is(err, context.Canceled)
}

// searchRow looks at every camera that a row wants. Its error concerns the
// recorder as a whole; what concerns a camera stands in its finding.
func (s *survey) searchRow(ctx context.Context, row Task) error {
	period := row.Period
	if period.IsZero() {
		period = s.period
	}
	from, to, err := period.Resolve(s.finding.Device.WallClock(time.Now()))
	if err != nil {
		return err
	}
	picks, unknown := numbered(row.Cameras, s.channels)
	if unknown > 0 {
		s.finding.Cameras = append(s.finding.Cameras, CameraFinding{
			Period: Span{From: from, To: to}, Failure: unknownNames(unknown, row.Source, s.channels, time.Now()),
		})
		if len(picks) == 0 {
			return nil // which would mean all
		}
	}
	row.Cameras = picks
	for _, track := range s.tracks(row) {
		c := s.camera(track, Span{From: from, To: to})
		if slices.ContainsFunc(s.finding.Cameras, func(o CameraFinding) bool {
			return o.Track == c.Track && o.Period == c.Period
		}) {
			continue
		}
		err := s.search(ctx, &c, cmp.Or(row.Kinds, s.kinds))
		switch {
		case err != nil:
			c.Failure = failureOf(err, time.Now())
		case c.Recordings == 0 && c.Others > 0:
			c.Reason = "what is there was recorded for something else than asked"
		case c.Recordings == 0:
			c.Reason = s.reason(ctx, c)
		}
		s.finding.Cameras = append(s.finding.Cameras, c)
		if err != nil && dooms(err) {
			return err
		}
	}
	return nil
}

// tracks returns what a row wants, all channels when it names none.
func (s *survey) tracks(row Task) []nvr.Track {
	var tracks []nvr.Track
	stream := row.Stream
	if stream == 0 {
		stream = nvr.Main
	}
	for _, p := range row.Cameras {
		if p.Stream == 0 {
			p.Stream = stream
		}
		tracks = append(tracks, nvr.TrackOf(p.Channel, p.Stream))
	}
	if len(row.Cameras) == 0 {
		for _, c := range s.channels {
			tracks = append(tracks, nvr.TrackOf(c.Number, stream))
		}
	}
	return tracks
}

// camera returns the finding of a camera that was not searched yet.
func (s *survey) camera(track nvr.Track, period Span) CameraFinding {
	c := CameraFinding{Track: track, Period: period}
	if ch, ok := s.channel(track); ok {
		c.Name, c.Offline = ch.Name, ch.Offline
	}
	return c
}

// channel returns what the recorder said of a track's channel.
func (s *survey) channel(track nvr.Track) (nvr.Channel, bool) {
	i := slices.IndexFunc(s.channels, func(c nvr.Channel) bool { return c.Number == track.Channel() })
	if i < 0 {
		return nvr.Channel{}, false
	}
	return s.channels[i], true
}

// search counts the recordings of a camera, again after a while when the
// recorder is busy.
func (s *survey) search(ctx context.Context, c *CameraFinding, kinds Kinds) error {
	for try := 1; ; try++ {
		err := s.count(ctx, c, kinds)
		if nvr.KindOf(err) != nvr.Busy || try == busyTries {
			return err
		}
		if err := waitOut(ctx, err); err != nil {
			return err
		}
	}
}

// waitOut waits as long as a busy recorder asked for, within reason.
func waitOut(ctx context.Context, busy error) error {
	wait := busyWait
	if e, ok := errors.AsType[*nvr.Error](busy); ok && e.RetryAfter > 0 {
		wait = min(e.RetryAfter, 30*time.Second)
	}
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *survey) count(ctx context.Context, c *CameraFinding, kinds Kinds) error {
	c.Recordings, c.Bytes, c.Recorded, c.Others, c.Kinds = 0, 0, 0, 0, map[string]int{}
	c.First, c.Last = time.Time{}, time.Time{}
	for r, err := range s.recorder.Search(ctx, c.Track, c.Period.From, c.Period.To) {
		if err != nil {
			return err
		}
		if !kinds.want(r.Kind) {
			c.Others++
			continue
		}
		c.Kinds[r.Kind]++
		if c.Recordings == 0 || r.Start.Before(c.First) {
			c.First = r.Start
		}
		if r.End.After(c.Last) {
			c.Last = r.End
		}
		c.Recordings++
		c.Bytes += r.Size
		c.Recorded += max(0, r.End.Sub(r.Start))
	}
	return nil
}
