package tasks

import (
	"slices"
	"time"
)

// joined sorts spans, merges those that overlap or touch, and drops empty ones.
func joined(spans []Span) []Span {
	return union(slices.DeleteFunc(slices.Clone(spans), func(s Span) bool { return !s.To.After(s.From) }))
}

// union sorts spans and merges those that overlap or touch.
func union(spans []Span) []Span {
	slices.SortFunc(spans, func(a, b Span) int { return a.From.Compare(b.From) })
	all := spans[:0]
	for _, s := range spans {
		if n := len(all); n > 0 && !s.From.After(all[n-1].To) {
			all[n-1].To = later(all[n-1].To, s.To)
			continue
		}
		all = append(all, s)
	}
	return all
}

// within returns the parts of spans that lie in bounds. Both are in order and
// without overlaps.
func within(spans, bounds []Span) []Span {
	var parts []Span
	for i, j := 0, 0; i < len(spans) && j < len(bounds); {
		part := Span{From: later(spans[i].From, bounds[j].From), To: earlier(spans[i].To, bounds[j].To)}
		if part.To.After(part.From) {
			parts = append(parts, part)
		}
		if spans[i].To.Before(bounds[j].To) {
			i++
		} else {
			j++
		}
	}
	return parts
}

// without returns the parts of bounds that no span covers. Both are in order
// and without overlaps.
func without(bounds, spans []Span) []Span {
	var parts []Span
	for _, b := range bounds {
		for len(spans) > 0 && !spans[0].To.After(b.From) {
			spans = spans[1:]
		}
		at := b.From
		for _, s := range spans {
			if !s.From.Before(b.To) {
				break
			}
			if s.From.After(at) {
				parts = append(parts, Span{From: at, To: s.From})
			}
			at = s.To
		}
		if b.To.After(at) {
			parts = append(parts, Span{From: at, To: b.To})
		}
	}
	return parts
}

func length(spans []Span) (sum time.Duration) {
	for _, s := range spans {
		sum += s.To.Sub(s.From)
	}
	return sum
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
