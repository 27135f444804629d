package ui

import "example.com/hikgrab/ui/units"

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
		full-- // a full bar means that nothing is missing
	}
	return g.barOpen + look.on(repeat(g.barDone, full)) + p.styles.faint.on(repeat(g.barRest, inner-full)) + g.barClose
}

// spark draws the latest w values as columns of the height that they have
// beside the greatest of them, newest on the right.
func (g *glyphs) spark(values []float64, w int) string {
	if w <= 0 {
		return ""
	}
	values = values[max(0, len(values)-w):]
	peak := 0.0
	for _, v := range values {
		peak = max(peak, v)
	}
	line := make([]byte, 0, 3*w)
	for range w - len(values) {
		line = append(line, ' ')
	}
	for _, v := range values {
		switch {
		case !(v > 0) || peak <= 0:
			line = append(line, ' ')
		default:
			i := int(v / peak * float64(len(g.levels)))
			line = append(line, g.levels[min(i, len(g.levels)-1)]...)
		}
	}
	return string(line)
}
