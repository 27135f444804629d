package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// WriteResult writes a workbook with the outcome of a run: the sheet at path
// again, as the operator laid it out but without passwords, with columns for the
// outcome of each row; a worksheet with every camera; and one with the gaps. It
// is made anew rather than changed, so that nothing of the old workbook stays in
// it that nobody sees. Whatever a recorder called its cameras is text in it,
// never a formula.
//
// List is what Read returned for that sheet.
func WriteResult(to io.Writer, path string, o Options, list []tasks.Task, all []tasks.Coverage) (err error) {
	name := clean(filepath.Base(path))
	data, err := load(path)
	if err != nil {
		return fileError(name, err)
	}
	if sniff(data) == encryptedFile {
		if data, err = decrypt(data, o); err != nil {
			return fileError(name, err)
		}
	}
	t, err := parse(data, o)
	if err != nil {
		return fileError(name, err)
	}
	defer caught(&err)
	r := result{book: book{excelize.NewFile()}, table: t, list: list, all: all}
	defer func() { err = errors.Join(err, r.Close()) }()
	if err := r.fill(data); err != nil {
		return fmt.Errorf("make the result of %s: %w", name, err)
	}
	return r.Write(to)
}

// result is the workbook with the outcome of a run.
type result struct {
	book
	table  *table
	list   []tasks.Task
	all    []tasks.Coverage
	header int // style of the rows with titles
	date   int // style of times
}

// The worksheets of a result beside the operator's own.
const (
	camerasSheet = "Cameras"
	gapsSheet    = "Gaps"
)

func (r *result) fill(data []byte) (err error) {
	r.header, err = r.NewStyle(&excelize.Style{
		Font: &excelize.Font{Bold: true, Color: "FFFFFF"},
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"1F4E79"}},
	})
	if err != nil {
		return err
	}
	shown := "yyyy-mm-dd hh:mm:ss"
	if r.date, err = r.NewStyle(&excelize.Style{CustomNumFmt: &shown}); err != nil {
		return err
	}
	if r.table.date1904 {
		if err := r.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &r.table.date1904}); err != nil {
			return err
		}
	}
	own := r.table.sheet
	if own == "" || strings.EqualFold(own, camerasSheet) || strings.EqualFold(own, gapsSheet) {
		own = taskSheet
	}
	if err := r.SetSheetName(r.GetSheetName(0), own); err != nil {
		return err
	}
	return errors.Join(r.fillOwn(own, data), r.fillCameras(), r.fillGaps())
}

// outcomeTitles are the columns that follow the operator's own.
var outcomeTitles = []string{"state", "cameras", "files", "bytes", "first", "last", "message"}

// fillOwn writes the operator's sheet and the outcome of each row.
func (r *result) fillOwn(own string, data []byte) error {
	at := (&reader{table: r.table}).layout()
	c := copying{result: r, sheet: own, layout: at}
	if !at.named {
		c.down = 1 // room for the titles
	}
	if err := c.run(data); err != nil {
		return err
	}
	column, titles := r.table.width()+1, 1
	if at.named {
		titles = r.table.lines[at.header].row
	} else {
		for f, column := range at.columns {
			if column >= 0 {
				if err := r.put(own, column+1, 1, field(f).String(), r.header); err != nil {
					return err
				}
			}
		}
	}
	if err := r.row(own, column, titles, r.header, values(outcomeTitles)...); err != nil {
		return err
	}
	standing := map[int]nvr.Address{} // the sheet may have been changed since it was read
	for _, task := range (&reader{table: r.table}).read() {
		standing[task.Row] = task.Address
	}
	for _, task := range r.list {
		if now, ok := standing[task.Row]; task.Row <= 0 || ok && now != task.Address {
			continue
		}
		if err := r.row(own, column, task.Row+c.down, 0, outcome(task.Of(r.all))...); err != nil {
			return err
		}
	}
	last := r.table.lines[len(r.table.lines)-1].row + c.down
	return r.dress(own, titles, 1, column+len(outcomeTitles)-1, last, column)
}

func values(texts []string) []any {
	all := make([]any, len(texts))
	for i, text := range texts {
		all[i] = text
	}
	return all
}

// outcome sums up the cameras of a row.
func outcome(mine []tasks.Coverage) []any {
	var (
		files, complete int
		bytes           int64
		first, last     time.Time
		messages        []string
		worst           tasks.State
	)
	rank := []tasks.State{tasks.Empty, tasks.Done, tasks.Skipped, tasks.Incomplete, tasks.Failed}
	for i, c := range mine {
		v := c.Camera
		files, bytes = files+v.Files, bytes+v.Bytes
		if v.State == tasks.Done || v.State == tasks.Empty {
			complete++
		}
		if !c.First.IsZero() && (first.IsZero() || c.First.Before(first)) {
			first = c.First
		}
		if c.Last.After(last) {
			last = c.Last
		}
		if what := v.Failure.What; what != "" && !slices.Contains(messages, what) {
			messages = append(messages, what)
		}
		if i == 0 || worseState(rank, v.State, worst) {
			worst = v.State
		}
	}
	if len(mine) == 0 {
		return []any{"", "", "", "", "", "", "not part of this run, or asked for by another row"}
	}
	return []any{
		worst.String(), fmt.Sprintf("%d of %d complete", complete, len(mine)), files, bytes, first, last, strings.Join(messages, "; "),
	}
}

