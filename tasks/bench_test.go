package tasks

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// BenchmarkRecordings measures a queue's memory for one waiting recording: a
// hundred thousand of them must leave room on any laptop.
func BenchmarkRecordings(b *testing.B) {
	const many = 100_000
	for b.Loop() {
		b.ReportMetric(perRecording(many), "B/recording")
	}
}

// 100,000 recordings take less than 200 MiB, with room for whatever else a
// queue stores of them.
func TestRecordingsAreSmall(t *testing.T) {
	if n := perRecording(20_000); n > 1000 {
		t.Errorf("%.0f bytes for each recording that waits", n)
	}
}

// perRecording returns a camera's memory in bytes for one of many recordings.
func perRecording(many int) float64 {
	before := heap()
	c := &camera{channel: 1, stream: nvr.Main}
	for i := range many {
		start := day.Add(time.Duration(i) * time.Minute)
		rec, _ := c.add(nvr.Recording{
			Track: 101, Start: start, End: start.Add(time.Minute), Size: 1 << 20, Name: fmt.Sprintf("%020d", i),
			URI: fmt.Sprintf("rtsp://10.0.0.1/Streaming/tracks/101/?starttime=20260101T000000Z&endtime=20260101T000100Z&name=%020d&size=%d", i, 1<<20),
		})
		c.enqueue(rec, false)
	}
	after := heap()
	runtime.KeepAlive(c)
	return float64(after-before) / float64(many)
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkRecorders measures a queue's memory for one recorder that has not
// been asked for anything yet, with one camera: a sheet may have ten thousand.
func BenchmarkRecorders(b *testing.B) {
	const many = 10_000
	for b.Loop() {
		before := heap()
		q := large(b, many, many)
		b.ReportMetric(float64(heap()-before)/many, "B/recorder")
		runtime.KeepAlive(q)
	}
}

// BenchmarkSnapshot measures what the screen costs the queue four times a
// second, with 500 cameras on 40 recorders.
func BenchmarkSnapshot(b *testing.B) {
	q := large(b, 40, 500)
	var s Snapshot
	q.Snapshot(&s)
	b.ReportAllocs()
	for b.Loop() {
		q.Snapshot(&s)
	}
}

// large returns a queue of that many cameras on that many recorders.
func large(b *testing.B, recorders, cameras int) *Queue {
	store, err := archive.Open(b.TempDir(), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	list := make([]Task, recorders)
	for i := range list {
		list[i].Address = nvr.Address{Host: fmt.Sprintf("10.0.%d.%d", i/250, i%250+1), Port: 80}
	}
	for i := range cameras {
		t := &list[i%recorders]
		t.Cameras = append(t.Cameras, Pick{Channel: i/recorders + 1})
	}
	return NewQueue(list, Options{Archive: store})
}

// BenchmarkAdvance measures advance, with every camera of 500 waiting for a
// slot.
func BenchmarkAdvance(b *testing.B) {
	q := large(b, 40, 500)
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		q.mu.Lock()
		q.advance(now, nil)
		q.mu.Unlock()
	}
}
