package derive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/tasks/archive"
)

// fakeMode is a file beside the test binary that makes it act as ffmpeg, in the
// mode that the file names. It writes what it was given to the file fakeNotes.
// Environment variables would not do: hikgrab passes hardly any.
const (
	fakeMode  = "mode"
	fakeNotes = "notes"
)

// besideProgram returns the path of a file beside the running program.
func besideProgram(name string) string {
	own, _ := os.Executable() // "" leads nowhere
	return filepath.Join(filepath.Dir(own), name)
}

// fakeParent makes the test binary start ffmpeg in the named directory, as
// hikgrab does, and wait for it.
const fakeParent = "FAKE_PARENT"

func beParent(dir string) (code int) {
	_ = os.Unsetenv(fakeParent)
	program := ffmpeg{path: os.Getenv("FAKE_PROGRAM")}
	if _, err := program.run(context.Background(), dir, nil, "", func(time.Duration) {}); err != nil {
		return 1
	}
	return 0
}

// fakeCall is one start of the fake.
type fakeCall struct {
	PID  int
	Args []string
	Env  []string
}

const wholeJPEG = "\xFF\xD8 picture \xFF\xD9"

// fakeFFmpeg writes into its working directory, like the real one.
func fakeFFmpeg(mode string) (code int) {
	call, _ := json.Marshal(fakeCall{os.Getpid(), os.Args[1:], os.Environ()}) // strings and a number
	notes, err := os.OpenFile(besideProgram(fakeNotes), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 99
	}
	_, _ = notes.Write(append(call, '\n'))
	_ = notes.Close()
	note := func(n int, us int64) {
		f, _ := os.OpenFile(timesFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		_, _ = fmt.Fprintf(f, "frame:%-4d pts:%-7d pts_time:%g\nstill=1\n", n-1, us, float64(us)/1e6)
		_ = f.Close()
	}
	picture := func(n int, us int64, content string) {
		_ = os.WriteFile(fmt.Sprintf("%d.jpg", n), []byte(content), 0o600)
		note(n, us)
	}
	old := slices.Contains(os.Args, "-vsync")
	switch mode {
	case "old":
		if !old {
			fmt.Fprintln(os.Stderr, "Unrecognized option 'fps_mode'.\nError splitting the argument list: Option not found")
			return 1
		}
		picture(1, 0, wholeJPEG)
	case "good", "chatty":
		picture(1, 0, wholeJPEG)
		picture(2, 1_000_000, wholeJPEG)
		picture(3, 1_000_400, wholeJPEG)
		fmt.Println("frame=3\nout_time_us=N/A\nout_time_us=5000000\nprogress=continue")
		if mode == "chatty" {
			fmt.Fprintln(os.Stderr, strings.Repeat("\x1b[31mconcealing errors\x1b[0m\u202e in frame\r\n", 10_000))
		}
	case "nothing":
	case "fails":
		picture(1, 0, wholeJPEG)
		fmt.Fprintln(os.Stderr, "moov atom not found\nInvalid data found when processing input")
		return 183
	case "silent":
		return 1
	case "full":
		fmt.Fprintln(os.Stderr, "av_interleaved_write_frame(): No space left on device")
		return 228
	case "half":
		picture(1, 0, "\xFF\xD8 pict")
	case "empty":
		picture(1, 0, "")
	case "odd":
		_ = os.WriteFile("report.txt", nil, 0o600)
	case "early":
		picture(1, -40_000, wholeJPEG)
	case "back":
		picture(1, 40_000, wholeJPEG)
		picture(2, 40_000, wholeJPEG)
	case "lost":
		picture(1, 0, wholeJPEG)
		note(2, 40_000)
	case "extra":
		picture(1, 0, wholeJPEG)
		_ = os.WriteFile("2.jpg", []byte(wholeJPEG), 0o600)
	case "hangs":
		picture(1, 0, wholeJPEG)
		fmt.Println("out_time_us=1000000")
		time.Sleep(time.Minute)
	}
	return 0
}

// fake puts only the fake on the PATH. It returns a function that lists the
// calls so far.
func fake(t *testing.T, mode string) (calls func() []fakeCall) {
	t.Helper()
	dir := t.TempDir()
	name, link := filepath.Join(dir, "ffmpeg"), os.Link
	if runtime.GOOS == "windows" {
		name += ".exe"
		link = func(string, string) error { return errors.ErrUnsupported } // Windows cannot remove a name of a running program
	}
	own, err := os.Executable()
	if err == nil {
		err = link(own, name)
	}
	if err != nil { // the two directories may be on different volumes
		var b []byte
		if b, err = os.ReadFile(own); err == nil {
			err = os.WriteFile(name, b, 0o755)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	if err := os.WriteFile(filepath.Join(dir, fakeMode), []byte(mode), 0o600); err != nil {
		t.Fatal(err)
	}
	notes := filepath.Join(dir, fakeNotes)
	return func() (all []fakeCall) {
		f, err := os.Open(notes)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for d := json.NewDecoder(f); ; {
			var c fakeCall
			err := d.Decode(&c)
			if errors.Is(err, io.EOF) {
				return all
			}
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, c)
		}
	}
}

func everySecond(ctx context.Context, a *archive.Archive, c Camera, w archive.Span, p *Progress) (Result, error) {
	return Frames(ctx, a, c, w, Every{Time: time.Second}, p)
}

const stillsOf = "frames/1s/10.20.0.11/ch02/2026-11-03/20261103-081500_20261103-081510"

func TestFramesOfFake(t *testing.T) {
	calls := fake(t, "good")
	t.Setenv("FFREPORT", "file=/tmp/x")
	t.Setenv("HIKGRAB_SHEET_PASSWORD", "secret")
	a := open(t)
	f := store(t, a, take{seconds: 10})
	r := must(t, a, archive.Span{}, everySecond)
	wantFiles(t, r, 1, stillsOf)
	if r.Files[0].Frames != 3 || len(r.Notes) != 0 {
		t.Errorf("%+v", r)
	}
	want := []string{
		stillsOf + "/20261103-081500.000.jpg", stillsOf + "/20261103-081501.000.jpg", stillsOf + "/20261103-081501.000_2.jpg",
		stillsOf + "/frames.csv",
	}
	if files := tree(t, a, "frames"); !slices.Equal(files, want) {
		t.Errorf("%v is there, want %v", files, want)
	}
	list, err := os.ReadFile(filepath.Join(a.Dir(), filepath.FromSlash(stillsOf), archive.StillsList))
	wantList := "file,time,seconds,source\n" +
		"20261103-081500.000.jpg,2026-11-03T08:15:00.000,0.000000," + f.Path + "\n" +
		"20261103-081501.000.jpg,2026-11-03T08:15:01.000,1.000000," + f.Path + "\n" +
		"20261103-081501.000_2.jpg,2026-11-03T08:15:01.000,1.000400," + f.Path + "\n"
	if string(list) != wantList || err != nil {
		t.Errorf("the list is %q, %v", list, err)
	}

	made := calls()
	if len(made) != 1 {
		t.Fatalf("ffmpeg was called %d times", len(made))
	}
	args := strings.Join(made[0].Args, " ")
	for _, want := range []string{"-nostdin", "-protocol_whitelist file,pipe", "-f mov -i file:" + string(filepath.Separator), "-fps_mode passthrough", "file=times", "-start_number 1 file:%d.jpg"} {
		if !strings.Contains(args, want) && runtime.GOOS != "windows" {
			t.Errorf("ffmpeg was called with %s, want %s", args, want)
		}
	}
	for _, entry := range made[0].Env {
		if strings.Contains(entry, "secret") || strings.HasPrefix(entry, "FFREPORT") {
			t.Errorf("ffmpeg gets %s", entry)
		}
	}

	again := must(t, a, archive.Span{}, everySecond)
	wantFiles(t, again, 0, stillsOf)
	if again.Files[0].Frames != 3 || len(calls()) != 1 {
		t.Errorf("%+v, after %d calls", again, len(calls()))
	}
	t.Setenv("PATH", "") // it is not even looked for
	must(t, a, archive.Span{}, everySecond)
}

// An ffmpeg before 5.1 has the older option name.
func TestOldFFmpeg(t *testing.T) {
	calls := fake(t, "old")
	a := open(t)
	store(t, a, take{seconds: 10})
	store(t, a, take{start: 10, seconds: 10})
	if r := must(t, a, archive.Span{}, everySecond); len(r.Made) != 2 || r.Files[0].Frames != 1 {
		t.Errorf("%+v", r)
	}
	if n := len(calls()); n != 3 {
		t.Errorf("ffmpeg was called %d times", n)
	}
}

func TestNoPictures(t *testing.T) {
	fake(t, "nothing")
	a := open(t)
	store(t, a, take{seconds: 10})
	r := must(t, a, archive.Span{}, everySecond)
	wantFiles(t, r, 1, stillsOf)
	if r.Files[0].Frames != 0 {
		t.Errorf("%+v", r.Files)
	}
	wantFiles(t, must(t, a, archive.Span{}, everySecond), 0, stillsOf)
}

func TestChattyFFmpeg(t *testing.T) {
	fake(t, "chatty")
	a := open(t)
	store(t, a, take{seconds: 10})
	r := must(t, a, archive.Span{}, everySecond)
	wantNote(t, r, "ffmpeg complained", "concealing errors")
	if strings.ContainsAny(r.Notes[0], "\x1b\r\n\u202e") || len(r.Notes[0]) > 700 {
		t.Errorf("%d bytes: %q", len(r.Notes[0]), r.Notes[0])
	}
}

func TestFFmpegFails(t *testing.T) {
	for mode, want := range map[string]string{
		"fails":  "moov atom not found; Invalid data found",
		"silent": "exit status 1", "half": "not a JPEG from its first", "empty": "not a JPEG from its first",
		"odd": `"report.txt"`, "early": "pts:-40000", "back": "pts:40000", "lost": "1 picture of 2", "extra": `"2.jpg"`,
	} {
		t.Run(mode, func(t *testing.T) {
			calls := fake(t, mode)
			a := open(t)
			f := store(t, a, take{seconds: 10})
			n, failed := 1, "1 recording of 1 gave no stills"
			if mode == "fails" { // the next is tried anyway
				store(t, a, take{start: 10, seconds: 10})
				n, failed = 2, "2 recordings of 2"
			}
			var p Progress
			r, err := everySecond(t.Context(), a, theCamera(t, a), archive.Span{}, &p)
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), failed) || !strings.Contains(err.Error(), f.Path) {
				t.Errorf("%v, want %s in it", err, want)
			}
			if len(r.Files) != 0 || len(r.Notes) != n || len(calls()) != n || p.Done.Load() != p.Total.Load() {
				t.Errorf("%+v after %d calls", r, len(calls()))
			}
			if files := tree(t, a, "frames"); len(files) != 0 {
				t.Errorf("%v is there", files)
			}
			noDebris(t, a)
		})
	}
}

