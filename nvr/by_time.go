package nvr

import (
	"context"
	"errors"
	"strings"
	"time"
)

// timeSkill is what is known of a device's giving a recording by time, and not as
// the file that it keeps, which holds hours. Sources conflict: a gateway asks
// newer units so first, others refuse it, hang up, or send the whole file
// (isSupportDownloadbyTime is false on a DS-7616NXI-K2 V4.84.101).
type timeSkill int

const (
	timeUnknown timeSkill = iota
	timeSaid              // its capabilities say so
	timeShown             // what came was what was asked for
	timeDenied            // its capabilities say no, or something else came
)

var timeSkillNames = [...]string{timeUnknown: "", timeSaid: "said", timeShown: "shown", timeDenied: "no"}

// String returns "said", "shown" or "no", "" when nothing is known.
func (s timeSkill) String() string { return timeSkillNames[s] }

// ErrNotByTime is in the error of DownloadSpan when the recorder may refuse
// nothing but to download by time.
var ErrNotByTime = errors.New("not by time")

// LearnByTime asks, once per recorder, whether it claims to download by time. What
// it does not answer is no claim, for this run.
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

// ByTime reports whether the recorder claims to download by time, and never sent
// anything else. It asks nobody.
func (r *Recorder) ByTime() bool {
	skill := r.known().timed
	return skill == timeSaid || skill == timeShown
}

// NoteByTime tells whether what came of DownloadSpan was what was asked for; only
// the pictures show that. After one that was not, the recorder counts for good as
// one that does not download by time.
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

// DownloadSpan is Download of what a recording has between two times, on the
// recorder's wall clock. It can say how many bytes come, but not what: the
// recorder may have sent another time, or the whole recording. What a sink holds
// has to be of the same span.
func (r *Recorder) DownloadSpan(ctx context.Context, rec Recording, from, to time.Time, sink Sink) (Receipt, error) {
	j, err := r.join(ctx)
	if err != nil {
		return Receipt{}, r.fail("download", rec.Track, err)
	}
	part := rec
	part.URI = r.clockwork(j).spanAddress(rec.URI, from, to)
	part.Start, part.End, part.Size, part.Name = from, to, 0, ""
	d := downloading{
		recorder: r, device: j.device, ctx: ctx, rec: part, sink: sink, unlength: r.known().unlength,
		most: mostBytes(rec, rec.Size),
	}
	held := sink.Offset()
	err = d.run(r.forms(j.device.Kind, part))
	if KindOf(err) == Protocol && held > 0 && sink.Offset() == 0 { // it could not be continued
		err = d.run(r.forms(j.device.Kind, part))
	}
	if err = d.ended(err); d.refusesTime(err) {
		err = errors.Join(ErrNotByTime, err)
	}
	return d.receipt, err
}

// spanAddress names a time of a track as the addresses do that a search gives. A
// search leaves out fractions of seconds, so that the last second counts in full.
func (c clockwork) spanAddress(uri string, from, to time.Time) string {
	const layout = "20060102T150405Z"
	track, _, _ := strings.Cut(uri, "?")
	from, to = c.ask(from, to.Truncate(time.Second).Add(time.Second))
	return track + "?starttime=" + from.Format(layout) + "&endtime=" + to.Format(layout)
}

// refusesTime reports whether a failure may be about asking by time alone. A
// recorder that has given something so is busy when it says so.
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
