package fleet

import (
	"testing"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// bringing pretends to collect files.
type bringing struct {
	open   bool
	active int
	limit  int64
}

func (b *bringing) Open() bool               { return b.open }
func (b *bringing) Active() int              { return b.active }
func (b *bringing) SetLimit(bandwidth int64) { b.limit = bandwidth }

// Collecting shares the bandwidth with the downloads, and gets all of it once
// there are none.
func TestTheBandwidthIsSharedWithTheCollecting(t *testing.T) {
	planned := &tasks.Snapshot{
		Recorders: []tasks.RecorderView{{Address: "10.0.0.1", Count: 1}},
		Cameras:   []tasks.CameraView{{Channel: 1, Stream: nvr.Main}},
	}
	home := &bringing{active: 2}
	c := NewCoordinator(nil, nil, nil, planned, CoordinatorOptions{Limit: tasks.Timetable{Usual: 1000}, Run: Run{PerRecorder: 1}, Aside: home})
	m := c.board.machine("UA")
	m.view.Active = 2
	c.board.share()
	if home.limit != 400 || m.limit != 600 {
		t.Errorf("%d for two files, %d for two downloads", home.limit, m.limit)
	}
	c.board.rows[0].cameras[0].State, c.board.rows[0].over = tasks.Done, true
	m.view.Active = 0
	c.board.share()
	if home.limit != 1000 {
		t.Errorf("%d is left for what comes home", home.limit)
	}
	c.board.SetLimit(0)
	c.board.share()
	if home.limit != 0 {
		t.Errorf("without a limit it is %d", home.limit)
	}
}

// Machines are told that a run is over only when they are no longer needed.
func TestARunIsOpenWhileFilesAreCollected(t *testing.T) {
	home := &bringing{open: true}
	c := NewCoordinator(nil, nil, nil, &tasks.Snapshot{}, CoordinatorOptions{Run: Run{PerRecorder: 1}, Aside: home})
	c.table = NewTable(Rules{}, c.o.Now(), false)
	session := c.table.Join("UA", "one", nil, c.o.Now())
	over := func(n uint64) bool {
		var o Orders
		if err := decode(c.beat(t.Context(), Peer{Machine: "UA"}, encode(Beat{Session: session, N: n})), &o); err != nil {
			t.Fatal(err)
		}
		return o.Over
	}
	if over(1) {
		t.Error("a machine is sent away whose files are still needed")
	}
	home.open = false
	if !over(2) {
		t.Error("a machine is kept that has nothing more to do")
	}
}
