package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/derive"
	"example.com/hikgrab/tasks/sheet"
	"example.com/hikgrab/ui"
	"example.com/hikgrab/ui/flags"
	"example.com/hikgrab/ui/plain"
	"example.com/hikgrab/ui/remedy"
)

const shortUsage = `name a task sheet

  hikgrab SHEET          download what the sheet asks for
  hikgrab check SHEET    see what is there, download nothing
  hikgrab init [FILE]    write a task sheet to fill in
  hikgrab demo           the real thing against simulated recorders

"hikgrab --help" lists every flag`

func (a *app) downloadCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "hikgrab [flags] SHEET",
		Short: "Download recordings from Hikvision recorders, as a task sheet asks",
		Long: "Hikgrab downloads recordings from Hikvision recorders. SHEET is a spreadsheet\n" +
			"(.xlsx, .xlsm or .csv) with one row per recorder: address, login, cameras and\n" +
			"time. A second run fetches only what is new.\n\n" + plain.ExitCodes,
		Example: "  hikgrab tasks.xlsx\n  hikgrab -o D:\\archive --yesterday tasks.xlsx\n" +
			"  hikgrab --from 2026-11-03 --to \"2026-11-03 12:00\" --only failed tasks.xlsx",
		Args: oneSheet,
		RunE: func(c *cobra.Command, args []string) error { return a.download(c, args[0]) },
	}
	a.flags.Register(c.Flags())
	return c
}

// job describes one run of the queue.
type job struct {
	tasks   []tasks.Task
	notices []string
	options tasks.Options
	title   string
	sheet   string // its path
	log     string // the path of the log file
	goOn    string // command line to continue with what is left
	retry   string // command line to retry what failed
	files   bool   // the rows are files on machines, not cameras

	archive []archive.Option
	start   func(ctx context.Context, j job) (engine, error) // nil means a queue of the tasks
	tell    func(text string)                                // tells the operator and the log about the run as a whole
}

// engine is what a command shows and waits for: a queue, or one spread over
// several machines.
type engine interface {
	ui.Queue
	Run(ctx context.Context)
	Working() bool
	Coverage() []tasks.Coverage
}

func (a *app) download(c *cobra.Command, path string) error {
	j, err := a.sheetJob(c, path)
	if err != nil {
		return err
	}
	for i := range j.tasks {
		j.tasks[i].Network = "" // a single machine has a single network
	}
	return a.fetch(c.Context(), j)
}

// sheetJob returns the job for the sheet at path. The command's words go into
// the command lines to continue and retry.
func (a *app) sheetJob(c *cobra.Command, path string, command ...string) (j job, err error) {
	o, err := a.options()
	if err != nil {
		return j, err
	}
	got, err := a.readSheet(c, path)
	if err != nil {
		return j, err
	}
	o.Reread = func() ([]tasks.Task, error) {
		again, err := a.readSheet(c, path)
		return again.Tasks, err
	}
	again := flags.Again(c.Flags(), o.Period, got.Tasks, path)
	return job{
		tasks: got.Tasks, notices: got.Notices, options: o, title: filepath.Base(path), sheet: path,
		goOn:  a.commandLine(slices.Concat(command, again)...),
		retry: a.commandLine(slices.Concat(command, []string{"--only", "failed"}, again)...),
	}, nil
}

// fetch runs the queue and reports how it ended.
func (a *app) fetch(ctx context.Context, j job) error {
	out := a.printer()
	report, err := a.run(ctx, j, out)
	if report.Snapshot == nil {
		return err
	}
	if err != nil {
		report.ExitCode = plain.ExitError
	}
	a.code = report.ExitCode
	a.onDone(report, out)
	return failed(errors.Join(err, unlessGone(out.Summary(report))))
}

// onDone runs the operator's command at the end of a run, with the JSON summary
// on its standard input and the exit code in its environment. Its output goes
// to standard error, because standard output is ours. If it fails, onDone
// prints a notice; the run's result does not change.
func (a *app) onDone(r plain.Report, out printer) {
	if a.flags.Done == "" {
		return
	}
	var summary bytes.Buffer
	if err := plain.NewJSON(&summary).Summary(r); err != nil {
		return // a buffer never fails
	}
	program := []string{"/bin/sh", "-c"}
	if runtime.GOOS == "windows" {
		program = []string{"cmd.exe", "/C"}
	}
	// Only the operator can end it, so it takes no context.
	c := exec.CommandContext(context.Background(), program[0], program[1], a.flags.Done) //nolint:gosec // the operator's own
	c.Stdin, c.Stdout, c.Stderr = &summary, a.Stderr, a.Stderr
	c.Env = append(os.Environ(), "HIKGRAB_EXIT_CODE="+strconv.Itoa(r.ExitCode))
	if err := c.Run(); err != nil {
		_ = out.Notice(time.Now(), fmt.Sprintf("the command of --on-done failed: %v", err)) // if nobody reads the output, nobody misses it
	}
}

