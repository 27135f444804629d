// Hikgrab downloads recordings from Hikvision recorders, as a task sheet asks.
//
// This file holds commands, flags, signals, wiring and the exit code; what they
// work with lives in tasks, nvr and ui.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/awake"
	"example.com/hikgrab/tasks/demo"
	"example.com/hikgrab/tasks/sheet"
	"example.com/hikgrab/ui"
	"example.com/hikgrab/ui/flags"
	"example.com/hikgrab/ui/plain"
)

// version is stamped by release builds; see versionText.
var version = ""

// shutdownLimit bounds how long stopping may take before hikgrab leaves anyway.
// Nothing is lost by that: parts and journal are good for the next run.
const shutdownLimit = 10 * time.Second

func main() {
	if os.Getenv("GOGC") == "" {
		// Indexes of MP4s come and go by the megabyte. Collecting them twice as
		// often costs nothing beside hashing, and a quarter of the memory less.
		debug.SetGCPercent(50)
	}
	signal.Ignore(syscall.SIGPIPE) // a write to a closed pipe gives an error instead
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program; it returns the exit code.
func run(ctx context.Context, args []string, stdin, stdout, stderr *os.File) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr}
	root := a.commands()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return a.code
	}
	fmt.Fprintf(stderr, "hikgrab: %v\n", err)
	if failure, ok := errors.AsType[*failure](err); ok {
		return failure.code
	}
	return plain.ExitUsage // whatever is not marked as failed is at fault on the command line or in the sheet
}

// failure is an error that decides the exit code.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// failed wraps what went wrong at no fault of the command line, with what to
// do about it where that is known.
func failed(err error) error {
	if err == nil {
		return nil
	}
	if disk, ok := errors.AsType[*archive.Error](err); ok && disk.Hint() != "" {
		err = fmt.Errorf("%w; %s", err, disk.Hint())
	}
	return &failure{plain.ExitError, err}
}

// app is what the commands share.
type app struct {
	stdin, stdout, stderr *os.File
	flags                 flags.Flags
	serve                 bool
	code                  int     // the exit code when no error says otherwise
	opened                *string // the password that the operator typed for the sheet
}

const shortUsage = `name a task sheet

  hikgrab SHEET          download what the sheet asks for
  hikgrab check SHEET    see what is there, download nothing
  hikgrab init [FILE]    write a task sheet to fill in
  hikgrab demo           the real thing against simulated recorders

"hikgrab --help" lists every flag`

func (a *app) commands() *cobra.Command {
	root := &cobra.Command{
		Use:   "hikgrab [flags] SHEET",
		Short: "Download recordings from Hikvision recorders, as a task sheet asks",
		Long: "Hikgrab downloads recordings from Hikvision recorders. SHEET is a spreadsheet (.xlsx, .xlsm\n" +
			"or .csv) with one row per recorder: address, login, cameras and time. A second run fetches\n" +
			"only what is new.\n\n" + plain.ExitCodes,
		Example: "  hikgrab tasks.xlsx\n  hikgrab -o D:\\archive --yesterday tasks.xlsx\n" +
			"  hikgrab --from 2026-11-03 --to \"2026-11-03 12:00\" --only failed tasks.xlsx",
		Args:          a.oneSheet,
		RunE:          func(c *cobra.Command, args []string) error { return a.download(c, args[0]) },
		SilenceErrors: true, SilenceUsage: true,
	}
	check := &cobra.Command{
		Use: "check [flags] SHEET", Short: "Sign in everywhere, list cameras and recordings; download nothing",
		Long: "Check signs in to every recorder of the sheet, lists cameras and recordings, and says for each\n" +
			"camera without recordings what the likely reason is. It downloads and writes nothing.\n\n" + plain.ExitCodes,
		Args: a.oneSheet,
		RunE: func(c *cobra.Command, args []string) error { return a.check(c, args[0]) },
	}
	demo := &cobra.Command{
		Use: "demo [flags]", Short: "The real thing against simulated recorders on this machine",
		Long: "Demo runs simulated recorders on this machine, writes a task sheet for them, and downloads what it\n" +
			"asks for, into a new temporary directory or --out. What it wrote stays there.\n\n" + plain.ExitCodes,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.demo(c) },
	}
	demo.Flags().BoolVar(&a.serve, "serve", false, "only run the recorders, for other programs to try")
	for _, c := range []*cobra.Command{root, check, demo} {
		a.flags.Register(c.Flags())
	}
	initialise := &cobra.Command{
		Use: "init [FILE]", Short: "Write a task sheet to fill in", Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.writeTemplate(append(args, "tasks.xlsx")[0])
		},
	}
	verify := &cobra.Command{
		Use: "verify DIR", Short: "Read downloaded files again and compare them with manifest.csv",
		Long: "Verify reads every file that DIR/manifest.csv lists and compares size and SHA-256, and looks for\n" +
			"files that it does not list. It changes nothing.\n\n" + plain.VerifyCodes,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.verify(c.Context(), args[0]) },
	}
	verify.Flags().BoolVar(&a.flags.JSON, "json", false, "newline-delimited JSON instead of lines")
	about := &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.stdout, versionText())
			return err
		},
	}
	root.SuggestionsMinimumDistance = 2
	root.AddCommand(check, initialise, demo, verify, about)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w; see %s --help", flags.Suggest(c.Flags(), err), c.CommandPath())
	})
	return root
}

