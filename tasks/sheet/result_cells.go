package sheet

import (
	"cmp"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
)

// makeStyles makes the styles of titles, times, numbers, states, links and
// sums.
func (r *result) makeStyles() (err error) {
	r.states = map[tasks.State]int{}
	add := func(style *int, s excelize.Style) {
		if err == nil {
			*style, err = r.NewStyle(&s)
		}
	}
	filled := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	add(&r.header, excelize.Style{
		Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, Fill: filled("1F4E79"), Alignment: &excelize.Alignment{Vertical: "top", WrapText: true},
	})
	for format, styles := range map[string][2]*int{
		"yyyy-mm-dd hh:mm:ss": {&r.date}, "#,##0": {&r.count, &r.sumCount}, "[h]:mm:ss": {&r.span, &r.sumSpan},
	} {
		add(styles[0], excelize.Style{CustomNumFmt: &format})
		if styles[1] != nil {
			add(styles[1], excelize.Style{CustomNumFmt: &format, Font: &excelize.Font{Bold: true}, Border: above})
		}
	}
	add(&r.sum, excelize.Style{Font: &excelize.Font{Bold: true}, Border: above})
	add(&r.wrap, excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	add(&r.link, excelize.Style{Font: &excelize.Font{Color: "0563C1", Underline: "single"}})
	for state, color := range stateColors {
		style := 0
		add(&style, excelize.Style{Fill: filled(color)})
		r.states[state] = style
	}
	return err
}

// above is the line over a sum.
var above = []excelize.Border{{Type: "top", Color: "000000", Style: 1}}

// folder is a directory, relative to the workbook, that a cell links to.
type folder string

// shown converts a value for a cell and returns its style, 0 if it needs none.
// An unknown value becomes nil.
func (r *result) shown(value any) (any, int) {
	switch v := value.(type) {
	case string:
		if v == "" {
			return nil, 0
		}
		if len(v) > mostWidth && strings.Contains(v, " ") {
			return printed(v), r.wrap
		}
		return printed(v), 0
	case time.Time:
		if v.IsZero() {
			return nil, 0
		}
		return v.Truncate(time.Second), r.date
	case time.Duration:
		return v.Round(time.Second).Hours() / 24, r.span
	case int64:
		return v, r.count
	case tasks.State:
		return r.say(v.String()), r.states[v]
	}
	return value, 0
}

// cellOf returns a value as a cell; style applies if it has none of its own. A
// text stays a text, whatever it begins with.
func (r *result) cellOf(value any, style int) excelize.Cell {
	if f, ok := value.(folder); ok {
		return r.linkTo(f)
	}
	value, own := r.shown(value)
	if style == r.sum {
		switch own {
		case r.count:
			own = r.sumCount
		case r.span:
			own = r.sumSpan
		}
	}
	if style == r.header {
		own = style
	}
	if value == nil && style != r.sum {
		style = 0
	}
	return excelize.Cell{Value: value, StyleID: cmp.Or(own, style)}
}

// linkTo returns a cell that opens a directory, or plain text if a link cannot
// express it.
func (r *result) linkTo(f folder) excelize.Cell {
	const most = 255 // characters of a text in a formula
	text := printed(string(f))
	if text == "" {
		return excelize.Cell{}
	}
	if len(text) > most || strings.ContainsAny(text, "#%\"") {
		return excelize.Cell{Value: text}
	}
	return excelize.Cell{Formula: fmt.Sprintf("HYPERLINK(%q,%[1]q)", text), Value: text, StyleID: r.link}
}

// folders maps cameras to the directories of their files.
type folders map[archive.CameraKey]string

// foldersOf returns, for each camera, the directory that holds all its files.
func (r *result) foldersOf() folders {
	all := folders{}
	for _, f := range r.Files {
		key := archive.CameraKey{Recorder: f.Recorder, Track: f.Track}
		dir, ok := all[key]
		if !ok {
			dir = path.Dir(f.Path)
		}
		all[key] = common(dir, path.Dir(f.Path))
	}
	return all
}

// of returns the directory that holds the files of all these cameras.
func (fs folders) of(mine []tasks.Coverage) folder {
	dir := ""
	for i := range mine {
		if at, ok := fs[mine[i].Key()]; ok {
			if dir == "" {
				dir = at
			}
			dir = common(dir, at)
		}
	}
	if dir == "." {
		return ""
	}
	return folder(dir)
}

// common returns the directory that contains both.
func common(a, b string) string {
	for a != b {
		if len(a) < len(b) {
			a, b = b, a
		}
		a = path.Dir(a)
	}
	return a
}

// printed removes from s what a worksheet cannot hold or what would deceive its
// reader, and cuts it to the size of a cell.
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
