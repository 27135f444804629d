package plain

import (
	"bufio"
	"encoding/json"
	"io"
	"time"

	"example.com/hikgrab/tasks"
)

// JSON prints newline-delimited JSON for programs; the package comment says
// what stays stable.
type JSON struct {
	w   *bufio.Writer
	enc *json.Encoder
}

// NewJSON returns a printer of JSON to w.
func NewJSON(w io.Writer) *JSON {
	b := bufio.NewWriter(w)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	return &JSON{w: b, enc: enc}
}

// Notice writes a message about the run as a whole.
func (j *JSON) Notice(at time.Time, text string) error {
	return j.write(noticeRecord(at, text))
}

func noticeRecord(at time.Time, text string) EventRecord {
	return EventRecord{Type: string(tasks.EventNotice), Time: stamp(at), Message: clean(text)}
}

// Events writes events, oldest first.
func (j *JSON) Events(events []tasks.Event) error {
	records := make([]any, 0, len(events))
	for _, e := range events {
		records = append(records, eventRecord(e))
	}
	return j.write(records...)
}

// Gap says how many events were lost because the reader was slow.
func (j *JSON) Gap(at time.Time, missed uint64) error {
	return j.write(GapRecord{Type: "gap", Time: stamp(at), Missed: missed})
}

// Progress writes the progress of the run.
func (j *JSON) Progress(s *tasks.Snapshot) error {
	return j.write(ProgressRecord{Type: "progress", Time: stamp(s.At), Totals: totalsOf(s)})
}

// Summary writes the result of the run.
func (j *JSON) Summary(r Report) error {
	s := r.Snapshot
	record := SummaryRecord{
		Type: "summary", Time: stamp(s.At), Totals: totalsOf(s), ExitCode: r.ExitCode,
		AverageRate: int64(averageRate(s)), Manifest: clean(r.Manifest), Log: clean(r.Log), Result: clean(r.Result), Page: clean(r.Page),
		Retry: clean(r.Retry), Continue: clean(r.Continue), Failed: []CameraRecord{}, Coverage: coverageRecords(r.Coverage),
		RawFiles: r.RawFiles, RawBytes: r.RawBytes,
	}
	for _, rec := range s.Recorders {
		for _, c := range s.Cameras[rec.First : rec.First+rec.Count] {
			if c.State == tasks.Failed || c.State == tasks.Incomplete {
				record.Failed = append(record.Failed, cameraRecord(rec, c))
			}
		}
	}
	return j.write(record)
}

func (j *JSON) write(records ...any) error {
	for _, record := range records {
		if err := j.enc.Encode(record); err != nil {
			return err
		}
	}
	return j.w.Flush()
}

// stamp truncates a time to the millisecond; the zero time stays zero.
func stamp(t time.Time) time.Time {
	return t.Truncate(time.Millisecond)
}
