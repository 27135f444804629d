package tasks

import "testing"

func TestRingKeepsTheLatest(t *testing.T) {
	var r ring
	if got := r.since(0, nil); len(got) != 0 {
		t.Fatalf("an empty ring gives %d events", len(got))
	}
	for i := range ringSize + 5 {
		r.push(Event{Camera: CameraID(i % 3)})
	}
	all := r.since(0, nil)
	if len(all) != ringSize || all[0].Seq != 6 || all[len(all)-1].Seq != ringSize+5 {
		t.Fatalf("%d events, %d to %d", len(all), all[0].Seq, all[len(all)-1].Seq)
	}
	for i, e := range all {
		if e.Seq != uint64(i)+6 {
			t.Fatalf("event %d has number %d", i, e.Seq)
		}
	}
	if got := r.since(ringSize+4, nil); len(got) != 1 || got[0].Seq != ringSize+5 {
		t.Fatalf("one new event gives %v", got)
	}
	if got := r.since(ringSize+5, nil); len(got) != 0 {
		t.Fatalf("nothing new gives %v", got)
	}
	own := r.of(1, 4)
	if len(own) != 4 || own[0].Seq >= own[3].Seq {
		t.Fatalf("a camera's own events: %v", own)
	}
	for _, e := range own {
		if e.Camera != 1 {
			t.Fatalf("an event of camera %d among those of 1", e.Camera)
		}
	}
}
