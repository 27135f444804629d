package sheet

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"example.com/hikgrab/tasks"
)

// headers returns the accepted names of a field's column in every language.
func (f field) headers() (all []string) {
	for _, w := range columns[f].in {
		all = append(all, w.headers...)
	}
	return all
}

// byHeader finds fields by the words of their headers.
var byHeader = func() map[string]field {
	m := map[string]field{}
	for f := range field(fields) {
		for _, n := range f.headers() {
			m[wordKey(strings.Fields(headerWords(n)))] = f
		}
	}
	return m
}()

// wordKey returns the same key for the same words in any order.
func wordKey(words []string) string {
	words = slices.Clone(words)
	slices.Sort(words)
	return strings.Join(words, " ")
}

func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(text) {
		set[w] = true
	}
	return set
}

var (
	// besides are words in a header that do not tell which column it is. Words
	// that change the meaning are not among them: the date of a request is not the
	// date of a recording, and the address of a camera is not its recorder's.
	besides = wordSet("№ n nr no number номер номера http web isapi hikvision device recorder nvr dvr " +
		"регистратора видеорегистратора устройства сервера admin админа администратора period recording recordings video " +
		"периода записи записей видео архива список list the of for для")
	// times are words that the start and the end may be called by as well: "start
	// time".
	times = wordSet("date time and дата время и")

	// forms are words as they appear after others: "время начала".
	forms = map[string]string{"начала": "начало", "окончания": "окончание", "конца": "конец"}

	inParentheses = regexp.MustCompile(`\([^)]*\)`)
)

