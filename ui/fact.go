package ui

import (
	"math"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/ui/remedy"
)

// labelWidth is the column of names at the left of the details.
const labelWidth = 10

// fact draws a labelled value, broken into lines of at most w cells.
func (p *pen) fact(label, value string, look paint, w int) []string {
	return p.factIn(label, value, look, w, math.MaxInt)
}

// factIn is fact in at most n lines; what does not fit is cut off.
func (p *pen) factIn(label, value string, look paint, w, n int) []string {
	parts := wrap(value, w-labelWidth)
	if len(parts) > n && n > 0 {
		parts[n-1] = p.glyphs.cut(parts[n-1]+" "+parts[n], w-labelWidth)
		parts = parts[:n]
	}
	lines := make([]string, len(parts))
	for i, part := range parts {
		name := spaces(labelWidth)
		if i == 0 {
			name = p.styles.faint.on(p.glyphs.left(label, labelWidth))
		}
		lines[i] = name + look.on(part)
	}
	return lines
}

// inOneLine is a labelled value cut to one line.
func (p *pen) inOneLine(label, value string, look paint, w int) string {
	return p.styles.faint.on(p.glyphs.left(label, labelWidth)) + look.on(p.glyphs.cut(clean(value), w-labelWidth))
}

// advice joins what to do to what happened.
func advice(r nvr.Remedy) string { return hint(remedy.Screen(r)) }

func hint(text string) string {
	if text == "" {
		return ""
	}
	return "; " + text
}
