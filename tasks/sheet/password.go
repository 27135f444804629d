package sheet

import (
	"os"
	"regexp"
	"strings"
	"unicode"

	"example.com/hikgrab/nvr"
)

// envPrefix marks a password that stands in the environment instead.
const envPrefix = "env:"

var (
	envName = regexp.MustCompile(`^[\p{L}_][\p{L}\d_]*$`)
	// shortened is what a spreadsheet program writes into a CSV file for a
	// number of many digits.
	shortened = regexp.MustCompile(`^\d[.,]\d+E\+\d{2,3}$`)
)

// password reads the password of a row. No message repeats it.
func (r rowReader) password() nvr.Secret {
	c := r.cell(password)
	if what := c.trouble(); what != "" {
		r.fault(password, "password %s", what)
		return ""
	}
	switch c.kind {
	case number:
		return r.numericPassword(c)
	case boolean:
		r.fault(password, "the spreadsheet program turned the password into a truth value; format the column as text and type it again")
		return ""
	case blank, text, errored, uncomputed:
	}
	if c.empty() {
		r.fault(password, "password is empty")
		return ""
	}
	if r.table.csv && shortened.MatchString(c.text) {
		r.fault(password, "the spreadsheet program shortened the password to a rounded number; type it again, in an .xlsx sheet as text")
		return ""
	}
	if variable, ok := strings.CutPrefix(strings.TrimFunc(c.text, unseen), envPrefix); ok {
		return r.passwordFromEnvironment(variable)
	}
	return nvr.Secret(r.tidied(c.text))
}

// numericPassword takes a number as it was typed, and refuses one that cannot
// be told any more: a wrong password is a step towards a locked account.
func (r rowReader) numericPassword(c cell) nvr.Secret {
	digits, ok := c.whole()
	if !ok {
		r.fault(password, "the spreadsheet program changed the password into another number (more than 15 digits, a decimal, a date, a percentage); "+
			"format the column as text and type it again")
		return ""
	}
	if c.format.grouped {
		r.noticePassword("the password is a number shown with separators; its plain digits are used")
	}
	return nvr.Secret(digits)
}

func (r rowReader) passwordFromEnvironment(variable string) nvr.Secret {
	variable = strings.TrimSpace(variable)
	if !envName.MatchString(variable) {
		r.fault(password, "what follows env: is not the name of an environment variable")
		return ""
	}
	value := os.Getenv(variable)
	if value == "" {
		r.fault(password, "the environment variable %s is not set", clean(variable))
	}
	return nvr.Secret(value)
}

// tidied drops from a password's ends what no keyboard types, and tells of
// everything in it that a person cannot see. Plain spaces stay: they may be
// meant.
func (r rowReader) tidied(typed string) string {
	pasted := func(c rune) bool { return c != ' ' && unseen(c) }
	text := strings.TrimFunc(typed, pasted)
	if text != typed {
		r.noticePassword("invisible characters around the password are ignored")
	}
	switch {
	case strings.ContainsFunc(text, pasted):
		r.noticePassword("there are invisible characters inside the password, as copying from a web page leaves them; type it again if the recorder refuses it")
	case strings.TrimFunc(text, unicode.IsSpace) != text:
		r.noticePassword("the password begins or ends with a space; delete it if it is not meant")
	}
	return text
}
