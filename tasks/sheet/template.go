package sheet

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"

	"github.com/xuri/excelize/v2"

	"example.com/hikgrab/nvr"
)

// examples are the addresses of the template's rows: a network that is
// reserved for documentation (RFC 5737), where no recorder ever answers.
var examples = netip.MustParsePrefix("192.0.2.0/24")

// isExample reports whether an address is still one of the template's.
func isExample(a nvr.Address) bool {
	ip, err := netip.ParseAddr(a.Host)
	return err == nil && examples.Contains(ip)
}

// preparedRows is how many rows of a written sheet are formatted as text and
// have drop-downs.
const preparedRows = 10_000

// taskSheet is the name of the worksheet with the tasks.
const taskSheet = "Tasks"

// order is how the columns stand in a sheet that hikgrab writes.
var order = [...]field{recorder, user, password, cameras, from, to, stream, name, clock}

var widths = [fields]float64{
	recorder: 28, user: 14, password: 18, cameras: 16, from: 20, to: 20, stream: 10, name: 28, clock: 10,
}

var exampleRows = [][]string{
	{"192.0.2.10", "admin", "your password", "all", "", "", "main", "Example: all cameras, today"},
	{"192.0.2.11:8080", "admin", "your password", "1;3", "2026-11-03 08:00", "2026-11-03 20:00", "main", "Example: two cameras, one day"},
	{"https://192.0.2.12", "operator", "your password", "1-4", "2026-11-03", "2026-11-05", "sub", "Example: four cameras, sub stream"},
}

// WriteTemplate writes a task sheet to fill in: headers, example rows,
// drop-downs, and a help sheet in English and in Russian. It never replaces a
// file; path must end in .xlsx. Read refuses the example rows as long as they
// name the example's recorders, so that nothing is contacted by surprise.
func WriteTemplate(path string) error {
	return writeBook(path, exampleRows, func(b *book) error {
		if err := b.mark(len(exampleRows)); err != nil {
			return err
		}
		return b.addHelp()
	})
}

// writeBook writes a workbook with the rows given, for its owner's eyes only:
// it holds passwords.
func writeBook(path string, rows [][]string, more func(*book) error) error {
	if ext := filepath.Ext(path); !strings.EqualFold(ext, ".xlsx") {
		return fmt.Errorf("%s: a new task sheet is a workbook: name it %s (spreadsheet programs damage passwords and camera lists in a CSV file)",
			clean(path), clean(strings.TrimSuffix(path, ext)+".xlsx"))
	}
	b := &book{File: excelize.NewFile()}
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