// oneSheet wants exactly one argument, and takes typing mistakes into account.
func (a *app) oneSheet(c *cobra.Command, args []string) error {
	switch len(args) {
	case 1:
		return nil
	case 0:
		return errors.New(shortUsage)
	}
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		return fmt.Errorf("there is no command %q; did you mean %q?", args[0], "hikgrab "+near[0])
	}
	return fmt.Errorf("one task sheet at a time, not %d (%s); quote a name that has spaces", len(args), plain.Command(args...))
}

func versionText() string {
	text, revision := version, ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if text == "" {
			text = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = " (" + s.Value[:min(12, len(s.Value))] + ")"
			}
		}
	}
	if text == "" {
		text = "(devel)"
	}
	return "hikgrab " + text + revision
}

func (a *app) writeTemplate(path string) error {
	err := sheet.WriteTemplate(path)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists already and is left alone; name another file", path)
	}
	if err != nil {
		return failed(err)
	}
	_, err = fmt.Fprintf(a.stdout, "wrote %s; fill it in, then: %s\n", path, plain.Command("hikgrab", "check", path))
	return err
}

// readSheet returns the tasks of a sheet and what is worth saying about it. Its
// errors are faults of the sheet: nothing was contacted.
func (a *app) readSheet(c *cobra.Command, path string) (sheet.Sheet, error) {
	got, err := sheet.Read(path, sheet.Options{Sheet: a.flags.Sheet, Password: a.sheetPassword})
	if errors.Is(err, fs.ErrNotExist) {
		if near := c.Root().SuggestionsFor(path); len(near) > 0 {
			return got, fmt.Errorf("there is no file or command %q; did you mean %q?", path, "hikgrab "+near[0])
		}
		return got, fmt.Errorf("%s: no such file; %q writes a task sheet to fill in", path, "hikgrab init")
	}
	if err != nil {
		return got, err
	}
	return got, a.flags.Apply(got.Tasks)
}

// sheetPassword gets the password of an encrypted workbook.
func (a *app) sheetPassword() (string, error) {
	if password, ok := os.LookupEnv("HIKGRAB_SHEET_PASSWORD"); ok {
		return password, nil
	}
	if a.opened != nil {
		return *a.opened, nil
	}
	if !terminal(a.stdin) {
		return "", errors.New("put its password into HIKGRAB_SHEET_PASSWORD")
	}
	fmt.Fprint(a.stderr, "Password of the workbook: ")
	password, err := term.ReadPassword(int(a.stdin.Fd()))
	fmt.Fprintln(a.stderr)
	typed := string(password)
	a.opened = &typed
	return typed, err
}

func terminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// screen reports whether the full screen can and should be used.
func (a *app) screen() bool {
	return !a.flags.Plain && !a.flags.JSON && os.Getenv("TERM") != "dumb" && os.Getenv("CI") == "" &&
		terminal(a.stdin) && terminal(a.stdout)
}

// job is what a run of the queue needs to know.
type job struct {
	tasks   []tasks.Task
	notices []string
	options tasks.Options
	title   string
	sheet   string // its path
	log     string // the path of the log file
	goOn    string // the command that goes on with what is left
	retry   string // the command that tries what failed once more
}

func (a *app) download(c *cobra.Command, path string) error {
	o, err := a.flags.Options()
	if err != nil {
		return err
	}
	got, err := a.readSheet(c, path)
	if err != nil {
		return err
	}
	o.Reread = func() ([]tasks.Task, error) {
		again, err := a.readSheet(c, path)
		return again.Tasks, err
	}
	again := flags.Again(c.Flags(), o.Period, got.Tasks, path)
	return a.fetch(c.Context(), job{
		tasks: got.Tasks, notices: got.Notices, options: o, title: filepath.Base(path), sheet: path,
		goOn:  plain.Command(append([]string{"hikgrab"}, again...)...),
		retry: plain.Command(append([]string{"hikgrab", "--only", "failed"}, again...)...),
	})
}

// printer is what both forms of plain output can do.
type printer interface {
	plain.Printer
	plain.SurveyPrinter
	plain.VerifyPrinter
}

