package tasks

import (
	"testing"
	"testing/synctest"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// TestLatest has a second run that covers only what failed in the first. What
// the first did stays known, but nothing of recorders that the sheet does not
// name.
func TestLatest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 3, size)}, simulator.Config{Channels: channels(1, 1, size)}, simulator.Config{Channels: channels(1, 1, size)})
		good := b.list[1].Login
		b.list[1].Login.Password = "wrong"
		b.start()
		b.finish()

		b.list = b.list[:2]
		b.list[1].Login = good
		b.options.OnlyFailed = true
		b.start()
		s := b.finish()
		if s.Counts[Done] != 1 || len(s.Cameras) != 1 {
			t.Fatalf("states %v", states(&s))
		}
		a, err := archive.Open(b.dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		files, err := a.Recordings()
		if err != nil {
			t.Fatal(err)
		}
		all := Latest(a, files, b.list, b.queue.Coverage())
		if len(all) != 3 || all[0].Earlier || all[1].Camera.Channel != 1 || all[2].Camera.Channel != 2 {
			t.Fatalf("%+v", all)
		}
		for _, c := range all {
			if c.At.IsZero() || c.Period.From.IsZero() || !c.Period.To.After(c.Period.From) {
				t.Errorf("%s: at %v, period %v", c.Camera.Label(), c.At, c.Period)
			}
		}
		for _, c := range all[1:] {
			if !c.Earlier || c.Recorder.Address != "10.0.0.1" || c.Recorder.Source != b.list[0].Source || c.Camera.State != Done || c.Camera.Files != 3 || c.Camera.Bytes == 0 || !c.First.Equal(b.recorders["10.0.0.1"].Recordings(101)[0].Start) {
				t.Errorf("%+v", c)
			}
		}
	})
}

// TestLatestOfAStoppedRun checks that a run that was stopped before it reached
// a camera keeps what was known.
func TestLatestOfAStoppedRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 3, size)})
		b.start()
		b.finish()
		a, err := archive.Open(b.dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		files, err := a.Recordings()
		if err != nil {
			t.Fatal(err)
		}
		covered := []Coverage{{Recorder: RecorderView{Address: "10.0.0.1"}, Camera: CameraView{State: Waiting}}}
		all := Latest(a, files, b.list, covered)
		if len(all) != 2 || all[0].Camera.State != Done || all[0].Camera.Files != 3 || !all[1].Earlier {
			t.Errorf("%+v", all)
		}
		unheard := []Coverage{{Recorder: RecorderView{Address: "10.0.0.9"}, Camera: CameraView{State: Waiting}}}
		if all := Latest(a, files, nil, unheard); len(all) != 1 || all[0].Camera.State != Waiting {
			t.Errorf("of a recorder that nothing is known of: %+v", all)
		}
	})
}
