package sheet

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// hostShape is the shape of an address: an IP address, a name with a dot in it,
// or localhost, perhaps with a scheme before it and a port or a fingerprint
// after it.
var hostShape = regexp.MustCompile(`(?i)^(?:https?://[\p{L}\d_-]+|(?:https?://)?(?:\[[0-9a-f:.%]+\]|[\p{L}\d_-]+(?:\.[\p{L}\d_-]+)+\.?|localhost))(?::\d+)?/?(?:#.*)?$`)

// onlyNumbers matches a number or a date with dots; no recorder has such a
// name.
var onlyNumbers = regexp.MustCompile(`^(?:\d+\.\d+|\d{1,2}\.\d{1,2}\.\d{2,4})$`)

// maxHost is longer than any address with everything that may surround it.
const maxHost = 600

// looksLikeHost reports whether a text has the shape of a recorder's address.
func looksLikeHost(s string) bool {
	s = strings.TrimFunc(s, unseen)
	if len(s) > maxHost || onlyNumbers.MatchString(s) {
		return false
	}
	if hostShape.MatchString(s) {
		return true
	}
	ip, err := netip.ParseAddr(s)
	return err == nil && ip.Is6()
}

func (c cell) looksLikeHost() bool { return c.kind == text && looksLikeHost(c.text) }

// surelyHost reports whether a text can hardly be anything but an address; a
// name with a dot may also be a login or a password.
func surelyHost(s string) bool {
	s = strings.TrimFunc(s, unseen)
	if strings.Contains(s, "://") {
		return true
	}
	host, _, _ := strings.Cut(s, ":")
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Is4() || strings.HasPrefix(s, "[")
}

// articleOrder is the layout without a header, after the recorder's column has
// been taken out.
var articleOrder = [...]field{user, password, cameras}

// unnamed returns the layout of a sheet without a header: user, password,
// server, cameras. The column whose cells look like hosts is the server,
// wherever it is; the others keep that order.
func (r *reader) unnamed() layout {
	t := r.table
	l := layout{header: -1}
	host := hostColumn(t.lines, nil)
	if host < 0 {
		r.fault(t.lines[0].row, 0, "there is neither a header nor a column of recorder addresses; "+
			"put recorder, user, password, cameras into the first row")
		return l
	}
	l.columns[recorder] = []int{host}
	column := t.firstColumn(host)
	for _, f := range articleOrder {
		if column == host {
			column++
		}
		l.columns[f] = []int{column}
		column++
	}
	r.judgeOthers(l)
	return l
}

// firstColumn returns where the table begins. A table that was moved to the
// right begins with its first column in use. But if the server is in C, where
// it belongs, an unused A is a user that somebody forgot.
func (t *table) firstColumn(host int) int {
	const serverOfArticle = 2
	if host == serverOfArticle {
		return 0
	}
	for column := range host {
		if slices.ContainsFunc(t.lines, func(l line) bool { return !l.cell(column).empty() }) {
			return column
		}
	}
	return host
}

// hostColumn returns the column, apart from those taken, with the most cells
// that look like hosts, or -1 if most rows have none. Among equals the one with
// more certain addresses wins, then the article's own, the third.
func hostColumn(lines []line, taken map[int]bool) int {
	best, bestScore := -1, 0
	for column := range maxColumns {
		if taken[column] {
			continue
		}
		like, sure := 0, 0
		for _, l := range lines {
			switch c := l.cell(column); {
			case c.kind != text:
			case surelyHost(c.text):
				like++
				sure++
			case looksLikeHost(c.text):
				like++
			}
		}
		if like == 0 || 2*like < len(lines) {
			continue
		}
		score := 4*like + 2*sure
		if column == 2 {
			score++
		}
		if score > bestScore {
			best, bestScore = column, score
		}
	}
	return best
}
