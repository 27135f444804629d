package tasks

import (
	"flag"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/worker"
)

func TestMain(m *testing.M) {
	// Thirty random runs per property are enough for the everyday suite.
	if err := flag.Set("rapid.checks", "30"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

const size = 200_000

func TestEverythingIsFetchedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(
			t,
			simulator.Config{Channels: channels(3, 4, size)},
			simulator.Config{Kind: simulator.DVR, Channels: channels(2, 3, size)},
		)
		b.start()
		s := b.finish()
		if s.Counts[Done] != 5 || s.Files != 18 || !s.TotalKnown || s.Bytes != s.Total || s.Bytes != 18*size {
			t.Fatalf("the end: %+v", s)
		}
		b.mustHold("10.0.0.1", 101, 201, 301)
		b.mustHold("10.0.0.2", 101, 201)
		if n := countEvents(b, EventFile); n != 18 {
			t.Errorf("%d events of files", n)
		}

		b.start()
		s = b.finish()
		if s.Counts[Done] != 5 || s.Files != 18 || s.Fetched != 0 {
			t.Fatalf("the second run: %+v", s)
		}
		for host, rec := range b.recorders {
			if n := rec.Stats().FullDeliveries; n != 12 && n != 6 {
				t.Errorf("%s delivered %d files", host, n)
			}
		}
	})
}

func countEvents(b *rig, kind EventType) int {
	n := 0
	for _, e := range b.events() {
		if e.Type == kind {
			n++
		}
	}
	return n
}

func TestRefusedLoginIsAskedOnceAndHoldsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(
			t,
			simulator.Config{Channels: channels(2, 2, size)},
			simulator.Config{Channels: channels(4, 2, size), Password: "another"},
		)
		b.list[1].Cameras = []Pick{{Channel: 1}, {Channel: 2}, {Channel: 3}, {Channel: 4}}
		b.start()
		s := b.finish()
		b.mustHold("10.0.0.1", 101, 201)
		if s.Counts[Done] != 2 || s.Counts[Failed] != 4 {
			t.Fatalf("states %v", states(&s))
		}
		if n := b.recorders["10.0.0.2"].Stats().Auth.Refused; n != 1 {
			t.Errorf("%d refused logins", n)
		}
		if s.Recorders[1].Hold.Kind != nvr.Auth || s.Recorders[1].Hold.Remedy == "" {
			t.Errorf("held by %+v", s.Recorders[1].Hold)
		}
		bad := slices.DeleteFunc(b.events(), func(e Event) bool { return !e.Bad() })
		if len(bad) != 1 || bad[0].Failure.Kind != nvr.Auth.String() {
			t.Errorf("one refused login is told as %+v", bad)
		}
	})
}

func TestPasswordCorrectedInTheSheetIsUsedOnRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 2, size), Password: "another"})
		b.options.Reread = func() ([]Task, error) {
			mended := slices.Clone(b.list)
			mended[0].Login.Password = "another"
			return mended, nil
		}
		b.start()
		s := b.until("the login is refused", func(s *Snapshot) bool { return s.Finished })
		if s.Counts[Failed] != 1 {
			t.Fatalf("states %v", states(&s))
		}
		b.queue.Retry(s.Cameras[0].ID)
		s = b.finish()
		if s.Counts[Done] != 2 {
			t.Fatalf("states %v", states(&s))
		}
		if n := b.recorders["10.0.0.1"].Stats().Auth.Refused; n != 1 {
			t.Errorf("%d refused logins", n)
		}
	})
}

func TestBrokenDownloadsAreTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 3, size)})
		b.recorders["10.0.0.1"].ScriptTrack(simulator.Download, 101,
			simulator.DropAfter(50_000), simulator.XMLWith200, simulator.CloseDelimited(70_000), simulator.EmptyBody)
		b.start()
		s := b.finish()
		if s.Counts[Done] != 2 || s.Cameras[0].Failure.Kind != "" {
			t.Fatalf("cameras %+v", s.Cameras)
		}
		b.mustHold("10.0.0.1", 101, 201)
		for _, e := range b.events() {
			if e.Type == EventRetry && (e.Next.IsZero() || e.Failure.What == "" || e.Attempt == 0) {
				t.Errorf("a retry is told without its time, cause or number: %+v", e)
			}
		}
		if n := countEvents(b, EventRetry); n == 0 {
			t.Error("no retry was told")
		}
	})
}

// attempts returns how many attempts failed at each recording of a camera.
func attempts(q *Queue, id CameraID) (all []int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range q.camera(id).recordings {
		all = append(all, r.attempts)
	}
	return all
}

