package sheet

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// The limits of a workbook whose looks are copied. excelize builds all of it,
// and a larger one would cost too much for looks alone.
const (
	maxLooks      = 24 << 20 // bytes, unpacked
	maxStyles     = 2 << 20
	maxLooksCells = 400_000
)

// openLooks opens a workbook to copy the looks of one worksheet. It first
// removes the cells to the right of those that are read: each would cost
// excelize a row of empty cells, and turn a workbook of a few kilobytes into
// gigabytes. It returns nil if the workbook is too large or too unusual for
// excelize; then the values must do.
func openLooks(data []byte, t *table) (f *excelize.File) {
	w, err := openWorkbook(data)
	if err != nil || t.volume.cells > maxLooksCells || t.lastRow > maxRows || w.tooRich() {
		return nil
	}
	i := slices.IndexFunc(w.pages, func(p page) bool { return p.name == t.sheet })
	defer func() {
		if recover() != nil {
			f = nil
		}
	}()
	f, err = excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxLooks, UnzipXMLSizeLimit: maxLooks,
	})
	if err != nil || i < 0 {
		return nil
	}
	narrowed := false
	f.Pkg.Range(func(key, value any) bool {
		name, _ := key.(string)
		content, _ := value.([]byte)
		if partName("", name) != w.pages[i].part {
			return true
		}
		if narrow, err := withoutFar(content); err == nil {
			f.Pkg.Store(name, narrow)
			narrowed = true
		}
		return false
	})
	if _, err := f.GetColWidth(t.sheet, "A"); !narrowed || err != nil {
		return nil
	}
	return f
}

// tooRich reports whether excelize would build too much of the workbook.
func (w *workbook) tooRich() bool {
	var all uint64
	for name, f := range w.parts.files {
		if all += f.UncompressedSize64; all > maxLooks || path.Base(name) == "styles.xml" && f.UncompressedSize64 > maxStyles {
			return true
		}
	}
	return false
}

// withoutFar returns a worksheet's XML without the cells after maxColumns.
func withoutFar(content []byte) ([]byte, error) {
	d := xml.NewDecoder(bytes.NewReader(content))
	var narrow []byte
	kept, column := int64(0), 0
	for {
		begin := d.InputOffset()
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return append(narrow, content[kept:]...), nil
		}
		if err != nil {
			return nil, errDamaged
		}
		start, ok := token.(xml.StartElement)
		switch {
		case !ok:
		case start.Name.Local == "row":
			column = 0
		case start.Name.Local == "c":
			column++
			if n, _, err := excelize.CellNameToCoordinates(attribute(start, "r")); err == nil {
				column = n
			}
			if _, _, err := cellContent(d); err != nil {
				return nil, errDamaged
			}
			if column > maxColumns {
				narrow = append(narrow, content[kept:begin]...)
				kept = d.InputOffset()
			}
		}
	}
}

// adoptStyles gives the result the theme and the styles of the operator's
// workbook, number by number: fonts, fills, borders and formats. Translating
// them one by one would lose some.
func (r *result) adoptStyles() {
	s := r.from.Styles
	if s == nil || s.Fonts == nil || s.Fills == nil || s.Borders == nil || s.CellXfs == nil ||
		len(s.Fonts.Font)*len(s.Fills.Fill)*len(s.Borders.Border)*len(s.CellXfs.Xf) == 0 {
		return
	}
	// The numbers of new styles follow from the counts, which some programs write
	// wrong.
	s.Fonts.Count, s.Fills.Count = len(s.Fonts.Font), len(s.Fills.Fill)
	s.Borders.Count, s.CellXfs.Count = len(s.Borders.Border), len(s.CellXfs.Xf)
	if s.Dxfs != nil {
		s.Dxfs.Count = len(s.Dxfs.Dxfs)
		r.rules = s.Dxfs.Count
	}
	if s.NumFmts != nil {
		s.NumFmts.Count = len(s.NumFmts.NumFmt)
		for _, f := range s.NumFmts.NumFmt {
			if r.secrets.in(f.FormatCode) {
				f.FormatCode = "General"
			}
		}
	}
	if s.CellStyles != nil {
		for _, named := range s.CellStyles.CellStyle {
			if r.secrets.in(named.Name) {
				named.Name = "Style"
			}
		}
	}
	s.TableStyles, s.ExtLst = nil, nil // no table and no slicer is copied
	r.Styles, r.styles = s, len(s.CellXfs.Xf)
	if r.from.Theme != nil {
		r.Theme = r.from.Theme
	}
}

// page copies how the whole worksheet is shown and printed. What cannot be read
// stays as in a new workbook.
func (c *copying) page(sheet string) error {
	if c.from == nil {
		return nil
	}
	var errs []error
	if p, err := c.from.GetSheetProps(c.table.sheet); err == nil {
		errs = append(errs, c.SetSheetProps(sheet, &excelize.SheetPropsOptions{
			TabColorIndexed: p.TabColorIndexed, TabColorRGB: p.TabColorRGB, TabColorTheme: p.TabColorTheme, TabColorTint: p.TabColorTint,
		}))
	}
	if p, err := c.from.GetPageLayout(c.table.sheet); err == nil && p.Size != nil && *p.Size != 0 {
		errs = append(errs, c.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: p.Size}))
	}
	if v, err := c.from.GetSheetView(c.table.sheet, 0); err == nil {
		errs = append(errs, c.SetSheetView(sheet, 0, &excelize.ViewOptions{
			RightToLeft: v.RightToLeft, ShowGridLines: v.ShowGridLines, ZoomScale: v.ZoomScale,
		}))
	}
	return errors.Join(errs...)
}

// kept returns how many of the first columns stay in view.
func (c *copying) kept() int {
	if c.from == nil {
		return 0
	}
	p, err := c.from.GetPanes(c.table.sheet)
	if err != nil || !p.Freeze || p.XSplit >= c.table.width() {
		return 0
	}
	return max(p.XSplit, 0)
}

// conditions copies the conditional formats, but none that names a password,
// another worksheet or another workbook. It leaves out bars, scales and icons:
// excelize loses their colours.
func (c *copying) conditions() error {
	all, err := c.from.GetConditionalFormats(c.table.sheet)
	if err != nil {
		return nil // only looks
	}
	for cells, rules := range all {
		var kept []excelize.ConditionalFormatOptions
		for _, rule := range rules {
			says := strings.Join([]string{rule.Criteria, rule.Value, rule.MinValue, rule.MidValue, rule.MaxValue}, " ")
			styled := rule.Format != nil && *rule.Format >= 0 && *rule.Format < c.rules
			if styled && !strings.ContainsAny(says, "![") && !c.secrets.in(says) {
				kept = append(kept, rule)
			}
		}
		if len(kept) == 0 {
			continue
		}
		if err := c.SetConditionalFormat(c.Sheet, cells, kept); err != nil {
			if err := c.UnsetConditionalFormat(c.Sheet, cells); err != nil {
				return err
			}
		}
	}
	return nil
}
