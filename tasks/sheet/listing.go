package sheet

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"example.com/hikgrab/tasks"
)

// listing is a worksheet of our own. Its rows are written one by one and are
// never in memory as cells: motion recording gives a camera hundreds of gaps a
// day.
type listing struct {
	name   string
	titles []string
	count  int // of rows
	rows   iter.Seq[[]any]
	total  []any // below the rows
}

// rowsOf makes a row of each item of a list.
func rowsOf[T any](list []T, row func(T) []any) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for _, item := range list {
			if !yield(row(item)) {
				return
			}
		}
	}
}

// measured is how many rows determine the widths of columns.
const measured = 1000

func (r *result) write(l listing) error {
	name := r.say(l.name)
	if _, err := r.NewSheet(name); err != nil {
		return err
	}
	to := cellName(l.count+1, len(l.titles)-1)
	w, err := r.worksheet(name, len(l.titles), l.count+2)
	if err != nil {
		return err
	}
	titles := r.titles(l.titles)
	widths := r.widthsOf(titles)
	seen := 0
	for row := range l.rows {
		if seen++; seen > measured {
			break
		}
		widths.measure(r, row)
	}
	widths.measure(r, l.total)
	errs := []error{widths.apply(w.StreamWriter, 1), w.SetPanes(frozen(0, 1)), w.row(1, titleLook, titles)}
	n := 1
	for row := range l.rows {
		if n++; n > l.count+1 {
			break
		}
		if err := w.row(n, look{}, row); err != nil {
			return err
		}
	}
	return errors.Join(append(errs, w.row(l.count+2, look{total: true}, l.total), w.end("A1:"+to, 1))...)
}

// worksheet is a worksheet written row by row.
type worksheet struct {
	*excelize.StreamWriter
	result *result
}

// worksheet opens an existing worksheet for so many columns and rows. It prints
// in landscape, fitted to the width of a page.
func (r *result) worksheet(name string, columns, rows int) (*worksheet, error) {
	fit, landscape, wide, high := true, "landscape", 1, 0
	err := errors.Join(
		// Readers that trust it would otherwise see a worksheet of one cell.
		r.SetSheetDimension(name, "A1:"+cellName(rows, columns-1)),
		r.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}),
		r.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &wide, FitToHeight: &high}),
	)
	if err != nil {
		return nil, err
	}
	w, err := r.NewStreamWriter(name)
	return &worksheet{w, r}, err
}

// frozen keeps the first columns and rows in view.
func frozen(columns, rows int) *excelize.Panes {
	top := cellName(rows+1, columns)
	pane := "bottomLeft"
	if columns > 0 {
		pane = "bottomRight"
	}
	return &excelize.Panes{
		Freeze: true, XSplit: columns, YSplit: rows, TopLeftCell: top, ActivePane: pane,
		Selection: []excelize.Selection{{SQRef: top, ActiveCell: top, Pane: pane}},
	}
}

// row writes a row that looks so.
func (w *worksheet) row(at int, as look, values []any, options ...excelize.RowOpts) error {
	cells := make([]any, len(values))
	for i, value := range values {
		if c, ok := value.(excelize.Cell); ok {
			cells[i] = c
			continue
		}
		cells[i] = w.result.cellOf(value, as)
	}
	return w.SetRow(cellName(at, 0), cells, options...)
}

// end completes the worksheet: it adds a filter and repeats the titles on each
// printed page.
func (w *worksheet) end(cells string, titles int) error {
	repeated := &excelize.DefinedName{
		Name: "_xlnm.Print_Titles", Scope: w.Sheet,
		RefersTo: fmt.Sprintf("'%s'!$%d:$%d", strings.ReplaceAll(w.Sheet, "'", "''"), titles, titles),
	}
	return errors.Join(w.result.AutoFilter(w.Sheet, cells, nil), w.result.SetDefinedName(repeated), w.Flush())
}

// The widths of columns, in characters.
const (
	leastWidth = 8
	mostWidth  = 60
	besideText = 3 // room for the filter button
)

// widths are the required widths of columns.
type widths []int

// widthsOf starts with the widths of the titles.
func (r *result) widthsOf(titles []any) widths {
	w := slices.Repeat(widths{leastWidth}, len(titles))
	w.measure(r, titles)
	return w
}

// measure widens columns for a row.
func (w widths) measure(r *result, row []any) {
	for i, value := range row {
		if i < len(w) {
			w[i] = min(max(w[i], r.width(value)), mostWidth)
		}
	}
}

// apply sets the widths of columns from first on.
func (w widths) apply(to *excelize.StreamWriter, first int) error {
	for i, n := range w {
		if err := to.SetColWidth(first+i, first+i, float64(n+besideText)); err != nil {
			return err
		}
	}
	return nil
}

// width returns how many characters a value takes.
func (r *result) width(value any) int {
	switch v := value.(type) {
	case string:
		return utf8.RuneCountInString(v)
	case folder:
		return utf8.RuneCountInString(string(v))
	case time.Time:
		return len(time.DateTime)
	case time.Duration:
		return len("1000:00:00")
	case int64:
		n := len(strconv.FormatInt(v, 10))
		return n + (n-1)/3
	case tasks.State:
		return utf8.RuneCountInString(r.say(v.String()))
	case nil:
		return 0
	}
	return len(fmt.Sprint(value))
}
