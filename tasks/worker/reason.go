package worker

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

const (
	clockTolerance = 2 * time.Minute
	hintTimeout    = 15 * time.Second // for all requests behind one reason
	hintReach      = 366 * 24 * time.Hour
)

// oldest is before all recordings; a clock that has lost its battery shows 2000
// or 1970.
var oldest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Question asks why a camera has no recordings although some were expected.
type Question struct {
	Device   nvr.Device
	Listed   bool // Channels is complete
	Channels []nvr.Channel
	Offline  bool   // the recorder cannot see the camera
	User     string // the signed-in user
}

// ask returns the most likely reason why a search found nothing, for a person.
// It costs a few requests of one page each.
func (q Question) ask(ctx context.Context, s Search) string {
	device, period := q.Device, archive.Span{From: s.Spans[0].From, To: s.Spans[len(s.Spans)-1].To}
	now := device.WallClock(time.Now())
	if q.Listed && !slices.ContainsFunc(q.Channels, func(c nvr.Channel) bool { return c.Number == s.Track.Channel() }) {
		return fmt.Sprintf("the recorder has no channel %d; it has %s", s.Track.Channel(), channelList(q.Channels))
	}
	if period.From.After(now) {
		return fmt.Sprintf("the period begins in the future: the recorder's clock shows %s", now.Format(time.DateTime))
	}
	clock := clockReason(device)
	ctx, cancel := context.WithTimeout(ctx, hintTimeout)
	defer cancel()
	if clock == "" && s.Track.Stream() != nvr.Main {
		main := nvr.TrackOf(s.Track.Channel(), nvr.Main)
		if _, ok := s.first(ctx, main, period.From, period.To); ok {
			return fmt.Sprintf("the recorder keeps no %s stream of it then, but it has the main stream: ask for main", s.Track.Stream())
		}
	}
	if where := s.elsewhere(ctx, period, now); where != "" {
		if clock != "" {
			return clock + "; " + where
		}
		return where
	}
	if clock != "" {
		return clock
	}
	if q.Offline {
		return "the camera is offline, and the recorder has no recordings of it: check its power, cable and password on the recorder"
	}
	return fmt.Sprintf("the recorder has no recordings of it: check the recording schedule, the disk, and that user %s may play it back", q.User)
}

// clockReason returns a sentence if the recorder's clock is wrong, otherwise
// "".
func clockReason(d nvr.Device) string {
	off := d.ClockError
	if !d.ClockKnown || !d.ZoneKnown || off.Abs() <= clockTolerance {
		return ""
	}
	how := "fast"
	if off < 0 {
		how = "slow"
	}
	return fmt.Sprintf("the recorder's clock is %s %s, so its recordings carry other times: ask for those times, and set the clock",
		Roughly(off.Abs()), how)
}

// Roughly writes how far a clock is off: "26 h", "1 h 5 min", "150 s". Seconds
// do not matter when it is off by hours.
func Roughly(d time.Duration) string {
	hours, minutes := d/time.Hour, d%time.Hour/time.Minute
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case hours > 0 && minutes > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case hours > 0:
		return fmt.Sprintf("%d h", hours)
	case d >= 5*time.Minute:
		return fmt.Sprintf("%d min", minutes)
	}
	return fmt.Sprintf("%d s", d/time.Second)
}

// elsewhere says where the camera's recordings are if not in the period.
func (s Search) elsewhere(ctx context.Context, period archive.Span, now time.Time) string {
	before, hasBefore := s.first(ctx, s.Track, period.From.Add(-hintReach), period.From.Add(-time.Second))
	after, hasAfter := nvr.Recording{}, false
	if end := period.To.Add(time.Second); end.Before(now) {
		after, hasAfter = s.first(ctx, s.Track, end, now)
	}
	switch {
	case hasBefore && hasAfter:
		return fmt.Sprintf("it was not recording then: it has recordings from %s on, and again from %s", begin(before), begin(after))
	case hasBefore:
		return fmt.Sprintf("it was not recording then: it has recordings from %s on, and none after the period", begin(before))
	case hasAfter:
		return fmt.Sprintf("its recordings begin at %s: older ones were overwritten, or recording started only then", begin(after))
	}
	return ""
}

// first returns the earliest recording in a period. An error counts as none,
// because a hint must not fail a search.
func (s Search) first(ctx context.Context, track nvr.Track, from, to time.Time) (nvr.Recording, bool) {
	for r, err := range s.Recorder.Search(ctx, track, from, to) {
		return r, err == nil
	}
	return nvr.Recording{}, false
}

func begin(r nvr.Recording) string { return r.Start.Format("2006-01-02 15:04") }

// channelList writes channels the way people do: "1-4, 6".
func channelList(channels []nvr.Channel) string {
	if len(channels) == 0 {
		return "none"
	}
	var parts []string
	for i := 0; i < len(channels); {
		last := i
		for last+1 < len(channels) && channels[last+1].Number == channels[last].Number+1 {
			last++
		}
		part := fmt.Sprint(channels[i].Number)
		if last > i {
			part += fmt.Sprintf("-%d", channels[last].Number)
		}
		parts = append(parts, part)
		i = last + 1
	}
	return strings.Join(parts, ", ")
}
