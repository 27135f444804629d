package sheet

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
)

// Outcome is the outcome of a task sheet.
type Outcome struct {
	Tasks    []tasks.Task // as Read returned them
	Coverage []tasks.Coverage
	Files    []archive.Recording                       // on disk, from any run
	Runs     []archive.Run                             // the latest first
	Advice   func(remedy nvr.Remedy) (sentence string) // says what helps against a failure
}

// WriteResult writes a workbook with the outcome of a run: the sheet at path as
// the operator laid it out, without passwords and with columns for the outcome
// of each row, plus worksheets with every camera, the gaps, the files and the
// runs. It is built anew, so that nothing hidden in the old workbook stays in
// it. Names from a recorder are text in it, never formulas.
func WriteResult(to io.Writer, path string, o Options, out Outcome) (err error) {
	t, data, err := open(path, o)
	if err != nil {
		return err
	}
	defer caught(&err)
	r := result{book: book{File: excelize.NewFile()}, Outcome: out, table: t, looks: map[look]int{}}
	defer func() { err = errors.Join(err, r.Close(), r.putAway()) }()
	if !t.csv {
		r.from = openLooks(data, t)
	}
	if err := r.fill(); err != nil {
		return fmt.Errorf("make the result of %s: %w", t.file, err)
	}
	return r.Write(to)
}

// result is the workbook with the outcome of a run.
type result struct {
	book
	Outcome
	table  *table
	from   *excelize.File // the operator's workbook; nil for CSV
	styles int            // how many of from's styles the result has
	rules  int            // and of those that conditional formats use
	looks  map[look]int   // styles of our own cells
	failed error          // of them

	folders   folders
	secrets   secrets
	passwords map[int]bool // columns that hold passwords
}

// The worksheets of a result besides the operator's own.
const (
	camerasSheet = "Cameras"
	gapsSheet    = "Gaps"
	filesSheet   = "Files"
	runsSheet    = "Runs"
)

// resultCreator tells a result from a task sheet.
const resultCreator = "hikgrab"

func (r *result) fill() (err error) {
	at := (&reader{table: r.table}).findLayout()
	r.findSecrets(at)
	if r.from != nil {
		r.adoptStyles()
	}
	r.in, r.folders = r.table.language(at), r.foldersOf()
	if r.table.date1904 {
		if err := r.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &r.table.date1904}); err != nil {
			return err
		}
	}
	if err := r.SetDocProps(&excelize.DocProperties{Creator: resultCreator}); err != nil {
		return err
	}
	own := r.table.sheet
	taken := func(name string) bool { return strings.EqualFold(own, r.say(name)) }
	if own == "" || taken(camerasSheet) || taken(gapsSheet) || taken(filesSheet) || taken(runsSheet) || r.secrets.in(own) {
		own = taskSheets[r.in]
	}
	if err := r.SetSheetName(r.GetSheetName(0), own); err != nil {
		return err
	}
	err = errors.Join(r.fillOwn(own, at), r.putAway(), r.fillCameras(), r.fillGaps(), r.fillFiles(), r.fillRuns())
	return errors.Join(err, r.failed)
}

// putAway releases the operator's workbook, which is as large as the result.
func (r *result) putAway() (err error) {
	if r.from != nil {
		err = r.from.Close()
	}
	r.from, r.table = nil, nil
	return err
}

// outcomeTitles are the columns that follow the operator's own.
var outcomeTitles = []string{"state", "cameras", "files", "bytes", "first", "last", "message", "period from", "period to", "as of", "folder"}

