// Package topics holds the pages of "hikgrab help TOPIC": those too long for a
// flag's help and needed only by some. Tables in them come from the code they
// describe.
//
// It is not for the commands' own help, which is next to their flags.
package topics

import (
	"embed"
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/sheet"
	"example.com/hikgrab/ui/plain"
)

// Topic is one page of help.
type Topic struct {
	Name  string // as typed after "hikgrab help"
	Short string // summary in one line
	Text  string // the page, at most 80 columns wide except for licences
}

//go:embed *.txt
var pages embed.FS

// All returns every topic in listing order.
func All() []Topic {
	list := []Topic{
		{Name: "sheet", Short: "The task sheet: its columns and what to type"},
		{Name: "files", Short: "What lands on disk, and the columns of manifest.csv"},
		{Name: "machines", Short: "Several machines: serve, work and invite"},
		{Name: "nightly", Short: "Unattended runs: cron, systemd, Task Scheduler"},
		{Name: "exit-codes", Short: "The exit codes, and what monitoring makes of them"},
		{Name: "json", Short: "The events of --json, field by field"},
		{Name: "python", Short: "Reading the recordings with PyAV and OpenCV"},
		{Name: "licenses", Short: "The libraries in this program, and their licences"},
	}
	tables := strings.NewReplacer(
		"{{columns}}", sheetColumns(), "{{codes}}", plain.ExitCodes,
		"{{states}}", wrap(words(tasks.States()), 78, "  "), "{{kinds}}", wrap(kinds(), 78, "  "),
	)
	for i, t := range list {
		text, err := pages.ReadFile(t.Name + ".txt")
		if err != nil {
			panic(err) // listed pages are embedded
		}
		list[i].Text = string(text)
		if t.Name != "licenses" {
			list[i].Text = tables.Replace(list[i].Text)
		}
	}
	return list
}

// sheetColumns lists the columns of a task sheet with their headers.
func sheetColumns() string {
	var rows []string
	for _, c := range sheet.Columns() {
		rows = append(rows, "  "+wrap(strings.Join(c.Headers, ", "), 78, "  ")+"\n      "+
			wrap(strings.ReplaceAll(c.Text, "`", ""), 74, "      "))
	}
	return strings.Join(rows, "\n")
}

// kinds lists the kinds of failure.
func kinds() string {
	return words(nvr.Kinds()) + ", " + words(archive.Kinds()) + ", period, camera, panic, stopped, error"
}

// words joins the names of values.
func words[T fmt.Stringer](values []T) string {
	var all []string
	for _, v := range values {
		all = append(all, v.String())
	}
	return strings.Join(all, ", ")
}

// wrap breaks text into lines of the given width and indents all but the first.
func wrap(text string, width int, indent string) string {
	return strings.ReplaceAll(ansi.Wordwrap(text, width, ""), "\n", "\n"+indent)
}
