package ui

import (
	"cmp"
	"slices"
	"time"

	"example.com/hikgrab/tasks"
)

// sortKey is what the operator last sorted by.
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

var sortNames = [numSortKeys]string{"sheet order", "state", "speed", "time left", "size", "to come", "name"}

func (k sortKey) String() string { return sortNames[k] }

// order is the sequence of recorders, and of cameras within each. It is taken
// once, when the operator asks for it, and then stays: rows that change places
// by themselves cannot be read. What appears later comes last. The zero order is
// that of the sheet.
type order struct {
	key       sortKey
	reverse   bool
	recorders map[tasks.RecorderID]int
	cameras   map[tasks.CameraID]int
}

// take sorts what s shows by key.
func take(s *tasks.Snapshot, key sortKey, reverse bool) order {
	o := order{key: key, reverse: reverse}
	if key == sortSheet && !reverse {
		return o
	}
	recorders, cameras := slices.Clone(s.Recorders), slices.Clone(s.Cameras)
	slices.SortStableFunc(recorders, func(a, b tasks.RecorderView) int {
		return o.compare(recorderItem(&a), recorderItem(&b))
	})
	slices.SortStableFunc(cameras, func(a, b tasks.CameraView) int {
		return o.compare(cameraItem(&a), cameraItem(&b))
	})
	o.recorders = make(map[tasks.RecorderID]int, len(recorders))
	for i := range recorders {
		o.recorders[recorders[i].ID] = i
	}
	o.cameras = make(map[tasks.CameraID]int, len(cameras))
	for i := range cameras {
		o.cameras[cameras[i].ID] = i
	}
	return o
}

// urgency is the order of states when sorting by them: trouble first, then
// what moves, then what waits, then what is over.
var urgency = [len(tasks.Counts{})]int{
	tasks.Failed: 0, tasks.Incomplete: 1, tasks.Retrying: 2, tasks.Downloading: 3, tasks.Searching: 4,
	tasks.Pausing: 5, tasks.Paused: 6, tasks.Waiting: 7, tasks.Empty: 8, tasks.Skipped: 9, tasks.Done: 10,
}

// item is what recorders and cameras are compared by.
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

func (o order) compare(a, b item) int {
	var c int
	switch o.key {
	case sortSheet:
		c = cmp.Compare(a.id, b.id)
	case sortState:
		c = cmp.Compare(urgency[a.state], urgency[b.state])
	case sortRate:
		c = cmp.Compare(b.rate, a.rate)
	case sortETA:
		c = cmp.Compare(known(a.eta), known(b.eta))
	case sortSize:
		c = cmp.Compare(b.size, a.size)
	case sortLeft:
		c = cmp.Compare(b.left, a.left)
	case sortName:
		c = cmp.Compare(a.name, b.name)
	}
	if o.reverse {
		return -c
	}
	return c
}

// known puts an unknown time left behind every known one.
func known(eta time.Duration) time.Duration {
	if eta <= 0 {
		return 1<<63 - 1
	}
	return eta
}

// sorted puts the indices of one level, from first on, into order.
func sorted[ID comparable](indices []int, rank map[ID]int, id func(i int) ID) []int {
	if rank == nil {
		return indices
	}
	place := func(i int) int {
		if r, ok := rank[id(i)]; ok {
			return r
		}
		return len(rank) + i
	}
	slices.SortStableFunc(indices, func(a, b int) int { return cmp.Compare(place(a), place(b)) })
	return indices
}