func (a *app) printer() printer {
	if a.flags.JSON {
		return plain.NewJSON(a.stdout)
	}
	return plain.NewLines(a.stdout, a.flags.ASCII)
}

func (a *app) logger(w io.Writer) *slog.Logger {
	level := slog.LevelInfo
	if a.flags.Debug {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
}

// fetch opens the archive and its log, runs the queue, and prints how it ended.
func (a *app) fetch(ctx context.Context, j job) (err error) {
	book := &logBook{}
	j.options.Log = a.logger(book)
	if j.options.Archive, err = archive.Open(a.flags.Out, j.options.Log); err != nil {
		return failed(err)
	}
	var file io.WriteCloser
	defer func() {
		limit := shutdownLimit
		if errors.Is(err, errHangs) {
			limit = time.Second // it was waited for long enough
		}
		err = errors.Join(err, failed(within(limit, func() error {
			if file != nil {
				_ = file.Close() // the log's last lines are worth no failure
			}
			return j.options.Archive.Close()
		})))
	}()
	if file, err = j.options.Archive.LogWriter(); err != nil {
		return failed(err)
	}
	if err := book.open(file); err != nil {
		return failed(err)
	}
	j.options.Log.Info("Started", "version", versionText(), "rows", len(j.tasks), "period", j.options.Period.String())
	out := a.printer()
	for _, text := range j.notices {
		j.options.Log.Info("Notice", "text", text)
		_ = out.Notice(time.Now(), text) // a reader that is gone shows in work
	}
	if named, ok := file.(interface{ Name() string }); ok {
		j.log = named.Name()
	}
	q := tasks.NewQueue(j.tasks, j.options)
	stopped, err := a.work(ctx, q, out, j)
	var end tasks.Snapshot
	q.Snapshot(&end)
	if a.code = plain.ExitCode(&end, stopped); err != nil {
		a.code = plain.ExitError
	}
	report := plain.Report{
		Snapshot: &end, ExitCode: a.code, Retry: j.retry, Continue: j.goOn,
		Manifest: filepath.Join(a.flags.Out, "manifest.csv"), Log: j.log,
	}
	if !errors.Is(err, errHangs) {
		report.Coverage = q.Coverage()
		report.Result = a.writeResult(j, report.Coverage, out)
	}
	if told := out.Summary(report); !plain.Gone(told) {
		err = errors.Join(err, told)
	}
	return failed(err)
}

// writeResult writes the sheet again with the outcome of the run and returns
// where it is. That it cannot be written is worth a notice, not a failure.
func (a *app) writeResult(j job, all []tasks.Coverage, out printer) string {
	base := filepath.Base(j.sheet)
	name := strings.TrimSuffix(base, filepath.Ext(base)) + ".result.xlsx"
	path, err := j.options.Archive.WriteBeside(name, func(w io.Writer) error {
		return sheet.WriteResult(w, j.sheet, sheet.Options{Sheet: a.flags.Sheet, Password: a.sheetPassword}, j.tasks, all)
	})
	switch {
	case err != nil:
		j.options.Log.Warn("The result sheet could not be written", "error", err)
		_ = out.Notice(time.Now(), "the result sheet could not be written: "+err.Error()) // a reader that is gone misses no more than this
	case filepath.Base(path) != name:
		_ = out.Notice(time.Now(), name+" is open in another program; this run's result is "+path)
	}
	return path
}

// work runs the queue behind the screen or plain output until everything has
// ended, the operator leaves, a signal comes, or nobody reads the output.
func (a *app) work(ctx context.Context, q *tasks.Queue, out printer, j job) (stopped bool, err error) {
	ctx, release := a.untilSignal(ctx)
	defer release()
	steady := context.WithoutCancel(ctx)
	ended, end := context.WithCancel(steady) // when the queue has
	var running sync.WaitGroup
	running.Go(func() { awake.While(ended, q.Working, awake.System, j.options.Log) })
	go func() {
		defer end()
		q.Run(steady)
	}()
	stop := func() error { // waits for Run
		bounded, cancel := context.WithTimeout(steady, shutdownLimit)
		defer cancel()
		if q.Stop(bounded) != nil {
			return errHangs
		}
		<-ended.Done()
		running.Wait()
		return nil
	}
	if a.screen() {
		var left ui.Result
		left, err = ui.Run(ctx, q, ui.Options{
			Title: j.title, Log: j.log, Out: a.flags.Out, ASCII: a.flags.ASCII, NoColor: os.Getenv("NO_COLOR") != "",
		})
		stopped = left.Ending != ui.Finished
		fmt.Fprint(a.stdout, left.Frame)
	} else {
		leave := context.AfterFunc(ctx, func() { _ = stop() }) // Follow ends with the queue, having told of its end
		err = plain.Follow(ended, q, out)
		leave()
		stopped = ctx.Err() != nil || plain.Gone(err)
		if plain.Gone(err) {
			err = nil
		}
	}
	return stopped, errors.Join(err, stop())
}

// errHangs is why hikgrab leaves without having stopped everything.
var errHangs = fmt.Errorf("what was under way did not stop within %s; what is on disk is good for the next run", shutdownLimit)

// within does something that may hang with a disk, and gives up after a while.
func within(limit time.Duration, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-time.After(limit):
		return errHangs
	}
}