func TestCameraThatGivesUpIsIncompleteAndCanBeRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(1, 3, size)})
		b.options.Retries = 3
		rec := b.recorders["10.0.0.1"]
		rec.ScriptTrack(simulator.Download, 101, simulator.None, simulator.None)
		rec.ScriptTrackAlways(simulator.Download, 101, simulator.DropAfter(1000))
		b.start()
		s := b.until("the camera gives up", func(s *Snapshot) bool { return s.Finished })
		if s.Counts[Incomplete] != 1 || s.Files != 2 {
			t.Fatalf("cameras %+v", s.Cameras)
		}
		detail, ok := b.queue.Camera(s.Cameras[0].ID)
		if !ok || len(detail.Recordings) != 3 || !slices.ContainsFunc(detail.Recordings, func(r RecordingView) bool {
			return r.State == RecordingFailed && r.Failure.What != "" && r.Failure.Remedy != ""
		}) || !slices.Contains(attempts(b.queue, s.Cameras[0].ID), 3) {
			t.Errorf("details %+v", detail)
		}
		rec.ScriptTrackAlways(simulator.Download, 101, simulator.None)
		if n := b.retryFailed(); n != 1 {
			t.Fatalf("%d cameras to retry", n)
		}
		s = b.finish()
		if s.Counts[Done] != 1 {
			t.Fatalf("cameras %+v", s.Cameras)
		}
		b.mustHold("10.0.0.1", 101)
	})
}

func TestOnlyFailedFetchesWhatWasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(
			t,
			simulator.Config{Channels: channels(3, 2, size)},
			simulator.Config{Channels: channels(2, 2, size), Password: "another"},
			simulator.Config{Channels: channels(1, 2, size)},
		)
		b.options.Retries = 2
		rec := b.recorders["10.0.0.1"]
		rec.ScriptTrackAlways(simulator.Download, 201, simulator.DropAfter(1000))
		b.start()
		s := b.finish()
		if s.Counts[Failed] != 2 || s.Counts[Done] != 3 {
			t.Fatalf("states %v", states(&s))
		}

		rec.ScriptTrackAlways(simulator.Download, 201, simulator.None)
		b.list[1].Login.Password = "another"
		b.options.OnlyFailed = true
		b.start()
		s = b.finish()
		if len(s.Cameras) != 3 || s.Counts[Done] != 3 || len(s.Recorders) != 2 {
			t.Fatalf("the second run has %+v", s.Cameras)
		}
		b.mustHold("10.0.0.1", 101, 201, 301)
		b.mustHold("10.0.0.2", 101, 201)

		b.start()
		s = b.finish()
		if len(s.Cameras) != 0 {
			t.Fatalf("the third run has %+v", s.Cameras)
		}
	})
}

// A sheet may have ten thousand recorders that never answer.
func TestARecorderThatNeverAnsweredKeepsNoClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(1, 1, size)})
		rec := b.recorders["10.0.0.1"]
		b.network.Remove(address)
		b.start()
		b.until("the recorder is held", func(s *Snapshot) bool { return s.Recorders[0].Hold.Kind == nvr.Unreachable })
		b.queue.mu.Lock()
		kept := b.queue.recorders[0].client
		b.queue.mu.Unlock()
		if kept != nil {
			t.Error("a client is kept of a recorder that never answered")
		}
		b.network.Handle(address, rec)
		if s := b.finish(); s.Counts[Done] != 1 {
			t.Errorf("states %v", states(&s))
		}
	})
}

func TestSlotsAreSharedAndBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := simulator.Config{Channels: channels(4, 3, size), Rate: size / 10}
		b := setUp(t, slow, slow, slow)
		b.options.Jobs, b.options.PerRecorder = 3, 2
		b.start()
		// Whoever signs in first gets the free slots; after that they take turns.
		b.until("every recorder has one of three slots", func(s *Snapshot) bool {
			return s.Active == 3 && !slices.ContainsFunc(s.Recorders, func(r RecorderView) bool { return r.Active != 1 })
		})
		b.queue.SetJobs(6)
		b.until("six downloads run", func(s *Snapshot) bool { return s.Active == 6 })
		b.mostJobs = 6
		b.queue.SetJobs(1)
		b.until("five of them have made room", func(s *Snapshot) bool { return s.Active == 1 && s.Jobs == 1 })
		b.finish()
		for host, rec := range b.recorders {
			if n := rec.Stats().MaxDownloads; n != 2 {
				t.Errorf("%s saw %d downloads at once", host, n)
			}
		}
	})
}

