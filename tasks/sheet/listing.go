package sheet

import (
	"errors"
	"time"

	"github.com/xuri/excelize/v2"
)

// listing is a worksheet of our own that is written row by row. It never is in
// memory as cells: motion leaves a camera hundreds of gaps a day.
type listing struct {
	*excelize.StreamWriter
	result *result
	cells  string // all of them
	rows   int    // so far
}

// listing begins a worksheet with a row of titles; so many rows follow it.
func (r *result) listing(name string, rows int, titles ...string) (*listing, error) {
	if _, err := r.NewSheet(name); err != nil {
		return nil, err
	}
	to, err := excelize.CoordinatesToCellName(len(titles), rows+1)
	if err != nil {
		return nil, err
	}
	// Readers that trust it would see a worksheet of one cell otherwise.
	if err := r.SetSheetDimension(name, "A1:"+to); err != nil {
		return nil, err
	}
	w, err := r.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	l := &listing{StreamWriter: w, result: r, cells: "A1:" + to}
	return l, errors.Join(
		w.SetColWidth(1, len(titles), 20),
		w.SetPanes(&excelize.Panes{
			Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft",
			Selection: []excelize.Selection{{SQRef: "A2", ActiveCell: "A2", Pane: "bottomLeft"}},
		}),
		l.add(values(titles)...),
	)
}

// add writes the next row. A text stays a text, whatever it begins with.
func (l *listing) add(values ...any) error {
	l.rows++
	for i, value := range values {
		c := excelize.Cell{Value: value}
		if l.rows == 1 {
			c.StyleID = l.result.header
		}
		switch v := value.(type) {
		case string:
			// Other than SetCellStr, this escapes what a workbook takes for a character.
			if c.Value = printed(v); v == "" {
				c.Value = nil
			}
		case time.Time:
			c.StyleID = l.result.date
			if v.IsZero() {
				c = excelize.Cell{}
			}
		}
		values[i] = c
	}
	from, err := excelize.CoordinatesToCellName(1, l.rows)
	if err != nil {
		return err
	}
	return l.SetRow(from, values)
}

// end completes the worksheet.
func (l *listing) end() error {
	return errors.Join(l.result.AutoFilter(l.Sheet, l.cells, nil), l.Flush())
}

func (r *result) fillCameras() error {
	l, err := r.listing(camerasSheet, len(r.all),
		"recorder", "name", "channel", "stream", "camera", "state", "files", "recordings", "bytes", "first", "last",
		"asked (s)", "recorded (s)", "on disk (s)", "gaps", "message", "what to do", "row",
	)
	if err != nil {
		return err
	}
	for _, c := range r.all {
		v := c.Camera
		var channel any = "all"
		if v.Channel > 0 {
			channel = v.Channel
		}
		err := l.add(c.Recorder.Address, r.named(c.Recorder), channel, streamWord(v), v.Name, v.State.String(),
			v.Files, v.Recordings, v.Bytes, c.First, c.Last, seconds(c.AskedTime), seconds(c.RecordedTime), seconds(c.OnDiskTime),
			len(c.Gaps), v.Failure.What, r.advice(v.Failure.Remedy), c.Recorder.Source)
		if err != nil {
			return err
		}
	}
	return l.end()
}

// maxGaps bounds the worksheet of gaps.
const maxGaps = 200_000

func (r *result) fillGaps() error {
	rows := 0
	for _, c := range r.all {
		rows += len(c.Gaps)
	}
	rows = min(rows, maxGaps)
	l, err := r.listing(gapsSheet, rows, "recorder", "name", "channel", "stream", "camera", "from", "to", "seconds", "why")
	if err != nil {
		return err
	}
	for _, c := range r.all {
		v := c.Camera
		for _, g := range c.Gaps {
			if l.rows > rows {
				break
			}
			why := "the recorder has nothing there"
			if g.Recorded {
				why = "recorded, but not fetched"
			} else if v.Recordings == 0 && v.Failure.Kind != "" {
				why = "the recorder could not be asked"
			}
			err := l.add(c.Recorder.Address, r.named(c.Recorder), v.Channel, streamWord(v), v.Name, g.From, g.To, seconds(g.To.Sub(g.From)), why)
			if err != nil {
				return err
			}
		}
	}
	return l.end()
}
