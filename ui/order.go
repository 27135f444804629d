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
	compare func(a, b item) int
}{
	sortSheet: {"sheet order", func(a, b item) int { return cmp.Compare(a.id, b.id) }},
	sortState: {"state", func(a, b item) int { return cmp.Compare(urgency[a.state], urgency[b.state]) }},
	sortRate:  {"speed", func(a, b item) int { return cmp.Compare(b.rate, a.rate) }},
	sortETA:   {"time left", func(a, b item) int { return cmp.Compare(known(a.eta), known(b.eta)) }},
	sortSize:  {"size", func(a, b item) int { return cmp.Compare(b.size, a.size) }},
	sortLeft:  {"to come", func(a, b item) int { return cmp.Compare(b.left, a.left) }},
	sortName:  {"name", func(a, b item) int { return cmp.Compare(a.name, b.name) }},
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

type item struct {
	id    int
	state tasks.State
	rate  float64
	eta   time.Duration
	size  int64
	left  int64
	name  string
}

func recorderItem(r *tasks.RecorderView) item {
	return item{int(r.ID), r.State, r.Rate, r.ETA, r.Total, r.Total - r.Bytes, recorderTitle(r)}
}

func cameraItem(c *tasks.CameraView) item {
	return item{int(c.ID), c.State, c.Rate, c.ETA, c.Total, c.Total - c.Bytes, c.Name}
}

// order is the sequence of recorders, and of cameras within each. It is fixed
// when the operator sorts, because rows that move by themselves cannot be read.
// Later rows come last. The zero value is the order of the sheet.
type order struct {
	key                sortKey
	reverse            bool
	recorders, cameras map[int]int // position by ID; nil means the sheet's order
}

// take sorts the rows of s by key.
func take(s *tasks.Snapshot, key sortKey, reverse bool) order {
	o := order{key: key, reverse: reverse}
	if key != sortSheet || reverse {
		o.recorders, o.cameras = rank(s.Recorders, recorderItem, o), rank(s.Cameras, cameraItem, o)
	}
	return o
}

// rank sorts all by o's key and returns the position of each.
func rank[V any](all []V, of func(*V) item, o order) map[int]int {
	items := make([]item, len(all))
	for i := range all {
		items[i] = of(&all[i])
	}
	slices.SortStableFunc(items, func(a, b item) int {
		if o.reverse {
			a, b = b, a
		}
		return sorts[o.key].compare(a, b)
	})
	places := make(map[int]int, len(items))
	for i, it := range items {
		places[it.id] = i
	}
	return places
}

// rows yields every recorder of s with its cameras, in order, ignoring folds.
func (o *order) rows(s *tasks.Snapshot) iter.Seq[row] {
	return func(yield func(row) bool) {
		for _, r := range placed(s.Recorders, o.recorders, func(r *tasks.RecorderView) int { return int(r.ID) }) {
			if !yield(row{rec: r}) {
				return
			}
			for _, c := range placed(s.Of(r), o.cameras, func(c *tasks.CameraView) int { return int(c.ID) }) {
				if !yield(row{r, c}) {
					return
				}
			}
		}
	}
}

// placed returns all in order of their positions.
func placed[V any](all []V, places map[int]int, id func(*V) int) []*V {
	list := make([]*V, len(all))
	for i := range all {
		list[i] = &all[i]
	}
	if places == nil {
		return list
	}
	place := func(v *V) int {
		if at, ok := places[id(v)]; ok {
			return at
		}
		return len(places)
	}
	slices.SortStableFunc(list, func(a, b *V) int { return cmp.Compare(place(a), place(b)) })
	return list
}
