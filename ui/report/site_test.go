package report_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/ui/report"
)

// hostile is a camera name that a recorder may report.
const hostile = `"><img src=http://203.0.113.9/x onerror=alert(1)><script>document.title='pwned'</script>`

var morning = time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)

// open opens an archive for a test.
func open(t testing.TB, dir string) *archive.Archive {
	t.Helper()
	a, err := archive.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// filled is an archive with real recordings: two H.264 and one H.265, a photo,
// and a camera with a hostile name.
func filled(t *testing.T) *archive.Archive {
	t.Helper()
	a := open(t, t.TempDir())
	r := simulator.New(simulator.Config{Channels: []simulator.Channel{
		{Recordings: simulator.Span(morning, morning.Add(30*time.Minute), 15*time.Minute, 400_000)},
		{Codec: simulator.H265, Recordings: simulator.Span(morning, morning.Add(15*time.Minute), 15*time.Minute, 200_000)},
		{Photos: simulator.Span(morning, morning.Add(time.Second), time.Second, 50_000)},
	}})
	fetch(t, a, r, 101, hostile, archive.MP4)
	fetch(t, a, r, 201, "Yard", archive.MP4)
	fetch(t, a, r, 303, "Gate", archive.MP4)
	note(t, a)
	return a
}

// note records in the journal what was asked and how it ended.
func note(t *testing.T, a *archive.Archive) {
	t.Helper()
	at := func(hour int) time.Time { return morning.Add(time.Duration(hour-8) * time.Hour) }
	sick := tasks.Failure{Kind: "busy", What: "the recorder refuses <b>only</b> this", Remedy: nvr.PlayOnRecorder}
	c := tasks.Coverage{
		Recorder: tasks.RecorderView{Address: "10.20.0.11"}, Camera: tasks.CameraView{Channel: 1, Stream: nvr.Main},
		Stretches: []tasks.Stretch{
			{Span: tasks.Span{From: at(0), To: at(9)}, Presence: tasks.NotRecorded},
			{Span: tasks.Span{From: at(9), To: at(10)}, Presence: tasks.Lost},
			{Span: tasks.Span{From: at(10), To: at(24)}, Presence: tasks.NotRecorded},
		},
		Lost: []tasks.Loss{{Span: tasks.Span{From: at(9), To: at(10)}, Failure: sick}},
	}
	err := tasks.NoteCoverage(a, []tasks.Coverage{c})
	if err == nil {
		err = a.NoteCamera(archive.CameraKey{Recorder: "10.20.0.11", Track: 101}, archive.Outcome{
			State: "incomplete", Failure: sick.Kind, What: sick.What, Remedy: string(sick.Remedy), Camera: hostile, At: morning,
		})
	}
	if err == nil {
		err = a.NoteRun(archive.Run{Begun: morning, Took: time.Minute, Period: "yesterday", Cameras: 3, Files: 4, Bytes: 5, ExitCode: 3})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// fetch downloads all recordings of a track into the archive.
func fetch(t *testing.T, a *archive.Archive, r *simulator.Recorder, track nvr.Track, camera string, f archive.Format) {
	t.Helper()
	for _, rec := range r.Recordings(int(track)) {
		it := archive.Item{
			Recorder: "10.20.0.11", Label: "Depot & <i>Sons</i>", Camera: camera, Format: f,
			Recording: nvr.Recording{Track: track, Start: rec.Start, End: rec.End, Name: rec.Name, Size: rec.Size},
		}
		p, err := a.Create(it)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(p, r.Content(int(track), rec.Name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Commit(t.Context(), archive.Try{Number: 1, Last: true, Receipt: nvr.Receipt{Received: n, Length: n}}); err != nil {
			t.Fatal(err)
		}
	}
}

// shown writes the page of an archive and returns its path.
func shown(t *testing.T, a *archive.Archive) string {
	t.Helper()
	w, err := a.WriteBeside(report.PageName, reported(t, a).WritePage)
	if err != nil {
		t.Fatal(err)
	}
	return w.Path
}

func reported(t testing.TB, a *archive.Archive) *report.Report {
	t.Helper()
	files, err := a.Recordings()
	if err != nil {
		t.Fatal(err)
	}
	return report.New(a, files, morning)
}

// planted is an archive whose manifest lists n recordings of ten cameras. The
// files exist but are empty, because nobody plays them.
func planted(t testing.TB, n int) *archive.Archive {
	t.Helper()
	dir := t.TempDir()
	const header = "recorder,name,channel,camera,track,start,end,path,bytes,sha256,codec,width,height,fps,frames,duration,attempts,finished_at,begins,id,clock_offset,kind,notes\n"
	f, err := os.Create(filepath.Join(dir, "manifest.csv"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(f, header)
	for i := range n {
		channel, start := i%10+1, morning.Add(time.Duration(i/10)*15*time.Minute)
		end := start.Add(15 * time.Minute)
		path := fmt.Sprintf("10.20.0.11/ch%02d/%s/%s_%s.mp4", channel, start.Format("2006-01-02"), start.Format("20060102-150405"), end.Format("20060102-150405"))
		fmt.Fprintf(f, "10.20.0.11,Depot,%d,Camera %d,%d01,%s,%s,%s,0,e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855,H.264,320,180,25,22500,900,1,2026-11-28T22:39:28Z,,%032x,,timing,\"\"\n",
			channel, channel, channel, start.Format("2006-01-02T15:04:05"), end.Format("2006-01-02T15:04:05"), path, i+1)
		file := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, dir)
}