// A full disk concerns every recording, so the rest is not tried.
func TestFFmpegDiskFull(t *testing.T) {
	calls := fake(t, "full")
	a := open(t)
	store(t, a, take{seconds: 10})
	store(t, a, take{start: 10, seconds: 10})
	var p Progress
	r, err := everySecond(t.Context(), a, theCamera(t, a), archive.Span{}, &p)
	if archive.KindOf(err) != archive.Full && runtime.GOOS != "windows" || err == nil || len(r.Files) != 0 || len(calls()) != 1 {
		t.Errorf("%+v, %v after %d calls", r, err, len(calls()))
	}
	noDebris(t, a)
}

func TestFramesStopped(t *testing.T) {
	calls := fake(t, "hangs")
	a := open(t)
	store(t, a, take{seconds: 10})
	store(t, a, take{start: 10, seconds: 10})
	ctx, stop := context.WithCancelCause(t.Context())
	why := errors.New("the operator left")
	var p Progress
	go func() {
		for p.Done.Load() == 0 { // until it reports progress
			time.Sleep(time.Millisecond)
		}
		stop(why)
	}()
	r, err := everySecond(ctx, a, theCamera(t, a), archive.Span{}, &p)
	if !errors.Is(err, why) || len(r.Files) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	made := calls()
	if len(made) != 1 || alive(made[0].PID) {
		t.Errorf("ffmpeg was called %d times, and may live still", len(made))
	}
	noDebris(t, a)
	if files := tree(t, a, "frames"); len(files) != 0 {
		t.Errorf("%v is there", files)
	}
}

