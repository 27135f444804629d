package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/derive"
	"example.com/hikgrab/ui/plain"
)

// works makes one file for each camera except the last, which fails with the
// given error.
func works(failure error) ([]derive.Camera, func(context.Context, derive.Camera, *derive.Progress) (derive.Result, error)) {
	cameras := []derive.Camera{
		{Recorder: "10.0.0.5", Name: "Gate\x1b[31m", Track: 201},
		{Recorder: "10.0.0.5", Track: 302},
		{Recorder: "10.0.0.6", Name: "Yard", Track: 101},
	}
	return cameras, func(_ context.Context, c derive.Camera, _ *derive.Progress) (r derive.Result, err error) {
		d := archive.Derived{Finished: archive.Finished{Path: "joined/" + c.Recorder + "/x.mp4", Bytes: 3 << 20}}
		switch c.Track {
		case 101:
			return r, failure
		case 201:
			d.Notes = []string{"joined from 3 recordings", "1 gap"}
			r.Made, r.Notes = []archive.Derived{d}, []string{"1 recording left out, no MP4: a.mpg"}
		case 302:
			d.Path, d.Bytes, d.Frames = "frames/1s/x", 0, 12
		}
		r.Files = append(r.Files, d)
		return r, nil
	}
}

func TestDerivingTellsWhatThereIs(t *testing.T) {
	var b bytes.Buffer
	cameras, work := works(errors.New("it fell over"))
	code, err := makeAll(t.Context(), cameras, plain.NewLines(&b, false), io.Discard, work)
	if err != nil || code != plain.ExitFailed {
		t.Fatalf("code %d, %v", code, err)
	}
	var lines []string
	for line := range strings.Lines(b.String()) {
		if _, after, ok := strings.Cut(line, "  notice   "); ok {
			line = "notice " + after
		}
		lines = append(lines, strings.TrimSuffix(line, "\n"))
	}
	want := []string{
		"joined/10.0.0.5/x.mp4  3.00 MiB  joined from 3 recordings; 1 gap",
		"notice 10.0.0.5 ch02 Gate\uFFFD[31m: 1 recording left out, no MP4: a.mpg",
		"frames/1s/x  12 stills  (made before)",
		"notice 10.0.0.6 ch01 Yard: it fell over",
		"hikgrab: 2 files, 1 made now; 1 camera failed",
	}
	if got := strings.Join(lines, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestDerivingInJSON(t *testing.T) {
	help, err := os.ReadFile("../topics/json.txt")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	cameras, work := works(nil)
	code, err := makeAll(t.Context(), cameras, plain.NewJSON(&b), io.Discard, work)
	if err != nil || code != plain.ExitComplete {
		t.Fatalf("code %d, %v", code, err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	for _, line := range lines {
		var record plain.EventRecord
		if err := json.Unmarshal([]byte(line), &record); err != nil || record.Time.IsZero() || !strings.Contains(string(help), "\n  "+record.Type+" ") {
			t.Errorf("%s: %v", line, err)
		}
	}
	var first plain.EventRecord
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil || first.Type != "made" || first.Track != 201 || first.Bytes != 3<<20 {
		t.Errorf("%+v, %v", first, err)
	}
	if strings.Contains(lines[0], `"before"`) || !strings.Contains(lines[2], `"before":true`) {
		t.Errorf("which was made before? %s", lines)
	}
	var last plain.MadeSummaryRecord
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || last.Files != 2 || last.Fresh != 1 || last.Cameras != 3 || last.Failed != 0 {
		t.Errorf("%+v, %v", last, err)
	}
}

func TestDerivingEndsWithTheDiskAndWithTheOperator(t *testing.T) {
	full := &archive.Error{Op: "write", Path: "joined/x.mp4", Kind: archive.Full, Err: errors.New("no space left")}
	cameras, work := works(full)
	cameras = append(cameras, cameras[0]) // not reached
	var b bytes.Buffer
	if code, err := makeAll(t.Context(), cameras, plain.NewLines(&b, false), io.Discard, work); !errors.Is(err, full) || code != plain.ExitError {
		t.Errorf("a full disk: code %d, %v", code, err)
	}
	if n := strings.Count(b.String(), "joined from"); n != 1 || !strings.HasSuffix(b.String(), "hikgrab: 2 files, 1 made now\n") {
		t.Errorf("it went on after the disk was full:\n%s", b.String())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b.Reset()
	if code, err := makeAll(ctx, cameras, plain.NewJSON(&b), io.Discard, work); err != nil || code != plain.ExitStopped || !strings.Contains(b.String(), `"exit_code":130`) {
		t.Errorf("stopped: code %d, %v\n%s", code, err, &b)
	}
}
