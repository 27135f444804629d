package tasks

import "testing"

func TestEventLogKeepsTheLatest(t *testing.T) {
	var r EventLog
	if got := r.Since(0, nil); len(got) != 0 {
		t.Fatalf("an empty log gives %d events", len(got))
	}
	for i := range mostEvents + 5 {
		r.Push(Event{Camera: CameraID(i % 3)})
	}
	all := r.Since(0, nil)
	if len(all) != mostEvents || all[0].Seq != 6 || all[len(all)-1].Seq != mostEvents+5 {
		t.Fatalf("%d events, %d to %d", len(all), all[0].Seq, all[len(all)-1].Seq)
	}
	for i, e := range all {
		if e.Seq != uint64(i)+6 {
			t.Fatalf("event %d has number %d", i, e.Seq)
		}
	}
	if got := r.Since(mostEvents+4, nil); len(got) != 1 || got[0].Seq != mostEvents+5 {
		t.Fatalf("one new event gives %v", got)
	}
	if got := r.Since(mostEvents+5, nil); len(got) != 0 {
		t.Fatalf("nothing new gives %v", got)
	}
	own := r.Of(1)
	if len(own) != ofCamera || own[0].Seq >= own[ofCamera-1].Seq {
		t.Fatalf("a camera's own events: %v", own)
	}
	for _, e := range own {
		if e.Camera != 1 {
			t.Fatalf("an event of camera %d among those of 1", e.Camera)
		}
	}
}
