package sheet

import (
	"errors"

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
	name = r.say(name)
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
	if err := r.onePageWide(name); err != nil {
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
		l.add(r.titles(titles)...),
	)
}

// onePageWide has a worksheet printed in landscape, as wide as a page.
func (r *result) onePageWide(name string) error {
	fit, landscape, wide, high := true, "landscape", 1, 0
	return errors.Join(
		r.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}),
		r.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &wide, FitToHeight: &high}),
	)
}

// add writes the next row. A text stays a text, whatever it begins with.
func (l *listing) add(values ...any) error {
	l.rows++
	for i, value := range values {
		// Other than SetCellStr, this escapes what a workbook takes for a character.
		v, style := l.result.shown(value)
		c := excelize.Cell{Value: v, StyleID: style}
		if l.rows == 1 {
			c.StyleID = l.result.header
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
		"asked", "recorded", "on disk", "gaps", "message", "what to do", "row",
	)
	if err != nil {
		return err
	}
	for _, c := range r.all {
		v := c.Camera
		var channel any = r.say("all")
		if v.Channel > 0 {
			channel = v.Channel
		}
		var asked, recorded, onDisk, gaps any = c.AskedTime, c.RecordedTime, c.OnDiskTime, len(c.Gaps)
		message := v.Failure.What
		if c.Earlier {
			asked, recorded, onDisk, gaps, message = nil, nil, nil, nil, r.say("as of an earlier run")
		}
		err := l.add(c.Recorder.Address, r.named(c.Recorder), channel, streamWord(v), v.Name, v.State,
			v.Files, v.Recordings, v.Bytes, c.First, c.Last, asked, recorded, onDisk, gaps, message, r.advice(v.Failure.Remedy), c.Recorder.Source)
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
	l, err := r.listing(gapsSheet, rows, "recorder", "name", "channel", "stream", "camera", "from", "to", "length", "why")
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
			err := l.add(c.Recorder.Address, r.named(c.Recorder), v.Channel, streamWord(v), v.Name, g.From, g.To, g.To.Sub(g.From), r.say(why))
			if err != nil {
				return err
			}
		}
	}
	return l.end()
}

// fillFiles lists what is on disk, as many files as gaps may be listed.
func (r *result) fillFiles() error {
	files := r.files[:min(len(r.files), maxGaps)]
	l, err := r.listing(filesSheet, len(files), "recorder", "name", "channel", "stream", "camera", "from", "to", "path", "bytes", "sha256")
	if err != nil {
		return err
	}
	for _, f := range files {
		label := f.Label
		if r.secrets.in(label) {
			label = ""
		}
		err := l.add(f.Recorder, label, f.Track.Channel(), f.Track.Stream().String(), f.Camera, f.Start, f.End, f.Path, f.Bytes, f.SHA256)
		if err != nil {
			return err
		}
	}
	return l.end()
}