// headerWords reduces a header to its key words: " IP-Address (LAN):" becomes
// "ip address".
func headerWords(s string) string {
	s = inParentheses.ReplaceAllString(strings.ToLower(s), " ")
	s = strings.NewReplacer("-", " ", "_", " ", "‑", " ", "–", " ", "ё", "е", ":", " ", "*", " ", ".", " ", ",", " ",
		"/", " ", "|", " ", `\`, " ", "№", " № ").Replace(s)
	return words(s)
}

// headerField returns the field that a header names: with all of its words, or
// with each of its parts, as in "Камеры / Cameras".
func headerField(header string) (field, bool) {
	if len(header) > 200 || isComment(header) {
		return 0, false
	}
	if f, ok := wordsField(header); ok {
		return f, true
	}
	found, named := field(0), false
	for part := range strings.FieldsFuncSeq(header, func(r rune) bool { return strings.ContainsRune("/|\\\n,;", r) }) {
		f, ok := wordsField(part)
		switch {
		case !ok:
		case named && f != found:
			return 0, false
		default:
			found, named = f, true
		}
	}
	return found, named
}

// wordsField returns the field that some words name, with or without the words
// in besides.
func wordsField(text string) (field, bool) {
	all := strings.Fields(headerWords(text))
	if f, ok := byHeader[wordKey(all)]; ok {
		return f, true
	}
	all = slices.DeleteFunc(all, func(w string) bool { return besides[w] })
	for i, w := range all {
		all[i] = cmp.Or(forms[w], w)
	}
	if f, ok := byHeader[wordKey(all)]; ok {
		return f, true
	}
	all = slices.DeleteFunc(all, func(w string) bool { return times[w] })
	f, ok := byHeader[wordKey(all)]
	return f, ok && (f == from || f == to)
}

// isComment reports whether a header marks a column as the operator's own.
func isComment(header string) bool { return strings.HasPrefix(strings.TrimFunc(header, unseen), "#") }

// layout says which columns hold which field, and where the tasks begin.
type layout struct {
	columns [fields][]int // empty if a field has no column
	named   bool          // there is a header
	header  int           // index of the (last) header line; -1 if none
	row     int           // its row, for messages
}

func (l layout) has(f field) bool { return len(l.columns[f]) > 0 }

// first returns the first column of a field, for messages, or 0.
func (l layout) first(f field) int {
	if l.has(f) {
		return l.columns[f][0]
	}
	return 0
}

func (l layout) reads(column int) (field, bool) {
	i := slices.IndexFunc(l.columns[:], func(c []int) bool { return slices.Contains(c, column) })
	return field(i), i >= 0
}

// known returns the fields that a line's cells name, each with its columns.
func (l line) known() map[field][]int {
	found := map[field][]int{}
	for column, c := range l.cells {
		if c.kind != text {
			continue
		}
		if f, ok := headerField(c.text); ok {
			found[f] = append(found[f], column)
		}
	}
	return found
}

// header returns how many fields a line names. "user" and "password" may well
// be a login, so a line with a recorder's address in it is not a header.
func (l line) header() int {
	if slices.ContainsFunc(l.cells, cell.looksLikeHost) {
		return 0
	}
	known := l.known()
	if len(known) >= 2 || len(known[recorder]) > 0 {
		return len(known)
	}
	return 0
}

// headerDepth is how many lines may precede the header: titles, dates, notes.
const headerDepth = 20

// findLayout finds the header, the line that names the most columns, and the
// columns.
func (r *reader) findLayout() layout {
	best, names := -1, 0
	for i, l := range r.table.lines[:min(len(r.table.lines), headerDepth)] {
		if n := l.header(); n > names {
			best, names = i, n
		}
	}
	if best < 0 {
		return r.unnamed()
	}
	return r.named(best)
}

// named reads the layout from the header at line i, which may continue on the
// next line: "period" above "from" and "to".
func (r *reader) named(i int) layout {
	t := r.table
	l := layout{named: true, header: i, row: t.lines[i].row}
	merge := func(found map[field][]int) {
		for f, columns := range found {
			l.columns[f] = append(l.columns[f], columns...)
		}
	}
	merge(t.lines[i].known())
	if i+1 < len(t.lines) && t.lines[i+1].continues(t.lines[i]) {
		merge(t.lines[i+1].known())
		l.header++
	}
	r.settle(&l)
	for _, above := range t.lines[:i] {
		for column, c := range above.cells {
			if c.looksLikeHost() {
				r.notice(above.row, column, "is above the header and is ignored")
			}
		}
	}
	r.judgeOthers(l)
	return l
}

// settle resolves ambiguous headers. A type of device is not a kind of
// recording. A site's address beside the recorder's is not a second recorder.
// Of several words for a network the explicit one counts. Any other field with
// two columns must agree row by row.
func (r *reader) settle(l *layout) {
	if columns := l.columns[recorder]; len(columns) > 1 {
		hosts := slices.DeleteFunc(slices.Clone(columns), func(column int) bool {
			return !slices.ContainsFunc(r.table.lines[l.header+1:], func(l line) bool { return l.cell(column).looksLikeHost() })
		})
		if len(hosts) > 0 {
			l.columns[recorder] = hosts
		}
	}
	l.columns[kind] = slices.DeleteFunc(l.columns[kind], func(column int) bool {
		return !slices.ContainsFunc(r.table.lines[l.header+1:], func(row line) bool {
			k, err := tasks.ParseKinds(row.cell(column).words())
			return err == nil && k != ""
		})
	})
	if columns := l.columns[network]; len(columns) > 1 {
		rank := func(column int) int {
			return slices.Index(network.headers(), headerWords(r.table.lines[l.header].cell(column).text))
		}
		slices.SortStableFunc(columns, func(a, b int) int { return rank(a) - rank(b) })
		l.columns[network] = columns[:1]
	}
	if !l.has(recorder) {
		r.guessRecorder(l)
	}
}

func (r *reader) guessRecorder(l *layout) {
	taken := map[int]bool{}
	for _, columns := range l.columns {
		for _, column := range columns {
			taken[column] = true
		}
	}
	for column := range maxColumns {
		taken[column] = taken[column] || isComment(r.table.title(*l, column))
	}
	if column := hostColumn(r.table.lines[l.header+1:], taken); column >= 0 {
		l.columns[recorder] = []int{column}
		r.notice(l.row, column, "this column is taken for the recorders; call it recorder")
	}
}

// continues reports whether a line is the second half of a header: only names
// of columns that the first half left open.
func (l line) continues(above line) bool {
	found := 0
	for column, c := range l.cells {
		if c.empty() {
			continue
		}
		_, ok := headerField(c.text)
		_, taken := headerField(above.cell(column).text)
		if c.kind != text || !ok || taken {
			return false
		}
		found++
	}
	return found > 0
}
