package sheet

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"

	"github.com/xuri/excelize/v2"

	"example.com/hikgrab/tasks"
)

// examples holds the addresses of the template's rows: a network reserved for
// documentation (RFC 5737), where no recorder ever answers.
var examples = netip.MustParsePrefix("192.0.2.0/24")

// preparedRows is how many rows of a written sheet are formatted as text and
// have drop-downs.
const preparedRows = 10_000

// taskSheets are the names of the worksheet with the tasks.
var taskSheets = [languages]string{English: "Tasks", Russian: "Задания"}

// exampleRows returns the template's rows.
func exampleRows(l Language) [][]string {
	rows := make([][]string, 3)
	for i := range rows {
		rows[i] = make([]string, fields)
		for f, c := range columns {
			if own := c.in[l].examples; own != nil {
				c.examples = own
			}
			if i < len(c.examples) {
				rows[i][f] = c.examples[i]
			}
		}
	}
	return rows
}

// WriteTemplate writes a task sheet to fill in: headers, example rows,
// drop-downs, and a help sheet. It never replaces a file; path must end in
// .xlsx. Read refuses example rows that still name the example's recorders, so
// that nothing is contacted by surprise.
func WriteTemplate(path string, l Language) error {
	rows := exampleRows(l)
	return writeBook(path, l, rows, func(b *book) error { return errors.Join(b.mark(len(rows)), b.addHelp()) })
}

// writeBook writes a workbook with the given rows. Only its owner may read it:
// it holds passwords.
func writeBook(path string, l Language, rows [][]string, more func(*book) error) error {
	if ext := filepath.Ext(path); !strings.EqualFold(ext, ".xlsx") {
		return fmt.Errorf("%s: a new task sheet is a workbook: name it %s (spreadsheet programs damage passwords and camera lists in a CSV file)",
			clean(path), clean(strings.TrimSuffix(path, ext)+".xlsx"))
	}
	b := &book{File: excelize.NewFile(), in: l, tasks: taskSheets[l]}
	defer b.Close()
	err := b.addTasks(rows)
	if err == nil && more != nil {
		err = more(b)
	}
	if err != nil {
		return fmt.Errorf("make a task sheet: %w", err)
	}
	return b.create(path)
}

// WriteTasks writes a task sheet of recorders with their logins and names,
// which Read reads back. It never replaces a file; path must end in .xlsx. Only
// its owner may read the file: it holds the passwords.
func WriteTasks(path string, list []tasks.Task) error {
	rows := make([][]string, len(list))
	for i, t := range list {
		rows[i] = make([]string, fields)
		rows[i][recorder], rows[i][user], rows[i][password], rows[i][name] = t.Address.String(), t.Login.User, string(t.Login.Password), t.Name
	}
	return writeBook(path, English, rows, nil)
}
