package derive

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// needFFmpeg skips a test if the real ffmpeg is missing; .ci/run installs it.
func needFFmpeg(t *testing.T) {
	t.Helper()
	for _, name := range []string{"ffmpeg", "ffprobe"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip("needs ", name)
		}
	}
}

func framesEvery(t *testing.T, text string) call {
	t.Helper()
	every, err := ParseEvery(text)
	if err != nil {
		t.Fatal(err)
	}
	return func(ctx context.Context, a *archive.Archive, c Camera, w archive.Span, p *Progress) (Result, error) {
		return Frames(ctx, a, c, w, every, p)
	}
}

// still is a line of a list, with the content of the picture.
type still struct {
	time    time.Time
	seconds float64
	picture []byte
}

// readStills reads a directory of stills and checks that each is a complete
// JPEG.
func readStills(t *testing.T, a *archive.Archive, dir string) (all []still) {
	t.Helper()
	dir = filepath.Join(a.Dir(), filepath.FromSlash(dir))
	text, err := os.ReadFile(filepath.Join(dir, archive.StillsList))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) == 0 || !slices.Equal(rows[0], listHeader) {
		t.Fatalf("%q, %v", rows, err)
	}
	for _, row := range rows[1:] {
		s := still{}
		if s.time, err = time.Parse(timeLayout, row[1]); err != nil || !strings.HasPrefix(row[0], s.time.Format(stillLayout)) {
			t.Errorf("%q, %v", row, err)
		}
		if s.seconds, err = strconv.ParseFloat(row[2], 64); err != nil {
			t.Error(err)
		}
		if s.picture, err = os.ReadFile(filepath.Join(dir, row[0])); err != nil {
			t.Fatal(err)
		}
		if head, err := jpeg.DecodeConfig(bytes.NewReader(s.picture)); err != nil || head.Width != 320 || head.Height != 180 {
			t.Errorf("%s is no picture of 320×180: %v", row[0], err)
		}
		if len(all)%16 == 0 {
			if _, err := jpeg.Decode(bytes.NewReader(s.picture)); err != nil {
				t.Errorf("%s: %v", row[0], err)
			}
		}
		all = append(all, s)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != len(rows) {
		t.Errorf("%d files are there and %d listed, %v", len(entries), len(rows)-1, err)
	}
	return all
}

func secondsOf(all []still) (seconds []float64) {
	for _, s := range all {
		seconds = append(seconds, s.seconds)
	}
	return seconds
}

// An MP4 and its source recording give the same stills, whole seconds apart.
func TestFrames(t *testing.T) {
	t.Parallel()
	needFFmpeg(t)
	for _, codec := range []simulator.Codec{simulator.H264, simulator.H265} {
		a, b := open(t), open(t)
		store(t, a, take{seconds: 10, codec: codec})
		store(t, b, take{seconds: 10, codec: codec, raw: true})
		got := must(t, a, archive.Span{}, framesEvery(t, "1s"))
		wantFiles(t, got, 1, stillsOf)
		wantFiles(t, must(t, b, archive.Span{}, framesEvery(t, "1s")), 1, stillsOf)
		stills, raw := readStills(t, a, stillsOf), readStills(t, b, stillsOf)
		if want := []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}; !slices.Equal(secondsOf(stills), want) || got.Files[0].Frames != len(want) {
			t.Errorf("%v, %d", secondsOf(stills), got.Files[0].Frames)
		}
		for n := range stills {
			if !stills[n].time.Equal(at(n)) {
				t.Errorf("still %d is of %v", n, stills[n].time)
			}
			if n >= len(raw) || !bytes.Equal(stills[n].picture, raw[n].picture) || stills[n].seconds != raw[n].seconds {
				t.Errorf("still %d of the recording is another", n)
			}
			if n > 0 && bytes.Equal(stills[n].picture, stills[n-1].picture) {
				t.Errorf("still %d is there twice", n)
			}
		}
	}
}

