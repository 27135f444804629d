package sheet

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
)

// look is how a cell looks.
type look struct {
	format                       string // of a number
	fill                         string // the colour behind it
	title, total, sentence, link bool
}

// titleLook is the look of title rows.
var titleLook = look{title: true, fill: "1F4E79"}

// style returns the style of cells that look so.
func (r *result) style(l look) int {
	if l == (look{}) {
		return 0
	}
	if style, ok := r.looks[l]; ok {
		return style
	}
	var s excelize.Style
	if format := l.format; format != "" { // l itself stays off the heap: every cell has one
		s.CustomNumFmt = &format
	}
	if l.fill != "" {
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{l.fill}}
	}
	if l.title || l.sentence {
		s.Alignment = &excelize.Alignment{Vertical: "top", WrapText: true}
	}
	switch {
	case l.title:
		s.Font = &excelize.Font{Bold: true, Color: "FFFFFF"}
	case l.total:
		s.Font, s.Border = &excelize.Font{Bold: true}, []excelize.Border{{Type: "top", Color: "000000", Style: 1}}
	case l.link:
		s.Font = &excelize.Font{Color: "0563C1", Underline: "single"}
	}
	style, err := r.NewStyle(&s)
	r.looks[l], r.failed = style, errors.Join(r.failed, err)
	return style
}

// folder is a directory, relative to the workbook, that a cell links to.
type folder string

// shown converts a value for a cell and returns its look. An unknown value
// becomes nil.
func (r *result) shown(value any) (any, look) {
	switch v := value.(type) {
	case string:
		if v == "" {
			return nil, look{}
		}
		return printed(v), look{sentence: len(v) > mostWidth && strings.Contains(v, " ")}
	case time.Time:
		if v.IsZero() {
			return nil, look{}
		}
		return v.Truncate(time.Second), look{format: "yyyy-mm-dd hh:mm:ss"}
	case time.Duration:
		return v.Round(time.Second).Hours() / 24, look{format: "[h]:mm:ss"}
	case int64:
		return v, look{format: "#,##0"}
	case tasks.State:
		return r.say(v.String()), look{fill: stateColors[v]}
	}
	return value, look{}
}

// cellOf returns a value as a cell of a row that looks so. A text stays a text,
// whatever it begins with.
func (r *result) cellOf(value any, row look) excelize.Cell {
	if f, ok := value.(folder); ok {
		return r.linkTo(f)
	}
	value, own := r.shown(value)
	if row.title {
		own = row
	}
	own.total = row.total
	return excelize.Cell{Value: value, StyleID: r.style(own)}
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
	return excelize.Cell{Formula: fmt.Sprintf("HYPERLINK(%q,%[1]q)", text), Value: text, StyleID: r.style(look{link: true})}
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
