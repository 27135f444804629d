package derive

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/child"
)

// ErrNoFFmpeg says that ffmpeg is not installed; its text says how to install
// it.
var ErrNoFFmpeg = errors.New("stills are made by ffmpeg, which is not installed: " + howToInstall())

func howToInstall() string {
	const beside = ", or put the program beside hikgrab"
	switch runtime.GOOS {
	case "windows":
		return `run "winget install ffmpeg" and open a new window` + beside
	case "darwin":
		return `run "brew install ffmpeg"` + beside
	}
	return "install the package ffmpeg (Debian and Ubuntu: apt install ffmpeg)" + beside
}

// FindFFmpeg reports whether Frames will find ffmpeg, on the PATH or beside
// hikgrab. It returns ErrNoFFmpeg, or the reason why the ffmpeg that is there
// cannot be used.
func FindFFmpeg() error {
	_, err := findFFmpeg()
	return err
}

func findFFmpeg() (string, error) {
	name, err := exec.LookPath("ffmpeg")
	if err == nil {
		return filepath.Abs(name)
	}
	if errors.Is(err, exec.ErrDot) {
		return "", fmt.Errorf("ffmpeg is only found in the current directory, which is not safe: %w", err)
	}
	if own, failed := os.Executable(); failed == nil {
		if name, failed := exec.LookPath(filepath.Join(filepath.Dir(own), "ffmpeg")); failed == nil {
			return name, nil
		}
	}
	return "", ErrNoFFmpeg
}

const (
	complaintLimit = 4 << 10         // bytes kept of ffmpeg's messages
	patience       = 5 * time.Second // for a killed ffmpeg's output to end
	silenceLimit   = 5 * time.Minute // ffmpeg reports its progress twice a second
)

// errSilent is why a hanging ffmpeg is killed.
var errSilent = fmt.Errorf("ffmpeg did nothing for %s and was stopped; check that the disk responds and that the recording plays", silenceLimit)

// ffmpeg is the program, as far as one call of Frames knows it.
type ffmpeg struct {
	path string
	old  bool // it has -vsync where newer ones have -fps_mode
}

// timesFile is where ffmpeg writes the times of the pictures.
const timesFile = "times"

// noting makes ffmpeg write the time of each picture that passes. The pictures'
// names cannot carry it: before 7.1 ffmpeg's number in a name has 32 bits,
// which is 36 minutes of microseconds.
const noting = ",metadata=add:key=still:value=1,metadata=print:key=still:file=" + timesFile

// run makes ffmpeg read input, an absolute path, and write the pictures that
// pass the filter into dir: 1.jpg and so on, and timesFile. It calls reached
// with the time of the latest picture. When ffmpeg has ended, it returns
// ffmpeg's complaints although it went on, or the error that stopped it.
func (f *ffmpeg) run(ctx context.Context, dir string, input []string, filter string, reached func(time.Duration)) (said string, err error) {
	said, err = f.attempt(ctx, dir, input, filter, reached)
	if complaint, ok := errors.AsType[*complaint](err); ok && !f.old && strings.Contains(complaint.text, "fps_mode") {
		f.old = true // before 5.1
		return f.attempt(ctx, dir, input, filter, reached)
	}
	return said, err
}

func (f *ffmpeg) attempt(ctx context.Context, dir string, input []string, filter string, reached func(time.Duration)) (string, error) {
	ctx, heard, end := whileHeard(ctx)
	defer end()
	runtime.LockOSThread() // Linux kills ffmpeg with the thread that started it
	defer runtime.UnlockOSThread()
	sync := "-fps_mode"
	if f.old {
		sync = "-vsync"
	}
	args := []string{"-hide_banner", "-loglevel", "error", "-nostdin", "-nostats", "-progress", "pipe:1", "-protocol_whitelist", "file,pipe"}
	args = append(args, input...)
	args = append(args,
		"-map", "0:v:0", "-an", "-sn", "-dn", "-vf", filter+noting,
		sync, "passthrough", "-enc_time_base", "1:1000000", // each picture once, at its own time
		"-pix_fmt", "yuvj420p", "-q:v", "2",
		"-f", "image2", "-start_number", "1", "file:%d.jpg") // in dir, whose own path may contain a %
	cmd := exec.CommandContext(ctx, f.path, args...)
	cmd.Dir, cmd.WaitDelay = dir, patience
	// The context decides when it ends. When hikgrab is killed, so is ffmpeg:
	// otherwise it would go on writing into a directory that the next run clears.
	child.Prepare(cmd, true, "AV_LOG_FORCE_NOCOLOR=1")
	said := &bounded{limit: complaintLimit}
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", fmt.Errorf("start ffmpeg: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("start ffmpeg: %w", err)
	}
	follow(out, heard, reached)
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil:
		return "", &complaint{text: said.String(), err: err}
	}
	return said.String(), nil
}

// whileHeard returns a context that ends with errSilent if heard is not called
// for silenceLimit. The caller must call end. A single timer would not do: it
// would run out while the machine or hikgrab itself is suspended.
func whileHeard(ctx context.Context) (watched context.Context, heard, end func()) {
	watched, cancel := context.WithCancelCause(ctx)
	const looks = 30
	var silent atomic.Int32 // how many looks in a row found nothing
	var watching sync.WaitGroup
	watching.Go(func() {
		tick := time.NewTicker(silenceLimit / looks)
		defer tick.Stop()
		for {
			select {
			case <-watched.Done():
				return
			case <-tick.C:
			}
			if silent.Add(1) >= looks {
				cancel(errSilent)
				return
			}
		}
	})
	return watched, func() { silent.Store(0) }, func() {
		cancel(nil)
		watching.Wait()
	}
}

// follow reads ffmpeg's progress until it ends.
func follow(out io.Reader, heard func(), reached func(time.Duration)) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		heard()
		text, ok := strings.CutPrefix(lines.Text(), "out_time_us=")
		if us, err := strconv.ParseInt(text, 10, 64); ok && err == nil {
			reached(time.Duration(us) * time.Microsecond)
		}
	}
	_, _ = io.Copy(io.Discard, out) // otherwise ffmpeg would wait for a reader
}

// complaint is what ffmpeg said before it failed.
type complaint struct {
	text string
	err  error
}

func (c *complaint) Error() string {
	if c.text == "" {
		return fmt.Sprintf("ffmpeg failed: %v", c.err)
	}
	return "ffmpeg failed: " + c.text
}

// Unwrap recognizes a full disk, which ffmpeg reports only in words.
func (c *complaint) Unwrap() []error {
	switch {
	case strings.Contains(c.text, "No space left on device"):
		return []error{c.err, syscall.ENOSPC}
	case strings.Contains(c.text, "Disk quota exceeded"):
		return []error{c.err, syscall.EDQUOT}
	}
	return []error{c.err}
}

// bounded keeps the beginning of what is written to it.
type bounded struct {
	limit int
	kept  bytes.Buffer
}

// Write accepts everything and keeps as much as fits.
func (b *bounded) Write(p []byte) (int, error) {
	b.kept.Write(p[:min(len(p), b.limit-b.kept.Len())])
	return len(p), nil
}

// String joins the lines into one that is fit to be shown.
func (b *bounded) String() string {
	const shown = 300
	lines := strings.FieldsFunc(b.kept.String(), func(r rune) bool { return r == '\n' || r == '\r' })
	return nvr.CleanText(strings.Join(lines, "; "), shown)
}
