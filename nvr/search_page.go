package nvr

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"
)

// page sends a search in the form that this device accepts.
func (r *Recorder) page(ctx context.Context, p page) (found, error) {
	var first error
	again := false
	for shape := r.known().shape; shape < len(searchShapes); shape++ {
		d, err := r.fetch(ctx, http.MethodPost, searchPath, p.text(shape))
		if err != nil {
			if e, ok := errors.AsType[*Error](err); ok && e.Kind == Unreachable && e.Detail == noAnswer { // the recorder is there
				err = failure(Short, "the recorder hung up on the search", err)
			}
			return found{}, err
		}
		refused := d.refusal()
		if refused == nil {
			f, err := readFound(d.body)
			if err == nil {
				r.learn(func(l *learned) { l.shape, l.shaped = shape, true })
			}
			return f, err
		}
		if first == nil {
			first = refused
		}
		verdict, _ := readStatus(d.body)
		if refused.Kind == Gone && d.status == http.StatusOK {
			return found{more: moreNone}, nil // "not found": no recordings
		}
		if refused.Kind == Protocol && verdict.noStorage() {
			refused.what = "this device refuses to search"
			return found{}, refused.withRemedy(CheckOwnDisk)
		}
		refused.badRequest = d.status == http.StatusBadRequest || verdict.badRequest()
		if !refused.badRequest || refused.Kind == Busy {
			return found{}, refused
		}
		if r.known().shaped {
			if again || verdict.says("badParameters") {
				return found{}, refused
			}
			// Recorders under load reject valid XML as bad. A long search must not fail
			// because of one such answer.
			again = true
			shape--
			continue
		}
	}
	return found{}, first
}

// take yields the new items of a page. It skips items of other tracks, because
// some units ignore the requested track.
func (s *searching) take(items []foundItem, firstPage bool) (got taken) {
	fresh := make([]Recording, 0, len(items))
	for _, item := range items {
		rec := item.recording(s.track, s.from, s.clock.wall)
		if rec.Track == s.track {
			got.own++
			s.start = later(s.start, rec.Start)
			s.end = later(s.end, rec.End)
		}
		key := itemKey{rec.Track, rec.Name, rec.Start}
		if key.name == "" {
			key.name = rec.URI
		}
		if got.first == nil {
			got.first = &key
		}
		if _, known := s.seen[key]; known {
			continue
		}
		s.seen[key] = rec.End
		got.news++
		if rec.Track == s.track && s.wants(rec) {
			fresh = append(fresh, rec)
		}
	}
	byStart := func(a, b Recording) int { return a.Start.Compare(b.Start) }
	if firstPage {
		s.holding = !slices.IsSortedFunc(fresh, byStart)
	}
	slices.SortStableFunc(fresh, byStart)
	s.held = append(s.held, fresh...)
	if !s.holding || len(s.held) > maxBuffered {
		s.release()
	}
	return got
}

// wants reports whether a recording overlaps the requested range. A photo has
// no length. If an item contradicts itself, its length is unknown, so wants
// trusts that the recorder found it in the range.
func (s *searching) wants(rec Recording) bool {
	if rec.Note != "" {
		return true
	}
	if !rec.Start.Before(s.to) {
		return false
	}
	return rec.End.After(s.from) || rec.Start.Equal(rec.End) && !rec.Start.Before(s.from)
}

// release yields the held items in order.
func (s *searching) release() {
	slices.SortStableFunc(s.held, func(a, b Recording) int { return a.Start.Compare(b.Start) })
	for _, rec := range s.held {
		if s.stopped {
			break
		}
		s.stopped = !s.yield(rec, nil)
	}
	s.held = s.held[:0]
}

// forget drops what can no longer come again, so that a search over years needs
// no more memory than one over days.
func (s *searching) forget(before time.Time) {
	for key, end := range s.seen {
		if end.Before(before.Add(-48 * time.Hour)) {
			delete(s.seen, key)
		}
	}
}