// run opens the archive and its log, runs the queue, and closes them again. If
// the run could not start, the report has no snapshot.
func (a *app) run(ctx context.Context, j job, out printer) (report plain.Report, err error) {
	layout, err := a.flags.Layout()
	if err != nil {
		return report, err
	}
	if j.options.Derivations.Every != (derive.Every{}) {
		if err := derive.FindFFmpeg(); err != nil {
			return report, fmt.Errorf("--frames: %w", err)
		}
	}
	s, err := a.open(append(j.archive, archive.WithLayout(layout))...)
	if err != nil {
		return report, err
	}
	defer func() {
		limit := shutdownLimit
		if errors.Is(err, errHangs) {
			limit = time.Second // stopping has already used up the time
		}
		err = errors.Join(err, s.close(limit))
	}()
	j.options.Archive, j.options.Log, j.log = s.Archive, s.log, s.logPath()
	j.tell = s.teller(out)
	s.log.Info("Started", "version", a.version(), "rows", len(j.tasks), "period", j.options.Period.String(), "proxy", a.flags.ProxyAddress())
	for _, text := range j.notices {
		j.tell(text)
	}
	var q engine = tasks.NewQueue(j.tasks, j.options)
	if j.start != nil {
		if q, err = j.start(ctx, j); err != nil {
			return report, err
		}
	}
	stopped, err := a.show(ctx, q, out, j)
	if f, ok := q.(interface{ Err() error }); ok {
		err = errors.Join(err, f.Err())
	}
	var end tasks.Snapshot
	q.Snapshot(&end)
	report = plain.Report{
		Snapshot: &end, ExitCode: plain.ExitCode(&end, stopped), Retry: j.retry, Continue: j.goOn,
		Manifest: j.options.Archive.ManifestPath(), Log: j.log, Files: j.files,
	}
	if !errors.Is(err, errHangs) {
		report.Coverage = q.Coverage()
		if j.sheet != "" {
			a.noteRun(j, &end, report.ExitCode)
		}
		report.Result, report.Page = a.tellAll(j, report.Coverage)
		if j.options.Format == archive.MP4 {
			report.RawFiles, report.RawBytes = j.options.Archive.RawBesideMP4()
		}
	}
	var summary bytes.Buffer
	_ = plain.NewLines(&summary, true).Summary(report) // a buffer never fails
	j.options.Log.Info("Finished", "exit_code", report.ExitCode, "summary", summary.String())
	return report, err
}

// noteRun records a run in the journal. An error does not fail the run.
func (a *app) noteRun(j job, end *tasks.Snapshot, code int) {
	err := j.options.Archive.NoteRun(archive.Run{
		Begun: end.At.Add(-end.Elapsed), Took: end.Elapsed, Period: j.options.Period.String(),
		Cameras: len(end.Cameras) - end.Collected().Rows, Files: end.Files, Bytes: end.Fetched, ExitCode: code,
	})
	if err != nil {
		j.options.Log.Warn("The run could not be added to the history", "error", err)
	}
}

// tellAll writes the files to look at after a run: the sheet with results, if
// there is a sheet, and the report page. It returns their paths.
func (a *app) tellAll(j job, all []tasks.Coverage) (result, page string) {
	store, log := j.options.Archive, j.options.Log
	if j.sheet == "" {
		return "", writePage(store, remember(store, nil, log), j.tell)
	}
	files := remember(store, all, log)
	base := filepath.Base(j.sheet)
	name := strings.TrimSuffix(base, filepath.Ext(base)) + ".result.xlsx"
	there := archive.There(files)
	outcome := sheet.Outcome{
		Tasks: j.tasks, Coverage: tasks.Latest(store, there, j.tasks, all), Files: there, Runs: store.Runs(), Advice: remedy.Plain,
	}
	result, err := writeBeside(store, name, j.tell, func(w io.Writer) error {
		return sheet.WriteResult(w, j.sheet, a.sheetOptions(), outcome)
	})
	if err != nil {
		j.tell("the result sheet could not be written: " + err.Error())
	}
	return result, writePage(store, files, j.tell)
}