// untilSignal returns a context that ends with the first interrupt, request to
// terminate or closed terminal. A second one, or a shutdown that takes too
// long, ends the program: what is on disk is good for the next run.
func (a *app) untilSignal(parent context.Context) (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup says that closing the terminal is no reason
		signal.Notify(signals, syscall.SIGHUP)
	}
	before, _ := term.GetState(int(a.stdin.Fd())) // nil when it is no terminal
	done := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		select {
		case <-signals:
			cancel()
		case <-done:
			return
		}
		select {
		case <-signals:
		case <-time.After(shutdownLimit):
		case <-done:
			return
		}
		if before != nil && a.screen() {
			_ = term.Restore(int(a.stdin.Fd()), before)
			fmt.Fprint(a.stdout, "\x1b[?1004l\x1b[?1049l\x1b[?25h") // no focus reports, the normal screen, a cursor
		}
		os.Exit(plain.ExitStopped)
	})
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		watch.Wait()
		cancel()
	}
}

func (a *app) check(c *cobra.Command, path string) error {
	o, err := a.flags.Options()
	if err != nil {
		return err
	}
	if o.OnlyFailed {
		return errors.New("check looks at every camera; --only is for downloads")
	}
	got, err := a.readSheet(c, path)
	if err != nil {
		return err
	}
	if a.flags.Debug {
		o.Log = a.logger(a.stderr)
	}
	ctx, release := a.untilSignal(c.Context())
	defer release()
	out := a.printer()
	for _, text := range got.Notices {
		_ = out.Notice(time.Now(), text) // a reader that is gone shows in what follows
	}
	a.code, err = plain.Survey(ctx, got.Tasks, o, out)
	if plain.Gone(err) {
		return nil
	}
	return failed(err)
}

// verify compares a tree with its manifest.
func (a *app) verify(ctx context.Context, dir string) (err error) {
	ctx, release := a.untilSignal(ctx)
	defer release()
	a.code, err = plain.Verify(ctx, dir, a.printer(), a.stderr)
	switch {
	case errors.Is(err, archive.ErrNoManifest), errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w; name the directory that --out named", err)
	case plain.Gone(err):
		return nil
	}
	return failed(err)
}

// demo does what download does, against simulated recorders of its own.
func (a *app) demo(c *cobra.Command) error {
	o, err := a.flags.Options()
	if err != nil {
		return err
	}
	site, err := demo.Start(time.Now())
	if err != nil {
		return failed(err)
	}
	defer site.Close()
	if a.serve {
		ctx, release := a.untilSignal(c.Context())
		defer release()
		if err := plain.Logins(a.stdout, site.Tasks); err != nil {
			return failed(err)
		}
		<-ctx.Done()
		return nil
	}
	dir, err := a.demoDir(c.Flags().Changed("out"))
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "tasks.xlsx")
	if err := sheet.WriteTasks(path, site.Tasks); err != nil {
		return fmt.Errorf("%w; name another directory with --out", err)
	}
	got, err := a.readSheet(c, path)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "hikgrab demo: %d simulated recorders, sheet and recordings in %s\n", len(site.Tasks), dir)
	return a.fetch(c.Context(), job{tasks: got.Tasks, notices: got.Notices, options: o, title: filepath.Base(path), sheet: path})
}

// demoDir returns where the sheet of the demo goes, and has the recordings go
// into "recordings" beside it unless the operator named a place.
func (a *app) demoDir(named bool) (string, error) {
	if named {
		return a.flags.Out, failed(os.MkdirAll(a.flags.Out, 0o777))
	}
	dir, err := os.MkdirTemp("", "hikgrab-demo-")
	a.flags.Out = filepath.Join(dir, "recordings")
	return dir, failed(err)
}

// logBook is where the log goes: into memory until there is a file, which
// exists only once the archive could be opened.
type logBook struct {
	mu    sync.Mutex
	early bytes.Buffer
	file  io.Writer
}

func (b *logBook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.file == nil {
		return b.early.Write(p)
	}
	return b.file.Write(p)
}

func (b *logBook) open(file io.Writer) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.file = file
	_, err := b.early.WriteTo(file)
	return err
}
