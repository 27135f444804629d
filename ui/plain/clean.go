package plain

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// clean makes text safe for one line of a terminal: line breaks and tabs become
// spaces; invalid UTF-8, and characters that could move the cursor, change
// colours or reverse the writing direction, become U+FFFD.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case nvr.Unfit(r):
			return utf8.RuneError
		}
		return r
	}, s)
}

func join(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}

// bySameFailure groups values by what failed and what to do, in the order of
// each group's first value.
func bySameFailure[T any](all []T, of func(T) tasks.Failure) (groups [][]T) {
	at := map[[2]string]int{}
	for _, one := range all {
		f := of(one)
		key := [2]string{f.What, string(f.Remedy)}
		i, known := at[key]
		if !known {
			i = len(groups)
			at[key] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], one)
	}
	return groups
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-ansi.StringWidth(s)))
}
