package simulator

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"
)

// track is one stream of a channel with its recordings.
type track struct {
	number     int
	channel    Channel
	photos     bool
	recordings []Recording // sorted by start, with names filled in
}

// addTracks creates the tracks of all channels.
func (rec *Recorder) addTracks() {
	rec.tracks = map[int]*track{}
	for _, ch := range rec.config.Channels {
		rec.addTrack(ch, 1, ch.Recordings)
		if ch.SubRecordings != nil {
			rec.addTrack(ch, 2, ch.SubRecordings)
		}
		if ch.Photos != nil {
			rec.addTrack(ch, 3, ch.Photos)
		}
	}
	slices.Sort(rec.order)
}

func (rec *Recorder) addTrack(ch Channel, stream int, list []Recording) {
	t := &track{number: ch.Number*100 + stream, channel: ch, photos: stream == 3}
	if rec.tracks[t.number] != nil {
		panic(fmt.Sprintf("simulator: two channels have the number %d", ch.Number))
	}
	t.recordings = slices.Clone(list)
	slices.SortStableFunc(t.recordings, func(a, b Recording) int { return a.Start.Compare(b.Start) })
	for i := range t.recordings {
		r := &t.recordings[i]
		r.Name = cmp.Or(r.Name, rec.defaultName(t, i))
	}
	rec.tracks[t.number] = t
	rec.order = append(rec.order, t.number)
}

// defaultName returns a file name in the style of the family.
func (rec *Recorder) defaultName(t *track, i int) string {
	prefix := t.number
	if rec.quirks.SameNames {
		prefix = 0
	}
	if rec.quirks.ChannelNames || rec.config.Kind == Camera {
		return fmt.Sprintf("ch%02d_%06d%011d", t.channel.Number, prefix, i)
	}
	return fmt.Sprintf("%08d%09d", prefix, i)
}

// at returns the state of a recording at a wall clock time: a growing one ends
// then, and has its share of the bytes. It reports whether the recording exists
// at all.
func (r Recording) at(now time.Time) (Recording, bool) {
	if !r.Growing || !now.Before(r.End) {
		return r, true
	}
	if !now.After(r.Start) {
		return r, false
	}
	share := float64(now.Sub(r.Start)) / float64(r.End.Sub(r.Start))
	r.End = now.Truncate(time.Second)
	r.Size = max(1, int64(share*float64(r.Size)))
	return r, true
}

// RemoveRecording deletes a file, as a recorder does when its disk is full. It
// reports whether the file existed.
func (rec *Recorder) RemoveRecording(track int, name string) bool {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	t := rec.tracks[track]
	if t == nil {
		return false
	}
	kept := slices.DeleteFunc(slices.Clone(t.recordings), func(r Recording) bool { return r.Name == name })
	removed := len(kept) < len(t.recordings)
	t.recordings = kept
	return removed
}

// Tracks returns all track numbers in ascending order.
func (rec *Recorder) Tracks() []int { return slices.Clone(rec.order) }

// Recordings returns the current recordings of a track, oldest first, or nil if
// there is no such track.
func (rec *Recorder) Recordings(track int) []Recording {
	now := rec.WallClock()
	rec.mu.Lock()
	defer rec.mu.Unlock()
	t := rec.tracks[track]
	if t == nil {
		return nil
	}
	list := make([]Recording, 0, len(t.recordings))
	for _, r := range t.recordings {
		if r, ok := r.at(now); ok {
			list = append(list, r)
		}
	}
	return list
}

// stored returns a file in its final state.
func (rec *Recorder) stored(number int, name string) (Recording, bool) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	t := rec.tracks[number]
	if t == nil {
		return Recording{}, false
	}
	for _, r := range t.recordings {
		if r.Name == name {
			return r, true
		}
	}
	return Recording{}, false
}

// Content returns the bytes of a download without faults, which are always the
// same. It is empty if there is no such recording. For a growing one it is what
// exists now.
func (rec *Recorder) Content(track int, name string) *Content {
	final, ok := rec.stored(track, name)
	now, there := final.at(rec.WallClock())
	if !ok || !there {
		return &Content{}
	}
	return rec.content(track, final, now.Size)
}

// content returns the first size bytes of a recording.
func (rec *Recorder) content(number int, final Recording, size int64) *Content {
	t := rec.tracks[number]
	if t.photos {
		return photo(final, size)
	}
	return rec.quirks.odd(t.channel, final, size)
}

var _ io.ReadSeeker = (*Content)(nil)
