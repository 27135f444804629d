package ui

import (
	"math"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/ui/remedy"
)

// labelWidth is the column of names at the left of the details.
const labelWidth = 10

// fact draws a labelled value, broken into lines of at most w cells.
func (m *model) fact(label, value string, p paint, w int) []string {
	return m.factIn(label, value, p, w, math.MaxInt)
}

// factIn is fact in at most n lines; what does not fit is cut off.
func (m *model) factIn(label, value string, p paint, w, n int) []string {
	parts := wrap(value, w-labelWidth)
	if len(parts) > n && n > 0 {
		parts[n-1] = m.glyphs.cut(parts[n-1]+" "+parts[n], w-labelWidth)
		parts = parts[:n]
	}
	lines := make([]string, len(parts))
	for i, part := range parts {
		name := spaces(labelWidth)
		if i == 0 {
			name = m.styles.faint.on(m.glyphs.left(label, labelWidth))
		}
		lines[i] = name + p.on(part)
	}
	return lines
}

// inOneLine is a labelled value cut to one line.
func (m *model) inOneLine(label, value string, p paint, w int) string {
	return m.styles.faint.on(m.glyphs.left(label, labelWidth)) + p.on(m.glyphs.cut(clean(value), w-labelWidth))
}

// advice joins what to do to what happened.
func advice(r nvr.Remedy) string { return hint(remedy.Screen(r)) }

func hint(text string) string {
	if text == "" {
		return ""
	}
	return "; " + text
}
