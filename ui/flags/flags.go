// Package flags holds the command-line flags of download, check and demo: their
// names, help and checks, and the options they turn into.
//
// It is not for commands, and it does nothing: it contacts no host and touches
// no file.
package flags

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/proxy"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/derive"
	"example.com/hikgrab/ui/units"
)

// Flags holds the flags that download, check and demo share.
type Flags struct {
	Out   string // directory
	Sheet string // worksheet; empty means the first
	Plain bool
	JSON  bool
	ASCII bool
	Done  string // command to run at the end; empty means none
	Debug bool

	MayBeIdle bool // allow --jobs 0, no downloads here

	jobs, retries, days               int
	perRecorder                       string
	from, to, stream, format, audio   string
	limit, only, layout, frames, kind string
	proxy                             string
	last, timeout                     time.Duration
	yesterday, all, insecure          bool
	join, cut                         bool
}

// Register adds the flags to a set, with their defaults and help.
func (f *Flags) Register(to *pflag.FlagSet) {
	to.SortFlags = false
	to.StringVarP(&f.Out, "out", "o", "recordings", "save recordings in `DIR`")
	to.IntVarP(&f.jobs, "jobs", "j", tasks.DefaultJobs, "`N` downloads at once in all")
	to.StringVar(&f.perRecorder, "per-recorder", auto, "at most `N` downloads at once from one recorder; auto finds out for each what it is worth, up to 6")
	to.StringVar(&f.from, "from", "", "begin at `T` on the recorder's clock: \"2006-01-02\", \"2006-01-02 15:04[:05]\", \"15:04\" or \"yesterday\" (default today)")
	to.StringVar(&f.to, "to", "", "end at `T`, written like --from")
	to.IntVar(&f.days, "days", 0, "the last `N` days, today included")
	to.BoolVar(&f.yesterday, "yesterday", false, "the whole day before today")
	to.Func("last", "the last `DUR`, such as 90m, 6h, 2d or 1w", func(text string) (err error) {
		f.last, err = units.ParseDuration(text)
		return err
	})
	to.BoolVar(&f.all, "all", false, "everything that the recorders have")
	to.StringVar(&f.stream, "stream", "main", "`main|sub|photo`, for rows that name none")
	to.StringVar(&f.kind, "kind", "", "only recordings made for `KINDS`: timing, motion, alarm, manual, smart, event (all but timing and manual)")
	to.StringVar(&f.format, "format", "mp4", "`mp4|raw|both`: mp4 plays everywhere, nothing re-encoded; raw is the recorder's bytes, untouched")
	to.StringVar(&f.audio, "audio", "keep", "`keep|drop`: drop leaves the sound out of an mp4")
	to.StringVar(&f.layout, "layout", archive.DefaultLayout, "name files by `TEMPLATE`, which may hold {recorder} {name} {channel} {camera} {date} {start} {end}")
	to.BoolVar(&f.cut, "cut", false, "keep only the part of a recording that lies in the period, from key frame to key frame")
	to.BoolVar(&f.join, "join", false, "also join the recordings into one mp4 per camera and period, under DIR/joined")
	to.StringVar(&f.frames, "frames", "", "also make JPEG stills, one `EVERY` 1s, 500ms or 10f (frames), under DIR/frames; needs ffmpeg")
	to.IntVar(&f.retries, "retries", tasks.DefaultRetries, "`N` tries per recording")
	to.DurationVar(&f.timeout, "timeout", tasks.DefaultTimeout, "give up on a connection that delivers nothing for `DUR`")
	to.StringVar(&f.limit, "limit", "", "at most `RATE` for everything together; 20M is 20 MiB/s. By time of day: \"22:00-07:00 off, 2M\"")
	to.StringVar(&f.only, "only", "", "only the cameras that `failed` or were incomplete last time")
	to.StringVar(&f.Sheet, "sheet", "", "read the worksheet `NAME` (default the first)")
	to.BoolVar(&f.insecure, "insecure", false, "accept any TLS certificate")
	to.StringVar(&f.proxy, "proxy", "", "reach the recorders through `URL`, socks5://HOST:PORT or http://HOST:PORT")
	to.StringVar(&f.Done, "on-done", "", "run `CMD` at the end, with the summary in JSON on its standard input and $HIKGRAB_EXIT_CODE")
	to.BoolVar(&f.Plain, "plain", false, "lines instead of the screen")
	to.BoolVar(&f.JSON, "json", false, "newline-delimited JSON events instead of the screen")
	to.BoolVar(&f.ASCII, "ascii", false, "plain glyphs; NO_COLOR is honoured")
	to.BoolVar(&f.Debug, "debug", false, "more in the log file")
}

// RegisterOnly adds only the named flags to a set, for commands that download
// nothing or only on behalf of others.
func (f *Flags) RegisterOnly(to *pflag.FlagSet, names ...string) {
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	f.Register(all)
	to.SortFlags = false
	for _, name := range names {
		to.AddFlag(all.Lookup(name))
	}
}

// auto lets hikgrab choose --per-recorder.
const auto = "auto"

// parsePerRecorder reads --per-recorder.
func parsePerRecorder(text string) (int, error) {
	if strings.EqualFold(text, auto) {
		return tasks.AutoPerRecorder, nil
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return 0, fmt.Errorf("--per-recorder %q: type a number, or auto", text)
	case n < 1:
		return 0, fmt.Errorf("--per-recorder %d: at least one download must run", n)
	}
	return n, nil
}