// worseState reports whether a is worse than b: states that have not ended are
// the worst.
func worseState(rank []tasks.State, a, b tasks.State) bool {
	of := func(s tasks.State) int {
		if i := slices.Index(rank, s); i >= 0 {
			return i
		}
		return len(rank)
	}
	return of(a) > of(b)
}

func (r *result) fillCameras() error {
	if _, err := r.NewSheet(camerasSheet); err != nil {
		return err
	}
	titles := []string{
		"recorder", "name", "channel", "stream", "camera", "state", "files", "recordings", "bytes", "first", "last",
		"asked (s)", "recorded (s)", "on disk (s)", "gaps", "message", "what to do", "row",
	}
	if err := r.row(camerasSheet, 1, 1, r.header, values(titles)...); err != nil {
		return err
	}
	for i, c := range r.all {
		v := c.Camera
		var channel any = "all"
		if v.Channel > 0 {
			channel = v.Channel
		}
		err := r.row(camerasSheet, 1, i+2, 0, c.Recorder.Address, c.Recorder.Name, channel, streamWord(v), v.Name, v.State.String(),
			v.Files, v.Recordings, v.Bytes, c.First, c.Last, seconds(c.AskedTime), seconds(c.RecordedTime), seconds(c.OnDiskTime),
			len(c.Gaps), v.Failure.What, v.Failure.Hint, c.Recorder.Source)
		if err != nil {
			return err
		}
	}
	return r.dress(camerasSheet, 1, 1, len(titles), len(r.all)+1, 1)
}

// maxGaps bounds the worksheet of gaps.
const maxGaps = 200_000

func (r *result) fillGaps() error {
	if _, err := r.NewSheet(gapsSheet); err != nil {
		return err
	}
	titles := []string{"recorder", "name", "channel", "stream", "camera", "from", "to", "seconds", "why"}
	if err := r.row(gapsSheet, 1, 1, r.header, values(titles)...); err != nil {
		return err
	}
	at := 1
	for _, c := range r.all {
		v := c.Camera
		for _, g := range c.Gaps {
			if at > maxGaps {
				break
			}
			at++
			why := "the recorder has nothing there"
			if g.Recorded {
				why = "recorded, but not fetched"
			} else if v.Recordings == 0 && v.Failure.Kind != "" {
				why = "the recorder could not be asked"
			}
			err := r.row(gapsSheet, 1, at, 0, c.Recorder.Address, c.Recorder.Name, v.Channel, streamWord(v), v.Name, g.From, g.To, seconds(g.To.Sub(g.From)), why)
			if err != nil {
				return err
			}
		}
	}
	return r.dress(gapsSheet, 1, 1, len(titles), at, 1)
}

func streamWord(v tasks.CameraView) string {
	if v.Stream == 0 {
		return ""
	}
	return v.Stream.String()
}

func seconds(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }

// row writes values from a column on.
func (r *result) row(sheet string, column, row, style int, values ...any) error {
	for i, v := range values {
		if err := r.put(sheet, column+i, row, v, style); err != nil {
			return err
		}
	}
	return nil
}

// put writes one value. A text stays a text, whatever it begins with.
func (r *result) put(sheet string, column, row int, value any, style int) (err error) {
	cell, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return err
	}
	switch v := value.(type) {
	case string:
		if v == "" {
			return nil
		}
		err = r.SetCellStr(sheet, cell, escaped(printed(v)))
	case time.Time:
		if v.IsZero() {
			return nil
		}
		style = r.date
		err = r.SetCellValue(sheet, cell, v)
	default:
		err = r.SetCellValue(sheet, cell, v)
	}
	if err == nil && style != 0 {
		err = r.SetCellStyle(sheet, cell, cell, style)
	}
	return err
}

// printed returns text without what a worksheet cannot hold or what would
// deceive who reads it, bounded to what a cell takes.
func printed(s string) string {
	const most = 32_000
	s = strings.Map(func(c rune) rune {
		if c != ' ' && unseen(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most])
	}
	return s
}

// dress gives a worksheet filters, a header that stays in sight, and widths for
// the columns from ours on.
func (r *result) dress(sheet string, titles, first, last, rows, ours int) error {
	from, err := excelize.CoordinatesToCellName(first, titles)
	if err != nil {
		return err
	}
	to, err := excelize.CoordinatesToCellName(last, max(rows, titles))
	if err != nil {
		return err
	}
	top := "A" + strconv.Itoa(titles+1)
	begin, err := excelize.ColumnNumberToName(ours)
	if err != nil {
		return err
	}
	end, err := excelize.ColumnNumberToName(last)
	if err != nil {
		return err
	}
	return errors.Join(
		r.SetColWidth(sheet, begin, end, 20),
		r.AutoFilter(sheet, from+":"+to, nil),
		r.SetPanes(sheet, &excelize.Panes{
			Freeze: true, YSplit: titles, TopLeftCell: top, ActivePane: "bottomLeft",
			Selection: []excelize.Selection{{SQRef: top, ActiveCell: top, Pane: "bottomLeft"}},
		}),
	)
}

// open reads a workbook whose looks are to be copied.
func open(data []byte) (*excelize.File, error) {
	return excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped,
	})
}
