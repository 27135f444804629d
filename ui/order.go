package ui

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"time"

	"example.com/hikgrab/tasks"
)

// sortKey is the operator's last sort order.
type sortKey int

const (
	sortSheet sortKey = iota
	sortState
	sortRate
	sortETA
	sortSize
	sortLeft
	sortName
	numSortKeys
)

// sorts holds each key's name and comparison.
var sorts = [numSortKeys]struct {
	name    string
	compare func(a, b *tasks.CameraView) int
}{
	sortSheet: {"sheet order", func(a, b *tasks.CameraView) int { return cmp.Compare(a.ID, b.ID) }},
	sortState: {"state", func(a, b *tasks.CameraView) int { return cmp.Compare(urgency[a.State], urgency[b.State]) }},
	sortRate:  {"speed", func(a, b *tasks.CameraView) int { return cmp.Compare(b.Rate, a.Rate) }},
	sortETA:   {"time left", func(a, b *tasks.CameraView) int { return cmp.Compare(known(a.ETA), known(b.ETA)) }},
	sortSize:  {"size", func(a, b *tasks.CameraView) int { return cmp.Compare(b.Total, a.Total) }},
	sortLeft:  {"to come", func(a, b *tasks.CameraView) int { return cmp.Compare(b.Total-b.Bytes, a.Total-a.Bytes) }},
	sortName:  {"name", func(a, b *tasks.CameraView) int { return cmp.Compare(a.Name, b.Name) }},
}

func (k sortKey) String() string { return sorts[k].name }

// urgency orders states for sorting: trouble first, then active, waiting and
// ended.
var urgency = [len(tasks.Counts{})]int{
	tasks.Failed: 0, tasks.Incomplete: 1, tasks.Retrying: 2, tasks.Downloading: 3, tasks.Searching: 4,
	tasks.Pausing: 5, tasks.Paused: 6, tasks.Waiting: 7, tasks.Empty: 8, tasks.Skipped: 9, tasks.Done: 10,
}

// known sorts an unknown time left after every known one.
func known(eta time.Duration) time.Duration {
	if eta <= 0 {
		return math.MaxInt64
	}
	return eta
}

// view returns what a row is sorted by.
func (r row) view() *tasks.CameraView {
	if r.cam != nil {
		return r.cam
	}
	return &tasks.CameraView{
		ID: tasks.CameraID(r.rec.ID), Name: recorderTitle(r.rec), State: r.rec.State, Rate: r.rec.Rate, ETA: r.rec.ETA, Total: r.rec.Total, Bytes: r.rec.Bytes,
	}
}

// order is the sequence of recorders, and of cameras within each. It is fixed
// when the operator sorts, because rows that move by themselves cannot be read.
// Later rows come last. The zero value is the order of the sheet.
type order struct {
	key     sortKey
	reverse bool
	places  map[rowID]int // among the rows of its kind; nil means the sheet's order
}

// take sorts the rows of s by key.
func take(s *tasks.Snapshot, key sortKey, reverse bool) order {
	o := order{key: key, reverse: reverse}
	if key == sortSheet && !reverse {
		return o
	}
	var ids []rowID
	views := map[rowID]*tasks.CameraView{}
	for r := range o.rows(s) {
		ids = append(ids, r.id())
		views[r.id()] = r.view()
	}
	slices.SortStableFunc(ids, func(a, b rowID) int {
		if reverse {
			a, b = b, a
		}
		return sorts[key].compare(views[a], views[b])
	})
	o.places = make(map[rowID]int, len(ids))
	for i, id := range ids {
		o.places[id] = i
	}
	return o
}

// rows yields every recorder of s with its cameras, in order, ignoring folds.
func (o *order) rows(s *tasks.Snapshot) iter.Seq[row] {
	return func(yield func(row) bool) {
		for _, r := range sorted(s.Recorders, o.places, func(r *tasks.RecorderView) row { return row{rec: r} }) {
			if !yield(r) {
				return
			}
			for _, c := range sorted(s.Of(r.rec), o.places, func(c *tasks.CameraView) row { return row{r.rec, c} }) {
				if !yield(c) {
					return
				}
			}
		}
	}
}

// sorted returns the rows of all in order of their places.
func sorted[V any](all []V, places map[rowID]int, of func(*V) row) []row {
	list := make([]row, len(all))
	for i := range all {
		list[i] = of(&all[i])
	}
	if places == nil {
		return list
	}
	place := func(r row) int {
		if at, ok := places[r.id()]; ok {
			return at
		}
		return len(places)
	}
	slices.SortStableFunc(list, func(a, b row) int { return cmp.Compare(place(a), place(b)) })
	return list
}
