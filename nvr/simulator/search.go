package simulator

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// defaultPageCap is the most items per page on a DS-7616NXI V4.84.
const defaultPageCap = 64

// item is one line of a search result.
type item struct {
	track int
	rec   Recording
}

func (rec *Recorder) search(r *request) *reply {
	q, err := parseSearch(r.body)
	if errors.Is(err, errFormat) {
		return refuse(r, "badXmlFormat", err.Error())
	}
	if err != nil {
		return refuse(r, "badXmlContent", err.Error())
	}
	if p := rec.refuseSearch(r, &q); p != nil {
		return p
	}
	items, p := rec.matches(r, &q)
	if p != nil {
		return p
	}
	return rec.page(r, &q, items)
}

// refuseSearch applies the habits of devices that refuse what others accept.
func (rec *Recorder) refuseSearch(r *request, q *searchRequest) *reply {
	k := rec.quirks
	nth := int(rec.searches.Add(1))
	switch {
	case !k.AnySearchID && !guid.MatchString(q.id):
		return refuse(r, "badXmlContent", "Tag 13 is invalid (two root tags)")
	case k.RejectNamespace && q.declaration:
		return refuse(r, "badXmlContent", "")
	case k.RejectRightTag && q.rightTag:
		return refuse(r, "badXmlContent", "searchResultPosition")
	case k.RejectLargePage > 0 && q.limit > k.RejectLargePage:
		return refuse(r, "badParameters", "maxResults")
	case q.spans > 1 && !k.SpareSpans:
		return refuse(r, "badParameters", "timeSpanList")
	case k.MaxSpan > 0 && q.to.Sub(q.from) > k.MaxSpan:
		return refuse(r, "badParameters", "timeSpan")
	case k.SearchErrors > 0 && nth%k.SearchErrors == 0,
		!k.IndexFrom.IsZero() && rec.wallOf(q, q.from).Before(k.IndexFrom):
		return refuse(r, "deviceError", "")
	case k.SpuriousSearch > 0 && nth%k.SpuriousSearch == 0:
		return refuse(r, "badXmlContent", "")
	case k.SearchNeedsQuiet && rec.meter.runningNow(Download) > 0:
		return rec.busy(r.Request)
	}
	return nil
}

// matches returns all results of a search.
func (rec *Recorder) matches(r *request, q *searchRequest) ([]item, *reply) {
	k := rec.quirks
	tracks := q.tracks
	if len(tracks) == 0 || k.IgnoreTrackIDList && q.tracksByID {
		// Without a list that it understands, a HiWatch DS-N308 uses track 101.
		tracks = rec.order[:min(1, len(rec.order))]
	}
	from, to := rec.wallOf(q, q.from), rec.wallOf(q, q.to)
	var items []item
	for _, number := range tracks {
		list := rec.Recordings(number)
		if list == nil && k.RefuseUnknown {
			return nil, refuse(r, "badParameters", "trackID")
		}
		for _, found := range list {
			first, last := found.Start, found.End
			if last.Before(first) {
				first, last = last, first
			}
			moment := first.Equal(last) && !first.Before(from) // a photo
			if first.Before(to) && (last.After(from) || moment) ||
				k.TouchingItems && (first.Equal(to) || last.Equal(from)) {
				items = append(items, item{number, found})
			}
		}
	}
	if k.MaxMatches > 0 && len(items) > k.MaxMatches {
		return nil, refuse(r, "deviceError", "")
	}
	if k.Descending {
		slices.Reverse(items)
	}
	return items, nil
}

// wallOf converts a time in a search to the wall clock.
func (rec *Recorder) wallOf(q *searchRequest, t time.Time) time.Time {
	if q.fromOffset || rec.utc() {
		return rec.zone.wall(t)
	}
	return t
}

// utc reports whether times in searches are true UTC.
func (rec *Recorder) utc() bool {
	return rec.quirks.Clock == TrueUTC || rec.quirks.Clock == ClockOfKind && rec.config.Kind == Camera
}

// page returns one page of the items.
func (rec *Recorder) page(r *request, q *searchRequest, items []item) *reply {
	k := rec.quirks
	position := q.position
	if k.IgnorePosition || k.RepeatOnNewID && !rec.seen(q.id) {
		position = 0
	}
	if k.SearchCap > 0 && len(items) > k.SearchCap {
		items = items[:k.SearchCap]
	}
	if len(items) == 0 && k.NothingWith200 {
		return refusal(r.Request, http.StatusOK, "notFound", "")
	}
	if k.EndlessMore && len(items) > 0 {
		return rec.result(r, q, items, rec.invented(items[0]), true)
	}
	limit := cmp.Or(k.PageCap, defaultPageCap)
	if q.limit > 0 {
		limit = min(limit, q.limit)
	}
	begin := min(position, len(items))
	if k.RepeatItems && begin > 0 {
		begin--
	}
	end := min(begin+limit, len(items))
	shown := items[begin:end]
	if k.RepeatItems && position > len(items) {
		shown = nil
	}
	return rec.result(r, q, items, shown, end < len(items))
}

// invented returns a page of new items that cannot be fetched.
func (rec *Recorder) invented(like item) []item {
	page := make([]item, defaultPageCap)
	for i := range page {
		n := rec.inventions.Add(1)
		page[i] = like
		page[i].rec.Name = fmt.Sprintf("invented%09d", n)
		page[i].rec.Start = like.rec.Start.Add(time.Duration(n%3600) * time.Second)
		page[i].rec.End = page[i].rec.Start.Add(time.Second)
	}
	return page
}

// seen remembers a searchID and reports whether it was known. Like devices, it
// keeps few sessions.
func (rec *Recorder) seen(id string) bool {
	const remembered = 256
	rec.mu.Lock()
	defer rec.mu.Unlock()
	known := rec.sessions[id]
	if len(rec.sessions) >= remembered || rec.quirks.OneSession {
		clear(rec.sessions)
	}
	rec.sessions[id] = true
	return known
}