// Options checks the flags and converts them to the options of a queue or a
// survey. The error names the flag and what to write instead.
func (f *Flags) Options() (tasks.Options, error) {
	o := tasks.Options{
		Jobs: f.jobs, Retries: f.retries, Timeout: f.timeout,
		Insecure: f.insecure, OnlyFailed: f.only == "failed", DropAudio: f.audio == "drop",
	}
	if err := f.check(); err != nil {
		return o, err
	}
	var err error
	if o.PerRecorder, err = parsePerRecorder(f.perRecorder); err != nil {
		return o, err
	}
	if o.Period, err = f.period(time.Now()); err != nil {
		return o, err
	}
	if o.Kinds, err = tasks.ParseKinds(f.kind); err != nil {
		return o, fmt.Errorf("--kind: %w", err)
	}
	if o.Limit, err = parseLimit(f.limit); err != nil {
		return o, fmt.Errorf("--limit: %w", err)
	}
	if o.Format, err = archive.ParseFormat(f.format); err != nil {
		return o, fmt.Errorf("--format %s: use mp4, raw or both", f.format)
	}
	if _, err := f.Layout(); err != nil {
		return o, err
	}
	if f.proxy != "" {
		if o.Dial, _, err = proxy.Parse(f.proxy); err != nil {
			return o, fmt.Errorf("--proxy: %w", err)
		}
	}
	switch {
	case f.cut && !o.Format.Movies():
		return o, errors.New("--cut works on MP4s: leave --format raw out, or use --format both to keep the recorder's bytes whole beside them")
	case f.join && !o.Format.Movies():
		return o, errors.New("--join works on MP4s: leave --format raw out, or use --format both")
	}
	o.Cut, o.Derivations.Join = f.cut, f.join
	if f.frames != "" {
		if o.Derivations.Every, err = derive.ParseEvery(f.frames); err != nil {
			return o, fmt.Errorf("--frames: %w", err)
		}
	}
	return o, nil
}

// Layout returns how finished files are named. The error says what is wrong
// with --layout.
func (f *Flags) Layout() (archive.Layout, error) {
	layout, err := archive.ParseLayout(f.layout)
	if err != nil {
		return layout, fmt.Errorf("--layout: %w", err)
	}
	return layout, nil
}

// ProxyAddress returns the address of the proxy to the recorders, for the log;
// empty means none.
func (f *Flags) ProxyAddress() string {
	_, address, _ := proxy.Parse(f.proxy) // Options reports the error
	return address
}

// Coordinate turns off downloads on this machine.
func (f *Flags) Coordinate() { f.MayBeIdle, f.jobs = true, 0 }

// Idle reports whether this machine downloads nothing.
func (f *Flags) Idle() bool { return f.jobs == 0 }

func (f *Flags) check() error {
	switch {
	case f.Out == "":
		return errors.New("--out is empty: name a directory")
	case f.jobs < 1 && !(f.MayBeIdle && f.jobs == 0):
		return fmt.Errorf("--jobs %d: at least one download must run", f.jobs)
	case f.retries < 1:
		return fmt.Errorf("--retries %d: at least one try is needed", f.retries)
	case f.timeout < time.Second:
		return fmt.Errorf("--timeout %s: a recorder needs at least a second", f.timeout)
	case f.only != "" && f.only != "failed":
		return fmt.Errorf("--only %s: the only choice is \"failed\"", f.only)
	case f.audio != "keep" && f.audio != "drop":
		return fmt.Errorf("--audio %s: use keep or drop", f.audio)
	case f.Plain && f.JSON:
		return errors.New("--plain and --json exclude each other")
	}
	if _, err := nvr.ParseStream(f.stream); err != nil {
		return fmt.Errorf("--stream: %w", err)
	}
	return nil
}

// Bounds parses --from and --to; an empty string leaves that end open. The
// error names the flag.
func Bounds(from, to string) (p tasks.Period, err error) {
	if from != "" {
		if p.From, err = tasks.ParseMoment(from); err != nil {
			return p, fmt.Errorf("--from: %w", err)
		}
	}
	if to != "" {
		if p.To, err = tasks.ParseMoment(to); err != nil {
			return p, fmt.Errorf("--to: %w", err)
		}
	}
	return p, nil
}

// period returns the default period for rows without one.
func (f *Flags) period(now time.Time) (tasks.Period, error) {
	p, err := Bounds(f.from, f.to)
	if err != nil {
		return p, err
	}
	p.Last, p.Days, p.Yesterday, p.All = f.last, f.days, f.yesterday, f.all
	if err := p.Validate(); err != nil {
		return p, fmt.Errorf("--from, --to, --days, --yesterday, --last and --all: %w", err)
	}
	if _, _, err := p.Resolve(nvr.WallTime(now)); err != nil {
		return p, fmt.Errorf("--from, --to: %w", err)
	}
	return p, nil
}

// Apply sets --stream on the tasks that name no stream.
func (f *Flags) Apply(list []tasks.Task) error {
	stream, err := nvr.ParseStream(f.stream)
	if err != nil {
		return fmt.Errorf("--stream: %w", err)
	}
	for i := range list {
		if list[i].Stream == 0 {
			list[i].Stream = stream
		}
	}
	return nil
}