// A window gives exactly the stills inside it, whether ffmpeg seeks by the
// index or decodes everything before them.
func TestFramesOfWindow(t *testing.T) {
	t.Parallel()
	needFFmpeg(t)
	a, b := open(t), open(t)
	store(t, a, take{seconds: 30})
	store(t, b, take{seconds: 30, raw: true})
	const whole = "frames/500ms/10.20.0.11/ch02/2026-11-03/20261103-081500_20261103-081530"
	wantFiles(t, must(t, a, archive.Span{}, framesEvery(t, "500ms")), 1, whole)
	all := readStills(t, a, whole)
	if len(all) != 60 {
		t.Fatalf("%d stills", len(all))
	}
	for _, test := range []struct {
		w           archive.Span
		dir         string
		first, last int // positions among all stills
	}{
		{archive.Span{From: at(23), To: at(26)}, "_from-20261103-081523_to-20261103-081526", 46, 51},
		{archive.Span{From: at(4), To: at(6)}, "_from-20261103-081504_to-20261103-081506", 8, 11},
		{archive.Span{To: at(3)}, "_to-20261103-081503", 0, 5},
	} {
		for _, of := range []*archive.Archive{a, b} {
			r := must(t, of, test.w, framesEvery(t, "500ms"))
			wantFiles(t, r, 1, whole+test.dir)
			got := readStills(t, of, whole+test.dir)
			want := all[test.first : test.last+1]
			if !slices.EqualFunc(got, want, func(x, y still) bool { return x.seconds == y.seconds && bytes.Equal(x.picture, y.picture) }) {
				t.Errorf("%s: %v, want %v", test.dir, secondsOf(got), secondsOf(want))
			}
		}
	}
	// Every seventh counts from the first picture of the window.
	const dir = "frames/7f/10.20.0.11/ch02/2026-11-03/20261103-081500_20261103-081530_from-20261103-081528"
	wantFiles(t, must(t, a, archive.Span{From: at(28)}, framesEvery(t, "7f")), 1, dir)
	if got, want := secondsOf(readStills(t, a, dir)), []float64{28, 28.28, 28.56, 28.84, 29.12, 29.4, 29.68, 29.96}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Distances count from midnight, so that the stills of recordings with
// different beginnings line up.
func TestFramesFromMidnight(t *testing.T) {
	t.Parallel()
	needFFmpeg(t)
	a := open(t)
	store(t, a, take{start: 3, seconds: 20}) // 29703 s after midnight; 29708 is a multiple of seven
	r := must(t, a, archive.Span{}, framesEvery(t, "7s"))
	if got, want := secondsOf(readStills(t, a, r.Files[0].Path)), []float64{0, 5, 12, 19}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// odd returns a recording whose picture times are hard to tell: uneven
// distances, a gap, and times that do not begin at zero.
func odd(t *testing.T, name string, options ...string) []byte {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	args := []string{
		"-v", "fatal", "-nostdin", "-f", "lavfi", "-i", "testsrc=size=320x180:rate=25:duration=20",
		"-vf", `select=(lt(t\,8)+gt(t\,13))*not(eq(mod(n\,11)\,3)+eq(mod(n\,7)\,5))`, "-fps_mode", "passthrough",
		"-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p",
	}
	out, err := exec.CommandContext(t.Context(), "ffmpeg", append(append(args, options...), name)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// probe asks ffprobe when each picture of a file is shown, in microseconds
// since the first.
func probe(t *testing.T, name string) (times []int64) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-select_streams", "v",
		"-show_entries", "frame=pts", "-show_entries", "stream=time_base", "-of", "json", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	var found struct {
		Frames  []struct{ PTS int64 }
		Streams []struct {
			TimeBase string `json:"time_base"`
		}
	}
	if err := json.Unmarshal(out, &found); err != nil || len(found.Streams) != 1 || len(found.Frames) == 0 {
		t.Fatalf("%v: %.300s", err, out)
	}
	var num, den int64
	if _, err := fmt.Sscanf(found.Streams[0].TimeBase, "%d/%d", &num, &den); err != nil {
		t.Fatal(err)
	}
	for _, f := range found.Frames {
		times = append(times, int64(math.Round(float64((f.PTS-found.Frames[0].PTS)*num)*1e6/float64(den))))
	}
	return times
}

// picked returns which of times Frames should take.
func picked(times []int64, every Every, w archive.Span) (seconds []float64) {
	n, cell := 0, time.Duration(-1)
	for _, us := range times {
		shown := morning.Add(time.Duration(us) * time.Microsecond)
		if shown.Before(w.From) || !w.To.IsZero() && !shown.Before(w.To) {
			continue
		}
		take := every.Frames > 0 && n%every.Frames == 0
		n++
		if every.Time > 0 {
			now := shown.Sub(shown.Truncate(24*time.Hour)) / every.Time
			take = now != cell
			cell = now
		}
		if take {
			seconds = append(seconds, float64(us)/1e6)
		}
	}
	return seconds
}

// wantPicked checks the stills of a camera with one recording against ffprobe's
// times.
func wantPicked(t *testing.T, a *archive.Archive, c Camera, times []int64) {
	t.Helper()
	for _, test := range []struct {
		text string
		w    archive.Span
	}{
		{"1s", archive.Span{}},
		{"700ms", archive.Span{From: at(16), To: at(19)}},
		{"10f", archive.Span{To: at(10)}},
		{"1f", archive.Span{From: at(12), To: at(14)}},
	} {
		every, err := ParseEvery(test.text)
		if err != nil {
			t.Fatal(err)
		}
		var p Progress
		r, err := Frames(t.Context(), a, c, test.w, every, &p)
		if err != nil || len(r.Files) != 1 || len(r.Notes) != 0 {
			t.Fatalf("%+v, %v", r, err)
		}
		if got, want := secondsOf(readStills(t, a, r.Files[0].Path)), picked(times, every, test.w); !slices.Equal(got, want) || len(got) == 0 {
			t.Errorf("%s of %v: %v, want %v", test.text, test.w, got, want)
		}
	}
}

// Whole seconds fall between pictures.
func TestFramesOfSlowRecording(t *testing.T) {
	t.Parallel()
	needFFmpeg(t)
	a, raw := open(t), open(t)
	k := take{seconds: 20, rate: 12_345}
	f := store(t, a, k)
	times := probe(t, filepath.Join(a.Dir(), filepath.FromSlash(f.Path)))
	if times[1] == 40_000 {
		t.Errorf("it is not slow: %v", times)
	}
	wantPicked(t, a, theCamera(t, a), times)
	k.raw = true
	store(t, raw, k)
	wantPicked(t, raw, theCamera(t, raw), times)
}

// The microseconds of long recordings exceed ffmpeg's number in a file name.
func TestFramesOfLongRecording(t *testing.T) {
	t.Parallel()
	needFFmpeg(t)
	a := open(t)
	f := store(t, a, take{seconds: 5000, rate: 100})
	times := probe(t, filepath.Join(a.Dir(), filepath.FromSlash(f.Path)))
	for _, w := range []archive.Span{{}, {From: at(4700), To: at(4900)}} {
		every := Every{Time: 100 * time.Second}
		r := must(t, a, w, framesEvery(t, every.String()))
		if got, want := secondsOf(readStills(t, a, r.Files[0].Path)), picked(times, every, w); !slices.Equal(got, want) || got[len(got)-1] < 4700 {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

// A recording whose pictures lack times, or have one twice, loses no still.
func TestFramesOfBadTimes(t *testing.T) {
	t.Parallel()
	needFFmpeg(t)
	a := open(t)
	// With small pictures only the first in each packet has its own time.
	commit(t, a, odd(t, "odd.mpg", "-bf", "2", "-output_ts_offset", "500", "-f", "vob"), morning, at(30), archive.Raw)
	r := must(t, a, archive.Span{}, framesEvery(t, "1f"))
	times := secondsOf(readStills(t, a, r.Files[0].Path))
	strictly := slices.IsSortedFunc(times, func(x, y float64) int { return max(-1, min(1, int(1e6*x)-int(1e6*y)+1)) })
	if len(times) < 280 || len(times) > 300 || times[0] != 0 || times[len(times)-1] > 21 || !strictly {
		t.Errorf("%d stills: %v", len(times), times)
	}
}

// With B-frames, pictures do not arrive in the order of display.
func TestFramesOfBFrames(t *testing.T) {
	t.Parallel()
	needFFmpeg(t)
	a := open(t)
	f := commit(t, a, odd(t, "b.mp4", "-bf", "2", "-b_strategy", "0", "-movflags", "+faststart"), morning, at(30), archive.Raw)
	times := probe(t, filepath.Join(a.Dir(), filepath.FromSlash(f.Path)))
	if !strings.HasSuffix(f.Path, ".mp4") || !slices.IsSorted(times) {
		t.Fatalf("%s: %v", f.Path, times)
	}
	c := theCamera(t, a)
	c.Files[0].Begins = morning // as for one of ours, so that ffmpeg uses its index
	wantPicked(t, a, c, times)
}

func TestFilter(t *testing.T) {
	t.Parallel()
	f := archive.Finished{Path: "x.mp4", Start: at(0), Begins: at(0).Add(1500 * time.Microsecond), End: at(60), Bytes: 600}
	for _, test := range []struct {
		shot   shot
		input  string
		filter string
	}{
		{
			shot{file: f, every: Every{Frames: 10}},
			"-f mov -i file:/a/b.mp4",
			`settb=1/1000000,setpts=if(isnan(PREV_OUTPTS)\,PTS-STARTPTS\,max(PTS-STARTPTS\,PREV_OUTPTS+1)),select=not(mod(n\,10))`,
		},
		{
			shot{file: f, every: Every{Time: time.Second}, Span: archive.Span{From: at(30), To: at(40)}},
			"-f mov -noaccurate_seek -copyts -ss 29.998500 -i file:/a/b.mp4",
			`settb=1/1000000,setpts=if(isnan(PREV_OUTPTS)\,PTS\,max(PTS\,PREV_OUTPTS+1)),trim=start_pts=29998500,trim=end_pts=39998500,select=isnan(prev_selected_pts)+gt(floor((pts+1500)/1000000)\,floor((prev_selected_pts+1500)/1000000))`,
		},
		{
			shot{file: f, every: Every{Frames: 1}, Span: archive.Span{From: at(3)}},
			"-f mov -i file:/a/b.mp4",
			`settb=1/1000000,setpts=if(isnan(PREV_OUTPTS)\,PTS-STARTPTS\,max(PTS-STARTPTS\,PREV_OUTPTS+1)),trim=start_pts=2998500,select=not(mod(n\,1))`,
		},
	} {
		args, counted := test.shot.input("/a/b.mp4")
		if got := strings.Join(args, " "); got != test.input {
			t.Errorf("%s, want %s", got, test.input)
		}
		if got := test.shot.filter(counted); got != test.filter {
			t.Errorf("%s, want %s", got, test.filter)
		}
	}
	s := shot{file: f, Span: archive.Span{From: at(30), To: at(40)}}
	if s.bytes() != 100 || (&shot{file: f}).bytes() != 600 {
		t.Errorf("%d bytes", s.bytes())
	}
}