func TestBusyRecorderIsAskedLess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(4, 6, size), Rate: size / 20, MaxDownloads: 1})
		b.options.PerRecorder = 4
		b.start()
		s := b.until("the limit falls", func(s *Snapshot) bool { return len(s.Cameras) == 4 && s.Recorders[0].Limit == 1 })
		if s.Counts[Failed] != 0 {
			t.Fatalf("states %v", states(&s))
		}
		refused := b.recorders["10.0.0.1"].Stats().Refused
		b.until("one more is tried", func(*Snapshot) bool { return b.recorders["10.0.0.1"].Stats().Refused > refused })
		s = b.finish()
		if s.Counts[Done] != 4 {
			t.Fatalf("states %v", states(&s))
		}
		b.mustHold("10.0.0.1", 101, 201, 301, 401)
		if n := countEvents(b, EventRetry); n > 4 { // one may, each time that a download ends as another is refused
			t.Errorf("being busy burnt %d attempts", n)
		}
		told := map[CameraID]int{}
		for _, e := range b.events() {
			if e.Type == EventCamera && e.State == Downloading {
				told[e.Camera]++
			}
		}
		for id, n := range told {
			if n != 1 {
				t.Errorf("camera %d: told %d times that it is downloading", id, n)
			}
		}
	})
}

func TestUnreachableRecorderIsProbedThenGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(1, 1, size)})
		b.list = append(b.list, b.task("10.0.0.99"))
		b.start()
		began := time.Now()
		s := b.finish()
		if s.Counts[Done] != 1 || s.Counts[Failed] != 1 {
			t.Fatalf("states %v", states(&s))
		}
		if s.Recorders[1].Hold.Kind != nvr.Unreachable || s.Recorders[1].State != Failed {
			t.Errorf("the recorder: %+v", s.Recorders[1])
		}
		if took := time.Since(began); took > 2*time.Minute {
			t.Errorf("giving up a recorder that never answered took %v", took)
		}
	})
}

func TestRebootingRecorderLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(3, 4, size), Rate: size / 10})
		b.start()
		b.until("downloads run", func(s *Snapshot) bool { return s.Files >= 1 && s.Active == 2 })
		rec := b.recorders["10.0.0.1"]
		b.network.Remove("10.0.0.1:80")
		b.until("the recorder is held", func(s *Snapshot) bool { return s.Recorders[0].Hold.Kind == nvr.Unreachable })
		time.Sleep(2 * time.Minute)
		b.network.Handle("10.0.0.1:80", rec)
		s := b.finish()
		if s.Counts[Done] != 3 {
			t.Fatalf("states %v", states(&s))
		}
		b.mustHold("10.0.0.1", 101, 201, 301)
		if n := countEvents(b, EventError); n != 0 {
			t.Errorf("%d recordings were given up", n)
		}
	})
}

func TestPauseResumeSkipAndRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(3, 2, size), Rate: size / 60})
		b.options.PerRecorder = 2
		b.start()
		s := b.until("two downloads run", func(s *Snapshot) bool { return s.Active == 2 })
		one, two := s.Cameras[0].ID, s.Cameras[1].ID

		b.queue.Pause(one)
		b.queue.Skip(two)
		synctest.Wait()
		b.queue.Snapshot(&s)
		if s.Cameras[0].State != Paused || s.Cameras[1].State != Skipped || s.Cameras[2].State != Downloading {
			t.Fatalf("states %v", states(&s))
		}
		b.until("the third is done", func(s *Snapshot) bool { return s.Cameras[2].State == Done })
		b.queue.Snapshot(&s)
		if s.Finished || s.Cameras[0].State != Paused {
			t.Fatalf("finished with a paused camera: %+v", s)
		}
		b.queue.Resume(one)
		b.queue.Retry(two)
		b.queue.Snapshot(&s)
		if s.Active != 2 {
			t.Fatalf("resume and retry take effect at once: %v", states(&s))
		}
		s = b.finish()
		if s.Counts[Done] != 3 {
			t.Fatalf("states %v", states(&s))
		}
		b.mustHold("10.0.0.1", 101, 201, 301)
		if n := countEvents(b, EventRetry); n != 0 {
			t.Errorf("the operator's wishes burnt %d attempts", n)
		}
	})
}

func TestPauseAllHoldsForCamerasToCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 1, size), Latency: 10 * time.Second})
		b.start()
		b.queue.PauseAll(true)
		time.Sleep(10 * time.Minute)
		var s Snapshot
		b.queue.Snapshot(&s)
		if s.Counts[Paused] != len(s.Cameras) || !s.AllPaused || b.recorders["10.0.0.1"].Stats().BytesSent != 0 {
			t.Fatalf("paused: %+v", s)
		}
		b.queue.PauseAll(false)
		if s = b.finish(); s.Counts[Done] != 2 {
			t.Fatalf("states %v", states(&s))
		}
	})
}

