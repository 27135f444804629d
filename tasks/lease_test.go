package tasks

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

func TestRecordersAreAddedAndDroppedWhileTheQueueRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 4, size), Rate: size / 10}, simulator.Config{Channels: channels(3, 2, size)})
		later := b.list[1]
		b.list = b.list[:1]
		b.start()
		s := b.until("two downloads run", func(s *Snapshot) bool { return s.Active == 2 && s.Files >= 1 })
		first, camera := s.Recorders[0].ID, s.Cameras[0].ID

		b.queue.Add([]Task{later})
		b.until("the recorder that was added is done", func(s *Snapshot) bool { return len(s.Recorders) == 2 && s.Recorders[1].State == Done })
		b.mustHold("10.0.0.2", 101, 201, 301)

		select {
		case <-b.queue.Drop(first, errors.New("another machine takes over")):
		case <-time.After(time.Second):
			t.Fatal("the workers of the recorder that was dropped do not leave")
		}
		b.queue.Snapshot(&s)
		if len(s.Recorders) != 1 || len(s.Cameras) != 3 || s.Active != 0 || !s.Finished {
			t.Fatalf("after dropping: %+v", s)
		}
		if _, ok := b.queue.Camera(camera); ok {
			t.Error("a camera of the recorder that was dropped is still there")
		}
		b.queue.Retry(camera) // harmless
		asked := b.recorders["10.0.0.1"].Stats().Requests[simulator.Download]
		time.Sleep(time.Minute)
		if n := b.recorders["10.0.0.1"].Stats().Requests[simulator.Download]; n != asked {
			t.Errorf("%d downloads after the recorder was dropped", n-asked)
		}
		events := b.events()
		if last := events[len(events)-1]; last.Recorder != first || !strings.Contains(last.Message, "another machine takes over") {
			t.Errorf("the last event is %+v", last)
		}

		had := countEvents(b, EventFile)
		b.queue.Add(b.list) // it is ours again, and continues with the parts
		s = b.finish()
		if len(s.Recorders) != 2 || s.Counts[Done] != 5 || s.Recorders[1].ID == first {
			t.Fatalf("the end: %+v", s)
		}
		b.mustHold("10.0.0.1", 101, 201)
		if n := countEvents(b, EventFile); n-had >= 8 || s.Fetched > 14*size+2*size {
			t.Errorf("%d files and %d bytes were fetched after it came back", n-had, s.Fetched)
		}
	})
}

func TestMoreIsAskedOfARecorderThatIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(3, 4, size)})
		b.options.Period = Period{From: MomentOf(day.Add(8 * time.Hour)), To: MomentOf(day.Add(8*time.Hour + 10*time.Minute))}
		b.list[0].Cameras = []Pick{{Channel: 1}}
		b.start()
		s := b.until("the first row is done", func(s *Snapshot) bool { return s.Finished })
		if s.Files != 1 {
			t.Fatalf("%+v", s.Cameras)
		}
		more := b.task("10.0.0.1", Pick{Channel: 1})
		more.Period = Period{From: MomentOf(day.Add(8*time.Hour + 40*time.Minute)), To: MomentOf(day.Add(8*time.Hour + 50*time.Minute))}
		b.queue.Add([]Task{more, more, b.task("10.0.0.1")})
		s = b.finish()
		if len(s.Recorders) != 1 || len(s.Cameras) != 3 || s.Counts[Done] != 3 || s.Files != 5 {
			t.Fatalf("the end: %+v", s)
		}
	})
}

func TestDropOfARecorderThatIsSearchedAndOneThatIsNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 1, size), Latency: 10 * time.Second})
		b.start()
		<-b.queue.Drop(1, errors.New("not ours"))
		<-b.queue.Drop(1, errors.New("not ours"))
		<-b.queue.Drop(99, errors.New("never was"))
		var s Snapshot
		b.queue.Snapshot(&s)
		if len(s.Recorders)+len(s.Cameras) != 0 || !s.Finished {
			t.Fatalf("after dropping: %+v", s)
		}
		b.stop()
	})
}

