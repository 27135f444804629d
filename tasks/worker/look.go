package worker

import (
	"context"
	"errors"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// Meet signs in to a recorder and lists its channels.
type Meet struct {
	Recorder *nvr.Recorder
	NeedList bool // nothing can be searched without the list
	ByTime   bool // ask whether it downloads by time
	Health   bool // ask how many bad logins lock this machine out, and for the disks, too
}

// Met is what a recorder said of itself.
type Met struct {
	Device   nvr.Device
	Channels []nvr.Channel // when Listing is nil
	Listing  error         // why the channels could not be listed
	Tries    int           // bad logins in a row that lock this machine out; 0 when that is not known
	Disks    []nvr.Disk    // what the recorder records on, as far as it tells
	Err      error         // nothing is known
}

// Do signs in and lists.
func (m Meet) Do(ctx context.Context) (out Met) {
	defer func() { out.Err = left(ctx, caught(recover(), out.Err)) }()
	if out.Device, out.Err = m.Recorder.SignIn(ctx); out.Err != nil {
		return out
	}
	if m.Health {
		// Not knowing this is no reason to stop; what is, the next request tells.
		tries, _ := m.Recorder.LoginTries(ctx)
		out.Tries = max(0, tries)
		out.Disks, _ = m.Recorder.Disks(ctx)
	}
	if m.ByTime {
		m.Recorder.LearnByTime(ctx)
	}
	out.Channels, out.Listing = m.Recorder.Channels(ctx)
	if kind := nvr.KindOf(out.Listing); ctx.Err() != nil || (kind.Temporary() && kind != nvr.Protocol && m.NeedList) {
		out.Err = out.Listing
	}
	return out
}

// Search asks for the recordings of a track.
type Search struct {
	Recorder *nvr.Recorder
	Track    nvr.Track
	Spans    []archive.Span // of the recorder's wall clock, in order, without overlaps
	From     time.Time      // leave out what an earlier search has told already; zero: nothing
	Why      Question       // asked when there is nothing at all
	Found    func(nvr.Recording)
	Before   bool // look for the earliest recording of all, too
}

// Searched is what became of a search.
type Searched struct {
	Reason string    // why there is nothing, for a person; empty when something was found
	Before time.Time // begin of the earliest recording before Spans, on the recorder's wall clock; zero: none, or not asked
	Err    error
}

// Do searches and hands over each recording as it comes, so that downloads can
// begin while later ones are still being looked for.
func (s Search) Do(ctx context.Context) (out Searched) {
	defer func() { out.Err = left(ctx, caught(recover(), out.Err)) }()
	some := !s.From.IsZero()
	for _, span := range s.Spans {
		if !span.To.After(s.From) && !s.From.IsZero() {
			continue
		}
		from := span.From
		if s.From.After(from) {
			from = s.From
		}
		for rec, err := range s.Recorder.Search(ctx, s.Track, from, span.To) {
			if err != nil {
				out.Err = err
				return out
			}
			some = true
			s.Found(rec)
		}
	}
	if len(s.Spans) > 0 {
		if !some {
			out.Reason = s.Why.ask(ctx, s)
		}
		if s.Before {
			ctx, cancel := context.WithTimeout(ctx, hintTimeout)
			defer cancel()
			first, _ := s.first(ctx, s.Track, dawn, s.Spans[0].From.Add(-time.Second))
			out.Before = first.Start
		}
	}
	return out
}

// Prove finds out whether a recorder answers at all: by the beginning of a
// recording that came before, or by a small question.
type Prove struct {
	Recorder  *nvr.Recorder
	Recording nvr.Recording // zero: the small question
}

// Do asks; nil means that the recorder serves.
func (p Prove) Do(ctx context.Context) (err error) {
	defer func() { err = left(ctx, caught(recover(), err)) }()
	if p.Recording == (nvr.Recording{}) {
		_, err = p.Recorder.LoginTries(ctx)
		return err
	}
	if _, err = p.Recorder.Download(ctx, p.Recording, firstBytes{}); errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// errEnough ends a download of which only the beginning was wanted.
var errEnough = errors.New("that is enough")

// firstBytes is a sink that takes nothing.
type firstBytes struct{}

func (firstBytes) Write([]byte) (int, error) { return 0, errEnough }
func (firstBytes) Offset() int64             { return 0 }
func (firstBytes) Tail([]byte) error         { return nil }
func (firstBytes) Reset() error              { return nil }

// has reports whether a channel is among those listed.
func has(channels []nvr.Channel, number int) bool {
	return slices.ContainsFunc(channels, func(c nvr.Channel) bool { return c.Number == number })
}