func TestStopKeepsWhatCanBeContinued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 3, size), Rate: size / 10})
		b.start()
		b.until("something is on disk", func(s *Snapshot) bool { return s.Files >= 1 })
		b.stop()
		var s Snapshot
		b.queue.Snapshot(&s)
		if s.Finished || s.Active != 0 || s.Files >= 6 {
			t.Fatalf("after stopping: %+v", s)
		}
		had := s.Files
		b.start()
		s = b.finish()
		if s.Files != 6 || s.Fetched > int64(6-had)*size {
			t.Fatalf("%d files after %d, %d bytes fetched", s.Files, had, s.Fetched)
		}
		b.mustHold("10.0.0.1", 101, 201)
	})
}

func TestDrainFinishesWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 3, size), Rate: size / 10})
		b.start()
		b.until("two downloads run", func(s *Snapshot) bool { return s.Active == 2 })
		b.queue.Drain()
		s := b.finish()
		if s.Files != 2 || s.Counts[Waiting] != 2 {
			t.Fatalf("drained: %+v", s)
		}
	})
}

func TestStopBeforeRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(1, 1, size)})
		b.start()
		b.stop()
		b.options.Archive = b.archive
		q := NewQueue(b.list, b.options)
		if err := q.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		q.Run(t.Context()) // returns at once
		q.Skip(1)          // and later calls do no harm
	})
}

func TestGrowingRecordingIsLeftForLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		list := append(morning(1, size), simulator.Recording{
			Start: day.Add(11*time.Hour + 50*time.Minute), End: day.Add(12*time.Hour + 5*time.Minute), Size: size, Growing: true,
		})
		b := setUp(t, simulator.Config{Channels: []simulator.Channel{{Recordings: list}}})
		b.start()
		s := b.finish()
		if s.Counts[Done] != 1 || s.Files != 1 {
			t.Fatalf("the first run: %+v", s)
		}
		if !slices.ContainsFunc(b.events(), func(e Event) bool {
			return e.Type == EventNotice && strings.Contains(e.Message, "still being written")
		}) {
			t.Error("nobody was told of the recording that still grows")
		}
		covered := b.queue.Coverage()[0]
		last := covered.Stretches[len(covered.Stretches)-1]
		if last.Presence != Growing || !last.From.Equal(list[1].Start) || !covered.Gaps[len(covered.Gaps)-1].Recorded {
			t.Errorf("it is covered as %+v, gaps %+v", last, covered.Gaps)
		}
		time.Sleep(time.Hour)
		b.start()
		if s = b.finish(); s.Files != 2 {
			t.Fatalf("the second run: %+v", s)
		}
		b.mustHold("10.0.0.1", 101)
	})
}

func TestEmptyCamerasAndPeriods(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: append(channels(1, 4, size), simulator.Channel{Number: 2})})
		b.options.Period = Period{From: MomentOf(day.Add(8*time.Hour + 16*time.Minute)), To: MomentOf(day.Add(8*time.Hour + 20*time.Minute))}
		b.start()
		s := b.finish()
		if s.Counts[Done] != 1 || s.Counts[Empty] != 1 || s.Files != 1 {
			t.Fatalf("%v, %d files", states(&s), s.Files)
		}
		if reason := s.Cameras[1].Reason; !strings.Contains(reason, "recording schedule") || s.Cameras[0].Reason != "" {
			t.Errorf("why there is nothing: %q", reason)
		}
	})
}

func TestRefusedDiscoveryNamesTheRow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shy := simulator.Config{Channels: channels(2, 1, size), Quirks: simulator.Quirks{RefuseDiscovery: true}}
		b := setUp(t, shy, shy)
		b.list[1].Cameras = []Pick{{Channel: 1}, {Channel: 2, Stream: nvr.Main}}
		b.start()
		s := b.finish()
		if s.Counts[Failed] != 1 || s.Counts[Done] != 2 {
			t.Fatalf("states %v", states(&s))
		}
		if f := s.Cameras[0].Failure; f.Remedy != nvr.NameChannels {
			t.Errorf("nothing says to name the channels: %+v", f)
		}
	})
}

func TestPanicOfAWorkerFailsOneRecording(t *testing.T) {
	out := worker.Fetch{}.Do(t.Context()) // no archive: a bug in hikgrab if there ever was one
	if out.Err == nil {
		t.Fatal("no error")
	}
	f := FailureOf(out.Err, time.Now())
	if f.Kind != "panic" || f.Remedy == "" {
		t.Fatalf("told as %+v", f)
	}
	if d := decide(trouble{asked: askedRecording, err: out.Err}, standing{signedIn: true}); d.part != isLost {
		t.Errorf("a panic is tried again: %+v", d)
	}
}