// An ffmpeg that hangs is stopped; a slow one is not.
func TestSilence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, heard, end := whileHeard(t.Context())
		defer end()
		for range 100 {
			time.Sleep(silenceLimit * 9 / 10)
			heard()
		}
		if ctx.Err() != nil {
			t.Fatal("a slow one is ended")
		}
		began := time.Now()
		<-ctx.Done()
		if took := time.Since(began); !errors.Is(context.Cause(ctx), errSilent) || took > silenceLimit+time.Second {
			t.Errorf("%v after %v", context.Cause(ctx), took)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, _, end := whileHeard(t.Context())
		end()
		if errors.Is(context.Cause(ctx), errSilent) {
			t.Error("one that ended well did nothing")
		}
	})
}

func TestNoFFmpeg(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if err := FindFFmpeg(); !errors.Is(err, ErrNoFFmpeg) || !strings.Contains(err.Error(), "install") {
		t.Errorf("%v", err)
	}
	a := open(t)
	store(t, a, take{seconds: 10})
	var p Progress
	if r, err := everySecond(t.Context(), a, theCamera(t, a), archive.Span{}, &p); !errors.Is(err, ErrNoFFmpeg) || len(r.Files) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if files := tree(t, a, "frames"); len(files) != 0 {
		t.Errorf("%v is there", files)
	}
	fake(t, "good")
	if err := FindFFmpeg(); err != nil {
		t.Errorf("%v", err)
	}
}

// FuzzComplaint checks that ffmpeg's messages are limited and safe for a
// terminal.
func FuzzComplaint(f *testing.F) {
	f.Add([]byte("a\nb"), 1)
	f.Add([]byte("\x1b[2J\xff\u202e"), 3)
	f.Fuzz(func(t *testing.T, text []byte, times int) {
		b := bounded{limit: 100}
		for range min(max(times, 0), 10) {
			if n, err := b.Write(text); n != len(text) || err != nil {
				t.Fatalf("Write = %d, %v", n, err)
			}
		}
		said := b.String()
		if b.kept.Len() > 100 || len(said) > 400 || strings.ContainsAny(said, "\x1b\n\r\x00\u202e\u2028") || strings.ToValidUTF8(said, "") != said {
			t.Errorf("%q", said)
		}
	})
}
