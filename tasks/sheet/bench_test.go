package sheet_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/sheet"
)

// manyTasks makes a workbook of n rows: texts, numbers and dates.
func manyTasks(t testing.TB, n int) string {
	return workbook(t, func(f *excelize.File) {
		w, err := f.NewStreamWriter("Sheet1")
		if err != nil {
			t.Fatal(err)
		}
		rows := [][]any{{"host", "user", "password", "cameras", "from", "to", "name"}}
		for i := range n {
			rows = append(rows, []any{
				fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), "admin", 10_000_000 + i, "1;3", 46329.5, 46330, fmt.Sprintf("Site %d", i),
			})
		}
		for i, row := range rows {
			if err := w.SetRow(fmt.Sprintf("A%d", i+1), row); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestManyRows(t *testing.T) {
	const n = 2500
	s := read(t, manyTasks(t, n))
	if len(s.Tasks) != n || len(s.Notices) != 0 {
		t.Fatalf("%d tasks, %d notices", len(s.Tasks), len(s.Notices))
	}
	if got, want := row(s.Tasks[n-1]), "10.0.9.195 | admin | 10002499 | 1 3 | 2026-11-03 12:00 to 2026-11-04 | Site 2499"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func BenchmarkReadWorkbook(b *testing.B) {
	path := manyTasks(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		read(b, path)
	}
}

func BenchmarkReadCSV(b *testing.B) {
	var text strings.Builder
	text.WriteString("host;user;password;cameras\n")
	for i := range 10_000 {
		fmt.Fprintf(&text, "10.%d.%d.%d;admin;secret%d;1,3\n", i>>16, i>>8&255, i&255, i)
	}
	path := write(b, "tasks.csv", text.String())
	b.ReportAllocs()
	for b.Loop() {
		read(b, path)
	}
}

// BenchmarkWriteResult also reports the peak of the memory in use.
func BenchmarkWriteResult(b *testing.B) {
	path := manyTasks(b, 10_000)
	s := read(b, path)
	out := sheet.Outcome{Tasks: s.Tasks, Advice: func(nvr.Remedy) string { return "" }}
	day := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	for i, task := range s.Tasks {
		c := tasks.Coverage{
			Recorder:  tasks.RecorderView{Address: task.Address.String(), Source: task.Source},
			Camera:    tasks.CameraView{Channel: 1, Stream: nvr.Main, Track: 101, Name: fmt.Sprint("Camera ", i), State: tasks.Done, Files: 1, Recordings: 1, Bytes: 1 << 30},
			AskedTime: 24 * time.Hour, RecordedTime: time.Hour, OnDiskTime: time.Hour, First: day, Last: day.Add(time.Hour),
			Gaps: []tasks.CoverageGap{{Span: tasks.Span{From: day, To: day.Add(time.Hour)}}},
		}
		out.Coverage = append(out.Coverage, c)
		out.Files = append(out.Files, archive.Recording{There: true, Finished: archive.Finished{
			Recorder: task.Address.String(), Camera: c.Camera.Name, Track: 101, Start: day, End: day.Add(time.Hour), Bytes: 1 << 30,
			Path: task.Address.String() + "/ch01/2026-11-03/20261103-000000_20261103-010000.mp4", SHA256: strings.Repeat("0123456789abcdef", 4),
		}})
	}
	b.ReportAllocs()
	var most uint64
	for b.Loop() {
		most = max(most, peak(func() {
			if err := sheet.WriteResult(io.Discard, path, sheet.Options{}, out); err != nil {
				b.Fatal(err)
			}
		}))
	}
	b.ReportMetric(float64(most)/(1<<20), "peak-MiB")
}

// peak returns the most additional heap bytes in use at once while f ran.
func peak(f func()) (most uint64) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before := m.HeapInuse
	over, sampled := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(sampled)
		for {
			select {
			case <-over:
				return
			case <-time.After(5 * time.Millisecond):
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse)
			}
		}
	}()
	f()
	close(over)
	<-sampled
	return most - min(most, before)
}
