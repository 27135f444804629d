package ui

import (
	"math"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"example.com/hikgrab/ui/units"
)

// pen holds what all drawing needs. A function that needs only this and its
// arguments is a method of pen. A part of the screen that needs more has its
// own type, which embeds pen, so that each part can be read and tested alone.
type pen struct {
	glyphs glyphs
	styles styles
	nouns  nouns
}

// nouns name the rows and their groups.
type nouns struct {
	row, group string
	files      bool // the rows are files collected from other machines
}

// rows writes a number of rows: "3 cameras".
func (n nouns) rows(count int) string { return units.Count(count, n.row) }

// rule draws a line of w cells with text in it: the condition on the left, the
// view of the list on the right.
func (p *pen) rule(left, right string, look paint, w int) string {
	g, s := &p.glyphs, &p.styles
	if left != "" {
		left = g.cut(" "+left+" ", w-2)
	}
	if right != "" {
		right = " " + right + " "
	}
	gap := w - 2 - width(left) - width(right)
	if gap < 1 {
		right, gap = "", w-2-width(left)
	}
	return s.faint.on(g.rule) + look.on(left) + s.faint.on(repeat(g.rule, gap)+right+g.rule)
}

// joint connects a rule with the wall next to the list, unless text is there.
func (p *pen) joint(rule string, at int, glyph string) string {
	if ansi.Strip(ansi.Cut(rule, at, at+1)) != p.glyphs.rule {
		return rule
	}
	return ansi.Cut(rule, 0, at) + p.styles.faint.on(glyph) + ansi.TruncateLeft(rule, at+1, "")
}

// flow sets items side by side, separated by sep, in lines of at most w cells.
func (p *pen) flow(w int, sep string, items ...string) []string {
	var lines []string
	line := ""
	for _, item := range items {
		if line != "" && width(line)+len(sep)+width(item) > w {
			lines, line = append(lines, p.glyphs.cut(line, w)), ""
		}
		line = join(sep, line, item)
	}
	return append(lines, p.glyphs.cut(line, w))
}

// bar draws done of total in w cells as two runs of one glyph each.
func (p *pen) bar(done, total int64, w int, look paint) string {
	g := &p.glyphs
	inner := w - width(g.barOpen) - width(g.barClose)
	if inner < 1 {
		return spaces(w)
	}
	full := 0
	if total > 0 && done > 0 {
		full = int(float64(inner) * min(1, float64(done)/float64(total)))
	}
	if full == inner && units.Percent(done, total) < 100 {
		full-- // full only if nothing is missing
	}
	return g.barOpen + look.on(repeat(g.barDone, full)) + p.styles.faint.on(repeat(g.barRest, inner-full)) + g.barClose
}

// spark draws the last w values as columns relative to the greatest of them,
// newest on the right.
func (g *glyphs) spark(values []float64, w int) string {
	values = values[max(0, len(values)-max(0, w)):]
	peak := 0.0
	for _, v := range values {
		peak = max(peak, v)
	}
	var b strings.Builder
	b.WriteString(spaces(w - len(values)))
	for _, v := range values {
		if v > 0 {
			i := int(v / peak * float64(len(g.levels)))
			b.WriteString(g.levels[min(i, len(g.levels)-1)])
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// labelWidth is the width of the label column in the details.
const labelWidth = 10

func (p *pen) label(text string) string { return p.styles.faint.on(p.glyphs.left(text, labelWidth)) }

// facts are labelled values in lines of w cells.
type facts struct {
	*pen
	w     int
	lines []string
}

// add appends a value, in as many lines as it takes, unless it is empty.
func (f *facts) add(label, value string, look paint) { f.addIn(math.MaxInt, label, value, look) }

// addIn is like add but cuts the value off after n lines.
func (f *facts) addIn(n int, label, value string, look paint) {
	if value == "" {
		return
	}
	room := f.w - labelWidth
	parts := wrap(clean(value), room)
	if n > 0 && len(parts) > n {
		parts[n-1] = f.glyphs.cut(parts[n-1]+" "+parts[n], room)
		parts = parts[:n]
	}
	head := f.label(label)
	for _, part := range parts {
		f.lines = append(f.lines, head+look.on(part))
		head = spaces(labelWidth)
	}
}
