package worker

import (
	"context"
	"errors"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// Meet signs in to a recorder and lists its channels.
type Meet struct {
	Recorder *nvr.Recorder
	NeedList bool // nothing can be searched without the channel list
	ByTime   bool // ask whether it supports download by time
	Health   bool // also ask for the disks, and after how many failed logins this machine is locked out
}

// Met is what a recorder reported about itself.
type Met struct {
	Device   nvr.Device
	Channels []nvr.Channel // when Listing is nil
	Listing  error         // why the channels could not be listed
	Tries    int           // failed logins in a row before this machine is locked out; 0 if unknown
	Disks    []nvr.Disk    // the recorder's disks, if it reports them
	Err      error         // set if nothing is known
}

// Do signs in and lists.
func (m Meet) Do(ctx context.Context) (out Met) {
	defer func() { out.Err = left(ctx, caught(recover(), out.Err)) }()
	if out.Device, out.Err = m.Recorder.SignIn(ctx); out.Err != nil {
		return out
	}
	if m.Health {
		// These are optional. A real fault shows in the next request.
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
	From     time.Time      // skip what an earlier search returned; zero skips nothing
	Why      Question       // asked if nothing is found
	Found    func(nvr.Recording)
	Before   bool // also look for the earliest recording of all
}

// Searched is the result of a search.
type Searched struct {
	Reason string    // why nothing was found, for a person; empty if something was
	Before time.Time // begin of the earliest recording before Spans, on the recorder's wall clock; zero if none, or not asked for
	Err    error
}

// Do searches and hands over each recording as it arrives, so that downloads
// can begin before the search ends.
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
			first, _ := s.first(ctx, s.Track, oldest, s.Spans[0].From.Add(-time.Second))
			out.Before = first.Start
		}
	}
	return out
}

// Prove checks whether a recorder answers at all, by fetching the beginning of
// a recording found earlier or by a small request.
type Prove struct {
	Recorder  *nvr.Recorder
	Recording nvr.Recording // zero means the small request
}

// Do asks; nil means that the recorder answers.
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

// errEnough ends a download after its first bytes.
var errEnough = errors.New("that is enough")

// firstBytes is a sink that refuses all data.
type firstBytes struct{}

func (firstBytes) Write([]byte) (int, error) { return 0, errEnough }
func (firstBytes) Offset() int64             { return 0 }
func (firstBytes) Tail([]byte) error         { return nil }
func (firstBytes) Reset() error              { return nil }
