package nvr

import (
	"context"
	"errors"
	"strings"
	"time"
)

// timeSkill says whether a device can send a time range of a recording instead
// of the whole file, which covers hours. Sources conflict: a gateway downloads
// by time from newer units, while others refuse it, hang up, or send the whole
// file (isSupportDownloadbyTime is false on a DS-7616NXI-K2 V4.84.101).
type timeSkill int

const (
	timeUnknown timeSkill = iota
	timeSaid              // its capabilities say so
	timeShown             // it sent what was requested
	timeDenied            // its capabilities say no, or it sent something else
)

var timeSkillNames = [...]string{timeUnknown: "", timeSaid: "said", timeShown: "shown", timeDenied: "no"}

// String returns "said", "shown" or "no", or "" if unknown.
func (s timeSkill) String() string { return timeSkillNames[s] }

// ErrNotByTime is in the error of DownloadSpan if the recorder may have refused
// only because the request was by time.
var ErrNotByTime = errors.New("not by time")

// LearnByTime asks, once per recorder, whether it claims to support download by
// time. For this run, no answer means no.
func (r *Recorder) LearnByTime(ctx context.Context) {
	if _, err := r.join(ctx); err != nil || r.known().timed != timeUnknown {
		return
	}
	d, err := r.optional(ctx, downloadPath+"/capabilities")
	if concernsOne(err) {
		d, err = r.optional(ctx, downloadPath+"/capabilities")
	}
	if err != nil {
		r.log.Debug("whether it downloads by time is not known", "reason", err)
		return
	}
	skill := timeDenied
	if strings.EqualFold(fields(d.body, "isSupportDownloadbyTime")["isSupportDownloadbyTime"], "true") {
		skill = timeSaid
	}
	r.learn(func(l *learned) { l.timed = skill })
}

// ByTime reports whether the recorder claims to support download by time and
// has never sent anything else. It sends no request.
func (r *Recorder) ByTime() bool {
	skill := r.known().timed
	return skill == timeSaid || skill == timeShown
}

// NoteByTime records whether DownloadSpan delivered what was requested, which
// only the pictures show. After one wrong result, the recorder permanently
// counts as not supporting download by time.
func (r *Recorder) NoteByTime(right bool, why string) {
	skill := timeDenied
	if right {
		skill = timeShown
	} else {
		r.log.Warn("the recorder does not download by time, although it says so", "reason", why)
	}
	r.learn(func(l *learned) {
		if l.timed != timeDenied {
			l.timed = skill
		}
	})
}

// DownloadSpan is Download for the part of a recording between two times on the
// recorder's wall clock. It checks how many bytes arrive but not what they are:
// the recorder may send another time range, or the whole recording. Anything
// already in sink must be of the same span.
func (r *Recorder) DownloadSpan(ctx context.Context, rec Recording, from, to time.Time, sink Sink) (Receipt, error) {
	j, err := r.join(ctx)
	if err != nil {
		return Receipt{}, r.fail("download", rec.Track, err)
	}
	part := rec
	part.URI = r.searchClock(j).spanAddress(rec.URI, from, to)
	part.Start, part.End, part.Size, part.Name = from, to, 0, ""
	d := downloading{
		recorder: r, device: j.device, ctx: ctx, rec: part, sink: sink, ignoreLength: r.known().wrongLength,
		most: mostBytes(rec, rec.Size),
	}
	held := sink.Offset()
	err = d.run(r.forms(j.device.Kind, part))
	if KindOf(err) == Protocol && held > 0 && sink.Offset() == 0 { // it could not be resumed
		err = d.run(r.forms(j.device.Kind, part))
	}
	if err = d.ended(err); d.refusesTime(err) {
		err = errors.Join(ErrNotByTime, err)
	}
	return d.receipt, err
}

// spanAddress returns the address of a time range of a track, in the form that
// searches return. Searches omit fractions of seconds, so the last second
// counts in full.
func (c searchClock) spanAddress(uri string, from, to time.Time) string {
	const layout = "20060102T150405Z"
	track, _, _ := strings.Cut(uri, "?")
	from, to = c.ask(from, to.Truncate(time.Second).Add(time.Second))
	return track + "?starttime=" + from.Format(layout) + "&endtime=" + to.Format(layout)
}

// refusesTime reports whether a failure may be only about asking by time. Once a
// download by time has worked, "busy" means busy.
func (d *downloading) refusesTime(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	switch e.Kind {
	case TooLarge:
		return true
	case Busy, Timeout, Slow, Short:
		return d.receipt.Received == 0 && (e.Faulty() || d.recorder.known().timed != timeShown)
	case Protocol, Forbidden, Gone:
		return d.receipt.Received == 0
	case KindUnknown, Auth, Locked, Unreachable, TLS:
	}
	return false
}
