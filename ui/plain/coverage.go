package plain

import "example.com/hikgrab/tasks"

// CoverageRecord says what was asked of one camera, what its recorder had, and
// what is on disk. Times are the recorder's clock.
type CoverageRecord struct {
	Recorder string      `json:"recorder"`
	Channel  int         `json:"channel,omitempty"`
	Track    int         `json:"track,omitempty"`
	Camera   string      `json:"camera,omitempty"`
	State    string      `json:"state"`
	Asked    float64     `json:"asked_seconds"` // no further than now; with --all, from the first recording on
	Recorded float64     `json:"recorded_seconds"`
	OnDisk   float64     `json:"on_disk_seconds"`
	First    string      `json:"first,omitempty"` // begin of the earliest file
	Last     string      `json:"last,omitempty"`  // end of the latest file
	Gaps     int         `json:"gaps"`            // all gaps longer than 2 s
	GapList  []GapOfTime `json:"gap_list,omitempty"`
}

// GapOfTime is a part of the period asked for that is not on disk.
type GapOfTime struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Recorded bool   `json:"recorded"` // the recorder had it
}

// gapsListed limits the gaps listed per camera; the result sheet has all.
const gapsListed = 100

func coverageRecords(all []tasks.Coverage) []CoverageRecord {
	list := make([]CoverageRecord, 0, len(all))
	for _, c := range all {
		record := CoverageRecord{
			Recorder: clean(c.Recorder.Address), Channel: c.Camera.Channel, Track: int(c.Camera.Track), Camera: clean(c.Camera.Name),
			State: c.Camera.State.String(), Asked: seconds(c.AskedTime), Recorded: seconds(c.RecordedTime), OnDisk: seconds(c.OnDiskTime),
			First: wall(c.First), Last: wall(c.Last), Gaps: len(c.Gaps),
		}
		for _, g := range c.Gaps[:min(len(c.Gaps), gapsListed)] {
			record.GapList = append(record.GapList, GapOfTime{From: wall(g.From), To: wall(g.To), Recorded: g.Recorded})
		}
		list = append(list, record)
	}
	return list
}
