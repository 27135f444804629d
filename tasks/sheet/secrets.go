package sheet

import (
	"regexp"
	"strings"

	"example.com/hikgrab/tasks"
)

// shortestSecret is how long a password must be to be looked for in other
// cells. A shorter one appears by chance in every second text.
const shortestSecret = 4

// secrets are the passwords of a sheet, to find them in notes as well. They are
// grouped by length, so that ten thousand of them are looked for in the time of
// one.
type secrets map[int]map[string]bool

func (s secrets) add(secret string) {
	if len(secret) < shortestSecret {
		return
	}
	if s[len(secret)] == nil {
		s[len(secret)] = map[string]bool{}
	}
	s[len(secret)][secret] = true
}

// in reports whether a text contains one of them.
func (s secrets) in(text string) bool {
	for n, list := range s {
		for i := 0; i+n <= len(text); i++ {
			if list[text[i:i+n]] {
				return true
			}
		}
	}
	return false
}

// is reports whether a text is one of them.
func (s secrets) is(text string) bool { return s[len(text)][text] }

// findSecrets collects the passwords: those used to sign in, and those in
// password columns.
func (r *result) findSecrets(at layout) {
	r.secrets = secrets{}
	for _, task := range r.Tasks {
		r.secrets.add(string(task.Login.Password))
	}
	r.passwords = map[int]bool{}
	for _, column := range at.columns[password] {
		r.passwords[column] = true
	}
	for _, l := range r.table.lines[:at.header+1] {
		for column, title := range l.cells {
			if l.row < at.row {
				continue
			}
			if title.kind == text && passwordWord.MatchString(headerWords(title.text)) {
				r.passwords[column] = true
			}
		}
	}
	for _, l := range r.table.lines[at.header+1:] {
		for column := range r.passwords {
			v := l.cell(column)
			r.secrets.add(v.text)
			r.secrets.add(strings.TrimFunc(v.text, unseen))
			if digits, ok := v.whole(); ok {
				r.secrets.add(digits)
			}
		}
	}
}

// passwordWord matches the key words of a title that names a column of
// passwords, whether or not that column is read.
var passwordWord = regexp.MustCompile(`(?:^| )(?:(?:pass|pwd|passwd|psw)(?: |$)|password|passphrase|парол)`)

// hides reports whether a cell of the operator's sheet must not be shown:
// everything in a password column but its title, every text that contains a
// password, and every number that is one. Columns that are read are an
// exception: a login that is also a password is not hidden there.
func (r *result) hides(at layout, line, column int, v cell) bool {
	title := v.kind == text && line <= at.header && r.table.lines[line].row >= at.row
	if r.passwords[column] {
		return !title || !passwordWord.MatchString(headerWords(v.text))
	}
	if f, read := at.reads(column); read && f != name && f != network && line > at.header {
		return false
	}
	if title {
		if _, known := headerField(v.text); known {
			return false
		}
	}
	if v.kind == number {
		digits, ok := v.whole()
		return r.secrets.is(v.text) || ok && r.secrets.is(digits)
	}
	return r.secrets.in(v.text)
}

// named returns a row's name for its recorder as shown beside its cameras: ""
// if it contains a password.
func (r *result) named(v tasks.RecorderView) string {
	if r.secrets.in(v.Name) {
		return ""
	}
	return v.Name
}