// What another machine met at an address counts: a device with another serial
// number is in another network, and none of its recordings are wanted.
func TestAnotherDeviceAtTheAddressIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 2, size)})
		b.list[0].Facts.Serial = "DS-1"
		b.start()
		s := b.until("it is held", func(s *Snapshot) bool { return s.Recorders[0].Hold.Held() })
		r := s.Recorders[0]
		if r.Hold.Kind != nvr.Unreachable || r.SignedIn || !strings.Contains(r.Hold.What, "another device answers here (serial number DS-7616NI-K2") {
			t.Errorf("the recorder is %+v", r)
		}
		if f := b.queue.Facts(r.ID); f != (nvr.Facts{}) {
			t.Errorf("what is known of the other device is told: %+v", f)
		}
		stats := b.recorders["10.0.0.1"].Stats()
		if stats.Requests[simulator.Search] > 0 || stats.Requests[simulator.Download] > 0 {
			t.Errorf("it was asked for recordings: %v", stats.Requests)
		}
		b.queue.Retry(s.Cameras[0].ID) // the operator says that it is the right one
		s = b.finish()
		if s.Counts[Done] != 2 {
			t.Errorf("after a retry: %v", s.Counts)
		}
		b.mustHold("10.0.0.1", 101, 201)
	})
}

// A machine that gets a recorder later counts "the last hour" from when the job
// began, like the machine before.
func TestRelativePeriodsCountFromTheBeginOfTheJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(1, 4, size)})
		time.Sleep(48 * time.Hour)
		b.options.Period, b.options.Began = Period{Last: time.Hour}, time.Now().Add(-24*time.Hour)
		b.list[0].Period = Period{}
		b.start()
		s := b.finish()
		spans := b.queue.cameras[len(b.queue.cameras)-1].spans
		want := s.Recorders[0].Device.WallClock(b.options.Began).Truncate(time.Second)
		if len(spans) != 1 || !spans[0].To.Equal(want) || spans[0].To.Sub(spans[0].From) != time.Hour {
			t.Errorf("the period is %v, it should end at %v", spans, want)
		}
	})
}

func TestOnlyFailedNamesTheCamerasThatFailed(t *testing.T) {
	a, err := archive.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	for key, state := range map[archive.CameraKey]State{
		{Recorder: "10.0.0.1", Track: 101}: Failed, {Recorder: "10.0.0.1", Track: 201}: Done, {Recorder: "10.0.0.1", Track: 301}: Incomplete,
		{Recorder: "10.0.0.2", Track: 101}: Done, {Recorder: "10.0.0.3"}: Failed,
	} {
		if err := a.NoteCamera(key, archive.Outcome{State: state.String(), Camera: fmt.Sprintf("Camera %d", key.Track.Channel())}); err != nil {
			t.Fatal(err)
		}
	}
	task := func(host string, cameras ...Pick) Task {
		address, err := nvr.ParseAddress(host)
		if err != nil {
			t.Fatal(err)
		}
		return Task{Address: address, Cameras: cameras}
	}
	got := OnlyFailed([]Task{
		task("10.0.0.1"), task("10.0.0.1", Pick{Channel: 2}, Pick{Channel: 3}), task("10.0.0.1", Pick{Channel: 2}), task("10.0.0.2"), task("10.0.0.3"),
		task("10.0.0.1", Pick{Name: "camera 1"}, Pick{Name: "Camera 2"}, Pick{Name: "Lift"}), task("10.0.0.2", Pick{Name: "Lift"}),
	}, a)
	want := []Task{
		task("10.0.0.1", Pick{Channel: 1, Stream: nvr.Main}, Pick{Channel: 3, Stream: nvr.Main}), task("10.0.0.1", Pick{Channel: 3}), task("10.0.0.3"),
		task("10.0.0.1", Pick{Channel: 1, Stream: nvr.Main}, Pick{Name: "Lift"}),
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}
