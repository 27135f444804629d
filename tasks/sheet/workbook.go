package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// maxUnzipped bounds what a workbook unpacks to. With the two limits equal
// excelize keeps everything in memory, so no password reaches a temporary file.
const maxUnzipped = 64 << 20

// decrypt opens the wrapping of a protected workbook and returns the plain one.
func decrypt(data []byte, o Options) (plain []byte, err error) {
	defer caught(&err)
	if o.Password == nil {
		return nil, fmt.Errorf("%w: set HIKGRAB_SHEET_PASSWORD, or save it without one", ErrEncrypted)
	}
	if tooManySpins(data) {
		return nil, fmt.Errorf("%w: it asks for more work than Excel ever does to check the password", errDamaged)
	}
	password, err := o.Password()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncrypted, err)
	}
	plain, err = excelize.Decrypt(data, &excelize.Options{Password: password})
	if err != nil || !bytes.HasPrefix(plain, []byte("PK")) {
		return nil, ErrPassword
	}
	return plain, nil
}

// readWorkbook reads one worksheet of an .xlsx or .xlsm workbook.
func readWorkbook(data []byte, o Options) (t *table, err error) {
	defer caught(&err)
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped,
	})
	if err != nil {
		return nil, openError(err)
	}
	defer f.Close()
	name, err := chooseSheet(f, o.Sheet)
	if err != nil {
		return nil, err
	}
	t = &table{sheet: name}
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		t.date1904 = *props.Date1904
	}
	facts, err := readFacts(f, name)
	if err != nil {
		return nil, err
	}
	if err := t.fill(f, facts); err != nil {
		return nil, err
	}
	if len(t.lines) == 0 {
		return nil, fmt.Errorf("%w: nothing is in worksheet %s%s", ErrEmpty, quotedSheet(name), others(f, name))
	}
	return t, nil
}

func openError(err error) error {
	if strings.Contains(err.Error(), "unzip size exceeds") {
		return fmt.Errorf("%w: it unpacks to more than %d MiB; keep the tasks in a workbook of their own", ErrTooLarge, maxUnzipped>>20)
	}
	return errDamaged
}

// chooseSheet returns the worksheet that was asked for, in any case, or the
// first one that a person sees.
func chooseSheet(f *excelize.File, wanted string) (string, error) {
	list := f.GetSheetList()
	if len(list) == 0 {
		return "", formatError("there is no workbook in it; it may be another kind of document or a plain zip")
	}
	if wanted != "" {
		i := slices.IndexFunc(list, func(name string) bool { return strings.EqualFold(strings.TrimSpace(name), strings.TrimSpace(wanted)) })
		if i < 0 {
			return "", fmt.Errorf("%w as %q; there are: %s", ErrNoSheet, clean(wanted), nameSheets(list))
		}
		return list[i], nil
	}
	for _, name := range list {
		if visible, err := f.GetSheetVisible(name); err == nil && visible {
			return name, nil
		}
	}
	return list[0], nil
}

func nameSheets(list []string) string {
	var b strings.Builder
	for i, name := range list {
		if i == 10 {
			fmt.Fprintf(&b, " and %d more", len(list)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(clean(name))
	}
	return b.String()
}

// others says which worksheets there are beside the one that was empty.
func others(f *excelize.File, name string) string {
	list := slices.DeleteFunc(f.GetSheetList(), func(s string) bool { return s == name })
	if len(list) == 0 {
		return ""
	}
	return "; choose another with --sheet: " + nameSheets(list)
}

// fill streams the values into the table and joins them with what is known
// of their cells.
func (t *table) fill(f *excelize.File, facts *facts) error {
	rows, err := f.Rows(t.sheet)
	if err != nil {
		return errDamaged
	}
	for row := 1; rows.Next(); row++ {
		values, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return errDamaged
		}
		l := line{row: row}
		for column, value := range values[:min(len(values), maxColumns)] {
			l.cells = append(l.cells, facts.cell(row, column, value))
		}
		if !slices.ContainsFunc(l.cells, func(c cell) bool { return !c.empty() }) {
			continue
		}
		if len(t.lines) == maxRows {
			return fmt.Errorf("%w: more than %d rows", ErrTooLarge, maxRows)
		}
		if rows.GetRowOpts().Hidden {
			t.hidden++
		}
		t.lines = append(t.lines, l)
	}
	if err := errors.Join(rows.Error(), rows.Close()); err != nil {
		return errDamaged
	}
	return nil
}
