package command

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/ui/report"
)

func (a *app) reportCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "report DIR", Short: "Write index.html: what is there, what is missing, and why",
		Long: "Report writes DIR/index.html, a page that shows in any browser what is there of\n" +
			"each camera and day, what is missing and why, and plays it. It needs no server\n" +
			"and loads nothing from outside DIR. Every run writes it as well.\n\n" +
			"With --json it prints the same as one JSON object and writes nothing; see\n" +
			"hikgrab help json.",
		Args: oneDirectory,
		RunE: func(_ *cobra.Command, args []string) error { return a.report(args[0]) },
	}
	c.Flags().BoolVar(&a.flags.JSON, "json", false, "print JSON instead")
	return c
}

// report writes the page for a directory, covering all runs.
func (a *app) report(dir string) (err error) {
	if err := ofDownloads(dir); err != nil {
		return err
	}
	store, err := archive.Open(dir, nil)
	if err != nil {
		return notMade(err)
	}
	defer func() { err = errors.Join(err, failed(store.Close())) }()
	files, err := store.Recordings()
	if err != nil {
		return notMade(err)
	}
	r := report.New(store, files, time.Now())
	if a.flags.JSON {
		return failed(unlessGone(r.WriteJSON(output{a.Stdout})))
	}
	path, err := writeBeside(store, report.PageName, a.warn, r.WritePage)
	if err != nil {
		return notMade(err)
	}
	_, err = fmt.Fprintln(output{a.Stdout}, path)
	return failed(unlessGone(err))
}

// warn prints a warning, for commands without a run.
func (a *app) warn(text string) { fmt.Fprintln(a.Stderr, "hikgrab: "+text) }

// writePage writes the page at the end of a run and returns its path. If it
// cannot, it tells the operator and the run does not fail.
func writePage(store *archive.Archive, files []archive.Recording, tell func(text string)) string {
	path, err := writeBeside(store, report.PageName, tell, report.New(store, files, time.Now()).WritePage)
	if err != nil {
		tell("the page could not be written: " + err.Error())
	}
	return path
}

// remember records in the journal what a run asked for and what is missing, and
// returns the recordings on disk. It logs errors; they do not fail the run.
func remember(store *archive.Archive, all []tasks.Coverage, log *slog.Logger) []archive.Recording {
	if err := tasks.NoteCoverage(store, all); err != nil {
		log.Warn("What is missing could not be saved", "error", err)
	}
	files, err := store.Recordings()
	if err != nil {
		log.Warn("What is on disk could not be listed", "error", err)
	}
	return files
}

// writeBeside writes a file next to the manifest and returns its path. It tells
// the operator if the file was edited, or is open in another program.
func writeBeside(store *archive.Archive, name string, tell func(text string), write func(io.Writer) error) (string, error) {
	written, err := store.WriteBeside(name, write)
	if written.Kept != "" {
		tell(name + " is not what hikgrab wrote last; that file is kept as " + written.Kept)
	}
	if err == nil && filepath.Base(written.Path) != name {
		tell(name + " is open in another program; this run's is " + written.Path)
	}
	return written.Path, err
}