// fillOwn writes the operator's sheet and the outcome of each row.
func (r *result) fillOwn(own string, at layout) error {
	c := copying{result: r, layout: at}
	if !at.named {
		c.down = 1 // room for the titles
	}
	titles, several := 1, slices.ContainsFunc(r.Coverage, func(c tasks.Coverage) bool { return c.Recorder.Machine != "" })
	if at.named {
		titles = r.table.lines[at.header].row
	}
	words := outcomeTitles
	if several {
		words = append(slices.Clone(words), "machine")
	}
	heads := r.titles(words)
	c.beside, c.widths = map[int][]any{titles: heads}, r.widthsOf(heads)
	for row, cells := range r.outcomes(several) {
		c.beside[row+c.down] = cells
		c.widths.measure(r, cells)
	}
	last := 0
	for _, l := range r.table.lines {
		last = max(last, l.row+c.down)
	}
	total := r.total()
	c.widths.measure(r, total)
	c.beside[last+1] = total
	return c.run(own, titles, last)
}

// outcomes returns the outcomes of the rows.
func (r *result) outcomes(several bool) map[int][]any {
	standing := map[int]nvr.Address{} // the sheet may have changed since it was read
	for _, task := range (&reader{table: r.table}).read() {
		standing[task.Row] = task.Address
	}
	cameras := map[string][]tasks.Coverage{}
	for _, c := range r.Coverage {
		cameras[c.Recorder.Address] = append(cameras[c.Recorder.Address], c)
	}
	all := map[int][]any{}
	for _, task := range r.Tasks {
		if now, ok := standing[task.Row]; task.Row <= 0 || ok && now != task.Address {
			continue
		}
		mine := task.Of(cameras[task.Address.String()])
		cells := r.outcome(mine)
		if several {
			cells = append(cells, machinesOf(mine))
		}
		all[task.Row] = cells
	}
	return all
}

// total sums up all cameras, each once.
func (r *result) total() []any {
	files, bytes := 0, int64(0)
	for _, c := range r.Coverage {
		files, bytes = files+c.Camera.Files, bytes+c.Camera.Bytes
	}
	return []any{r.say("total"), len(r.Coverage), files, bytes}
}

// machinesOf names the machines that worked on the cameras of a row.
func machinesOf(mine []tasks.Coverage) string {
	var names []string
	for _, c := range mine {
		if name := c.Recorder.Machine; name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// titles returns the titles of columns in the language of the sheet.
func (r *result) titles(texts []string) []any {
	all := make([]any, len(texts))
	for i, text := range texts {
		all[i] = r.say(text)
	}
	return all
}

// outcome sums up the cameras of a row.
func (r *result) outcome(mine []tasks.Coverage) []any {
	if len(mine) == 0 {
		return []any{"", "", "", "", "", "", r.say("not part of this run, or asked for by another row"), "", "", "", ""}
	}
	var (
		files, complete int
		bytes           int64
		first, last, at time.Time
		period          tasks.Span
		messages        []string
		worst           tasks.State
		earlier         = true // all of it
	)
	rank := []tasks.State{tasks.Empty, tasks.Done, tasks.Skipped, tasks.Incomplete, tasks.Failed}
	for i, c := range mine {
		v := c.Camera
		files, bytes, earlier = files+v.Files, bytes+v.Bytes, earlier && c.Earlier
		if v.State == tasks.Done || v.State == tasks.Empty {
			complete++
		}
		first, period.From = earliest(first, c.First), earliest(period.From, c.Period.From)
		last, period.To, at = latest(last, c.Last), latest(period.To, c.Period.To), latest(at, c.At)
		if what := v.Failure.What; what != "" && !slices.Contains(messages, what) {
			messages = append(messages, what)
		}
		if uint(slices.Index(rank, v.State)) > uint(slices.Index(rank, worst)) || i == 0 { // -1, of a camera that has not ended, is the largest
			worst = v.State
		}
	}
	if earlier {
		messages = append(messages, r.say("as of an earlier run"))
	}
	return []any{
		worst, fmt.Sprintf(r.say("%d of %d complete"), complete, len(mine)), files, bytes, first, last, strings.Join(messages, "; "),
		period.From, period.To, local(at), r.folders.of(mine),
	}
}

// earliest returns the earlier of two times; a zero time does not count.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// latest returns the later of two times.
func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func streamWord(v tasks.CameraView) string {
	if v.Stream == 0 {
		return ""
	}
	return v.Stream.String()
}
