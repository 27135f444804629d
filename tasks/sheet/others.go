package sheet

import (
	"regexp"
	"slices"
	"strings"

	"example.com/hikgrab/tasks"
)

// judgeOthers adds notices about columns that are not read. A column that could
// change what is asked for is a fault: the run must be the one that the sheet
// describes, or none. A header that begins with # marks the operator's own
// column.
func (r *reader) judgeOthers(l layout) {
	t := r.table
	row, advice := l.row, "call it by a header that hikgrab knows, or put # before its header when it is a note of your own"
	if !l.named {
		row, advice = t.lines[0].row, "without a header there are only user, password, server and cameras; put a header above"
	}
	for column := range t.width() {
		if _, ok := l.reads(column); ok || isComment(t.title(l, column)) {
			continue
		}
		switch holds := t.holds(l, column); {
		case holds != "":
			r.fault(row, column, "%s is not known and holds %s; %s", r.columnName(l, column), holds, advice)
		case !l.named && t.used(l, column):
			r.notice(row, column, "this column is ignored; without a header there are only user, password, server and cameras")
		case t.used(l, column):
			r.notice(row, column, "%s is ignored; hikgrab does not know it", r.columnName(l, column))
		}
	}
	if t.strays {
		r.notice(0, 0, "everything to the right of column %s is ignored", columnName(maxColumns-1))
	}
}

// title returns the header of a column: the lower line, if the header has two
// and that one is not empty.
func (t *table) title(l layout, column int) string {
	for i := l.header; i >= 0 && t.lines[i].row >= l.row; i-- {
		if c := t.lines[i].cell(column); c.kind == text && !c.empty() {
			return c.text
		}
	}
	return ""
}

// columnName names a column in a message. It repeats the header only if that
// cannot be a password: a line of data may have been taken for the header.
func (r *reader) columnName(l layout, column int) string {
	title := words(r.table.title(l, column))
	sure := l.named && l.has(user) && l.has(password) && l.has(recorder)
	secret := slices.ContainsFunc(l.columns[password], func(p int) bool {
		return slices.ContainsFunc(r.table.lines[l.header+1:], func(row line) bool { return words(row.cell(p).text) == title })
	})
	if !sure || secret || title == "" {
		return "this column"
	}
	return `the column "` + clean(title) + `"`
}

func (t *table) used(l layout, column int) bool {
	return slices.ContainsFunc(t.lines[l.header+1:], func(row line) bool { return !row.cell(column).empty() })
}

// What a column may hold that changes what is asked for.
const (
	holdsTimes   = "dates or times"
	holdsStreams = "streams"
	holdsCameras = "cameras"
	holdsPorts   = "ports"
)

// holds returns what at least half of a column's cells look like, or "" if that
// changes nothing.
func (t *table) holds(l layout, column int) string {
	title := headerWords(t.title(l, column))
	found, cells := map[string]int{}, 0
	for _, row := range t.lines[l.header+1:] {
		c := row.cell(column)
		if c.empty() {
			continue
		}
		cells++
		if what := c.looksLike(title); what != "" {
			found[what]++
		}
	}
	for _, what := range []string{holdsTimes, holdsStreams, holdsCameras, holdsPorts} {
		if n := found[what]; n > 0 && 2*n >= cells {
			return what
		}
	}
	return ""
}

var (
	// someTime matches a date or a time of day anywhere in a text, but no IP
	// address, MAC address or version.
	someTime = regexp.MustCompile(`(?i)(?:^|[^\d.:/\pL-])(?:` +
		`20\d\d[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}([-./])\d{1,2}([-./])(?:20)?[1-4]\d|(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?)(?:$|[^\d.:/\pL])`)
	// counts matches words of headers that say how many there are, not which.
	counts     = regexp.MustCompile(`(?:^| )(?:кол\PL*|количество|число|всего|qty|count|quantity|total|how many)(?: |$)|^камер$|^каналов$`)
	aboutCams  = regexp.MustCompile(`камер|канал|\bcam|chan|^ch$|track|дорож`)
	aboutPorts = regexp.MustCompile(`порт|port`)
	webPorts   = map[string]bool{"80": true, "81": true, "82": true, "88": true, "443": true, "554": true, "8000": true, "8080": true, "8081": true, "8443": true}
)

// maxListed is the highest channel in a list of cameras, for a column without a
// header that says so. Telephone numbers have higher ones.
const maxListed = 128

// looksLike says what a cell under an unknown header looks like.
func (c cell) looksLike(title string) string {
	if c.kind == number {
		digits, ok := c.whole()
		switch {
		case c.format.date, c.format.clock:
			return holdsTimes
		case !ok || counts.MatchString(title):
			return ""
		case aboutPorts.MatchString(title), webPorts[digits]:
			return holdsPorts
		case aboutCams.MatchString(title):
			return holdsCameras
		}
		return ""
	}
	if c.kind != text || len(c.text) > 200 {
		return ""
	}
	said := strings.ToLower(c.words())
	_, stream := streamNames[said]
	_, noTime := tasks.ParseMoment(said)
	switch {
	case noTime == nil, someTime.MatchString(said):
		return holdsTimes
	case stream:
		return holdsStreams
	case counts.MatchString(title):
		return ""
	case strings.Trim(said, "0123456789") == "" && (aboutPorts.MatchString(title) || webPorts[said]):
		return holdsPorts
	case listsCameras(said, aboutCams.MatchString(title)):
		return holdsCameras
	}
	return ""
}

// listsCameras reports whether a text is a list of several cameras, or of one
// if the header mentions cameras.
func listsCameras(said string, spoken bool) bool {
	picks, err := ParseCameras(said)
	if err != nil || len(picks) == 0 || slices.ContainsFunc(picks, func(p tasks.Pick) bool { return p.Channel > maxListed }) {
		return false
	}
	return spoken || len(picks) > 1 || strings.Trim(said, "0123456789") != ""
}
