package plain

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"example.com/hikgrab/nvr"
)

// clean makes a text fit for one line of a terminal, whoever wrote it: line
// breaks and tabs become spaces; what could move the cursor, change colours or
// reverse the writing direction, and invalid UTF-8, become U+FFFD.
func clean(s string) string {
	if !strings.ContainsFunc(s, nvr.Unfit) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteByte(' ')
		case nvr.Unfit(r):
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// pad fills s with spaces to a width in terminal cells.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-ansi.StringWidth(s)))
}
