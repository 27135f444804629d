package plain

import (
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

var (
	zone       = time.FixedZone("", 3*3600)
	moment1842 = time.Date(2026, 11, 3, 18, 42, 8, 123456789, zone)
)

const gib = 1 << 30

// sample is a run with one recorder with mixed results and one that refused the
// login.
func sample() *tasks.Snapshot {
	refused := tasks.Failure{
		Kind: "auth", What: `the recorder refused user "admin"`, Remedy: nvr.CheckLogin,
	}
	s := &tasks.Snapshot{
		At: moment1842, Elapsed: 2*time.Hour + 33*time.Minute + 51*time.Second,
		Bytes: 812 * gib, Total: 1728 * gib, TotalKnown: true, Fetched: 800 * gib, Rate: 187 << 20,
		ETA: 81 * time.Minute, Files: 900, Recordings: 1800, Active: 2,
		Disk: tasks.Disk{Dir: "recordings", Free: 3 << 40},
		Recorders: []tasks.RecorderView{
			{ID: 0, Address: "10.20.0.11", Name: "Склад Север", Source: "tasks.xlsx  Sheet1!A2", First: 0, Count: 4},
			{ID: 1, Address: "10.20.0.14", Name: "Цех 3", Source: "tasks.xlsx  Sheet1!A7", First: 4, Count: 3},
		},
		Cameras: []tasks.CameraView{
			{ID: 0, Channel: 1, Track: 101, Stream: nvr.Main, Name: "Въезд КПП-1", State: tasks.Done},
			{
				ID: 1, Channel: 2, Track: 202, Stream: nvr.Sub, Name: "Рампа", State: tasks.Incomplete, Files: 3, Recordings: 4,
				Failure: tasks.Failure{Kind: "short", What: "one recording ended early", Remedy: nvr.CheckNetwork},
			},
			{
				ID: 2, Channel: 3, Track: 301, Stream: nvr.Main, State: tasks.Failed,
				Failure: tasks.Failure{Kind: "forbidden", What: "no right to play back", Remedy: nvr.GrantPlayback},
			},
			{ID: 3, Channel: 4, Track: 401, Stream: nvr.Main, State: tasks.Skipped},
			{ID: 4, Recorder: 1, Channel: 1, Track: 101, Stream: nvr.Main, State: tasks.Failed, Failure: refused},
			{ID: 5, Recorder: 1, Channel: 2, Track: 201, Stream: nvr.Main, State: tasks.Failed, Failure: refused},
			{ID: 6, Recorder: 1, Channel: 3, Track: 301, Stream: nvr.Main, State: tasks.Failed, Failure: refused},
		},
	}
	tally(s)
	return s
}

// tally counts the cameras' states.
func tally(s *tasks.Snapshot) {
	s.Counts = tasks.Counts{}
	for _, c := range s.Cameras {
		s.Counts[c.State]++
	}
}

// happenings returns one event of each type.
func happenings() []tasks.Event {
	failure := tasks.Failure{Kind: "timeout", What: "nothing came for 30 s", Remedy: nvr.WaitLonger}
	return []tasks.Event{
		{Seq: 1, Time: moment1842, Type: tasks.EventRecorder, Address: "10.20.0.11", Camera: -1, Message: "signed in: NVR DS-7616NXI-K2"},
		{
			Seq: 2, Time: moment1842, Type: tasks.EventCamera, Address: "10.20.0.11", Camera: 1, Channel: 2, Track: 202,
			CameraName: "Рампа", State: tasks.Downloading, Message: "4 recordings, 3.9 GiB",
		},
		{
			Seq: 3, Time: moment1842, Type: tasks.EventFile, Address: "10.20.0.11", Camera: 0, Channel: 1, Track: 101, CameraName: "Въезд КПП-1",
			State: tasks.Downloading, Path: "10.20.0.11/ch01/a.mp4", Bytes: gib, Took: 47 * time.Second, Attempt: 1,
			Message: "1.00 GiB in 00:47",
		},
		{
			Seq: 4, Time: moment1842, Type: tasks.EventRetry, Address: "10.20.0.11", Camera: 2, Channel: 3, Track: 301,
			State: tasks.Retrying, Failure: failure, Attempt: 2, Next: moment1842.Add(12 * time.Second),
			Message: "nothing came for 30 s, attempt 2 of 5 in 12 s",
		},
		{
			Seq: 5, Time: moment1842, Type: tasks.EventError, Address: "10.20.0.14", Camera: -1, Failure: failure,
			Message: "the recorder was given up",
		},
		{
			Seq: 6, Time: moment1842, Type: tasks.EventNotice, Camera: -1,
			Message: "an odd \x1b[31mname\x1b[0m\nwith \u202Ereversed\u202C text and \xff",
		},
	}
}
