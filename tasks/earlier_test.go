package tasks

import (
	"testing"
	"testing/synctest"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// TestEarlier has a second run that is only about what failed in the first: what
// the first did is known all the same, and nothing of recorders that the sheet
// does not name.
func TestEarlier(t *testing.T) {
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
		files, err := a.Finished()
		if err != nil {
			t.Fatal(err)
		}
		all := Earlier(a, files, b.list, b.queue.Coverage())
		if len(all) != 2 || all[0].Camera.Channel != 1 || all[1].Camera.Channel != 2 {
			t.Fatalf("%+v", all)
		}
		for _, c := range all {
			if !c.Earlier || c.Recorder.Address != "10.0.0.1" || c.Recorder.Source != b.list[0].Source || c.Camera.State != Done || c.Camera.Files != 3 || c.Camera.Bytes == 0 || !c.First.Equal(b.recorders["10.0.0.1"].Recordings(101)[0].Start) {
				t.Errorf("%+v", c)
			}
		}
	})
}
