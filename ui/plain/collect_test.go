package plain

import (
	"bytes"
	"strings"
	"testing"

	"example.com/hikgrab/tasks"
)

// homeward is a run that collects two files of a machine, with one camera.
func homeward(cameras bool) *tasks.Snapshot {
	s := &tasks.Snapshot{}
	add := func(v tasks.RecorderView, rows ...tasks.CameraView) {
		v.First, v.Count = len(s.Cameras), len(rows)
		s.Cameras = append(s.Cameras, rows...)
		s.Add(v)
	}
	if cameras {
		add(tasks.RecorderView{Address: "10.20.0.11"}, tasks.CameraView{Channel: 1, State: tasks.Done, Files: 2, Recordings: 2})
	}
	gone := tasks.Failure{Kind: "unreachable", What: "kazan-1 is not there, and what it fetched stays on it"}
	add(tasks.RecorderView{Address: "kazan-1", Collected: true},
		tasks.CameraView{Channel: 1, State: tasks.Done, Files: 1, Recordings: 1},
		tasks.CameraView{Channel: 1, State: tasks.Failed, Recordings: 1, Failure: gone})
	add(tasks.RecorderView{Address: "office", Collected: true}, tasks.CameraView{Channel: 1, State: tasks.Done}) // files were made from it
	return s
}

func TestTheSummaryCountsFilesApartFromCameras(t *testing.T) {
	for want, r := range map[string]Report{
		"1 of 1 camera complete, 1 of 2 files collected": {Snapshot: homeward(true)},
		"hikgrab: 1 of 2 files collected":                {Snapshot: homeward(false), Files: true},
		"every file that the machines reported is here":  {Snapshot: &tasks.Snapshot{}, Files: true},
		"0 of 0 cameras complete":                        {Snapshot: &tasks.Snapshot{}},
	} {
		var b bytes.Buffer
		if err := NewLines(&b, true).Summary(r); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s%v", want, &b, err)
		}
	}
}
