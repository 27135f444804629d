package sheet

import (
	"strings"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
)

// fillCameras lists every camera.
func (r *result) fillCameras() error {
	l := listing{name: camerasSheet, count: len(r.Coverage), titles: []string{
		"recorder", "name", "channel", "stream", "camera", "state", "files", "recordings", "bytes", "first", "last",
		"asked", "recorded", "on disk", "gaps", "message", "what to do", "row", "period from", "period to", "as of", "folder",
	}}
	var (
		files, recordings, gaps int
		bytes                   int64
		asked, recorded, onDisk time.Duration
	)
	for _, c := range r.Coverage {
		files, recordings, gaps, bytes = files+c.Camera.Files, recordings+c.Camera.Recordings, gaps+len(c.Gaps), bytes+c.Camera.Bytes
		asked, recorded, onDisk = asked+c.AskedTime, recorded+c.RecordedTime, onDisk+c.OnDiskTime
	}
	l.rows = rowsOf(r.Coverage, r.camera)
	l.total = []any{r.say("total"), "", "", "", "", "", files, recordings, bytes, "", "", asked, recorded, onDisk, gaps}
	return r.write(l)
}

// camera returns the row of a camera.
func (r *result) camera(c tasks.Coverage) []any {
	v := c.Camera
	var channel any = r.say("all")
	if v.Channel > 0 {
		channel = v.Channel
	}
	var asked, recorded, onDisk, gaps any = c.AskedTime, c.RecordedTime, c.OnDiskTime, len(c.Gaps)
	message := v.Failure.What
	if c.Earlier {
		asked, recorded, onDisk, gaps = nil, nil, nil, nil
		message = strings.TrimPrefix(message+"; "+r.say("as of an earlier run"), "; ")
	}
	return []any{
		c.Recorder.Address, r.named(c.Recorder), channel, streamWord(v), v.Name, v.State,
		v.Files, v.Recordings, v.Bytes, c.First, c.Last, asked, recorded, onDisk, gaps, message, r.Advice(v.Failure.Remedy), c.Recorder.Source,
		c.Period.From, c.Period.To, local(c.At), r.folders.of([]tasks.Coverage{c}),
	}
}

// maxGaps limits the rows of the worksheets of gaps and files.
const maxGaps = 200_000

// fillGaps lists what is not on disk.
func (r *result) fillGaps() error {
	l := listing{name: gapsSheet, titles: []string{"recorder", "name", "channel", "stream", "camera", "from", "to", "length", "why"}}
	var all time.Duration
	for _, c := range r.Coverage {
		for _, g := range c.Gaps {
			if l.count == maxGaps {
				break
			}
			l.count++
			all += g.To.Sub(g.From)
		}
	}
	l.rows = func(yield func([]any) bool) {
		for _, c := range r.Coverage {
			v := c.Camera
			for _, g := range c.Gaps {
				why := "the recorder has nothing there"
				if g.Recorded {
					why = "recorded, but not fetched"
				} else if v.Recordings == 0 && v.Failure.Kind != "" {
					why = "the recorder could not be asked"
				}
				if !yield([]any{c.Recorder.Address, r.named(c.Recorder), v.Channel, streamWord(v), v.Name, g.From, g.To, g.To.Sub(g.From), r.say(why)}) {
					return
				}
			}
		}
	}
	l.total = []any{r.say("total"), "", "", "", "", "", "", all}
	return r.write(l)
}

// fillFiles lists what is on disk, as the manifest does.
func (r *result) fillFiles() error {
	files := r.Files[:min(len(r.Files), maxGaps)]
	l := listing{name: filesSheet, count: len(files), titles: []string{
		"recorder", "name", "channel", "stream", "camera", "from", "to", "path", "bytes", "sha256",
		"codec", "width", "height", "fps", "frames", "duration", "attempts", "finished", "begins", "clock offset", "kind", "notes",
	}}
	var bytes int64
	for _, f := range files {
		bytes += f.Bytes
	}
	l.rows = rowsOf(files, r.file)
	l.total = []any{r.say("total"), "", "", "", "", "", "", "", bytes}
	return r.write(l)
}

// file returns the row of a file.
func (r *result) file(f archive.Recording) []any {
	label := f.Label
	if r.secrets.in(label) {
		label = ""
	}
	row := []any{
		f.Recorder, label, f.Track.Channel(), f.Track.Stream().String(), f.Camera, f.Start, f.End, f.Path, f.Bytes, f.SHA256,
		f.Codec, nil, nil, nil, nil, nil, f.Attempts, local(f.FinishedAt), f.Begins, nil, f.Kind, f.Notes,
	}
	if f.Frames > 0 {
		row[11], row[12], row[13], row[14], row[15] = f.Width, f.Height, f.FPS, int64(f.Frames), f.Duration
	}
	if f.Clock.Known {
		row[19] = f.Clock.Ahead.Seconds()
	}
	return row
}

// fillRuns lists the runs, the latest first.
func (r *result) fillRuns() error {
	l := listing{name: runsSheet, count: len(r.Runs), titles: []string{"begun", "took", "period", "cameras", "files", "bytes", "exit code"}}
	var bytes int64
	for _, run := range r.Runs {
		bytes += run.Bytes
	}
	l.rows = rowsOf(r.Runs, func(run archive.Run) []any {
		return []any{local(run.Begun), run.Took, run.Period, run.Cameras, run.Files, run.Bytes, run.ExitCode}
	})
	l.total = []any{r.say("total"), "", "", "", "", bytes}
	return r.write(l)
}

// local returns what this computer's clock showed, the only form of a moment
// that a worksheet can hold.
func local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	t = t.Local().Truncate(time.Second)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}
