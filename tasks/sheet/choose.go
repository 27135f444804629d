package sheet

import (
	"fmt"
	"slices"
	"strings"
)

func readWorkbook(data []byte, o Options) (*table, error) {
	w, err := openWorkbook(data)
	if err != nil {
		return nil, err
	}
	named := func(name string) bool {
		return slices.ContainsFunc(w.pages, func(p page) bool { return p.name == name })
	}
	if w.creator == resultCreator && (named(camerasSheet) || named(inRussian[camerasSheet])) {
		return nil, formatError("it is a result that hikgrab wrote, without passwords; give the task sheet that it was made from")
	}
	t, err := w.choose(o.Sheet)
	if err != nil {
		return nil, err
	}
	if len(t.lines) == 0 {
		err = fmt.Errorf("%w: there is nothing in worksheet %s", ErrEmpty, quotedSheet(t.sheet))
		if others := slices.DeleteFunc(w.pages, func(p page) bool { return p.name == t.sheet }); len(others) > 0 {
			err = fmt.Errorf("%w; %w: %s", err, ErrOthers, nameSheets(others))
		}
		return nil, err
	}
	return t, nil
}

// choose returns the requested worksheet, ignoring case. Without a request it
// returns the only visible one with anything in it, or the only one that looks
// like tasks.
func (w *workbook) choose(wanted string) (*table, error) {
	same := func(p page) bool { return strings.EqualFold(strings.TrimSpace(p.name), strings.TrimSpace(wanted)) }
	if wanted != "" {
		i := slices.IndexFunc(w.pages, same)
		if i < 0 {
			return nil, fmt.Errorf("%w as %q; there are: %s", ErrNoSheet, clean(wanted), nameSheets(w.pages))
		}
		return w.table(w.pages[i])
	}
	seen := slices.DeleteFunc(slices.Clone(w.pages), func(p page) bool { return p.hidden })
	if len(seen) == 0 {
		seen = w.pages
	}
	var first, filled, likely []*table
	for _, p := range seen {
		t, err := w.table(p)
		if err != nil {
			return nil, err
		}
		first = append(first, t)
		if len(t.lines) > 0 {
			filled = append(filled, t)
		}
		if t.looksLikeTasks() {
			likely = append(likely, t)
		}
	}
	switch {
	case len(likely) > 1:
		return nil, fmt.Errorf("%w: %s", ErrSheets, nameTables(likely))
	case len(likely) == 1:
		if likely[0] != first[0] {
			likely[0].notice = "worksheet " + quotedSheet(likely[0].sheet) + " is read, the only one that looks like tasks"
		}
		return likely[0], nil
	case len(filled) == 1:
		return filled[0], nil
	case len(filled) == 0:
		return first[0], nil
	}
	return nil, formatError("no worksheet (" + nameTables(filled) + ") has a header with recorder, user and password, or a column of addresses")
}

// looksLikeTasks reports whether the required columns, or most of them, are
// there.
func (t *table) looksLikeTasks() bool {
	if len(t.lines) == 0 {
		return false
	}
	l := (&reader{table: t}).findLayout()
	if !l.has(recorder) {
		return false
	}
	return l.named && (l.has(user) || l.has(password)) || !l.named && t.width() > 2
}

func nameTables(list []*table) string {
	var pages []page
	for _, t := range list {
		pages = append(pages, page{name: t.sheet})
	}
	return nameSheets(pages)
}

func nameSheets(list []page) string {
	const most = 10
	var names []string
	for _, p := range list[:min(len(list), most)] {
		names = append(names, clean(p.name))
	}
	text := strings.Join(names, ", ")
	if more := len(list) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
