package sheet

import (
	"regexp"
	"strings"
)

// format is what a number format says about the number that was typed.
type format struct {
	date    bool  // shows a day
	clock   bool  // shows a time of day
	grouped bool  // shows thousands separators
	zeros   uint8 // digits shown at least: 5 for 00000
	changed bool  // percent, scientific, fraction or currency: what was typed is lost
}

// builtin are the number formats that workbooks name by number alone, as far
// as they say more than "a number" (ECMA-376 part 1, 18.8.30; 27 to 58 are
// dates in East Asian editions).
func builtin(id int) string {
	switch {
	case id == 3 || id == 4 || id >= 37 && id <= 44:
		return "#,##0"
	case id == 9 || id == 10:
		return "0%"
	case id == 11 || id == 48:
		return "0.00E+00"
	case id == 12 || id == 13:
		return "# ?/?"
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return "yyyy-mm-dd"
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47, id == 55, id == 56:
		return "hh:mm:ss"
	case id == 22:
		return "yyyy-mm-dd hh:mm"
	}
	return ""
}

var (
	literals = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.`)
	brackets = regexp.MustCompile(`\[[^\]]*\]`)
	elapsed  = regexp.MustCompile(`(?i)\[(h+|m+|s+)\]`)
	locale   = regexp.MustCompile(`\[\$-[^\]]*\]`)
	currency = regexp.MustCompile(`\p{Sc}`)
)

// parseFormat reads the first section of a number format, the one for
// positive numbers.
func parseFormat(code string) format {
	var f format
	f.changed = currency.MatchString(locale.ReplaceAllString(code, ""))
	code = literals.ReplaceAllString(code, "")
	f.clock = elapsed.MatchString(code)
	code = strings.ToLower(brackets.ReplaceAllString(code, ""))
	code, _, _ = strings.Cut(code, ";")
	if code == "general" || code == "@" || code == "" {
		return f
	}
	f.clock = f.clock || strings.ContainsAny(code, "hs")
	f.date = strings.ContainsAny(code, "yd") || strings.Contains(code, "m") && !f.clock
	if f.date || f.clock {
		return f
	}
	f.grouped = strings.Contains(code, ",")
	f.changed = f.changed || strings.ContainsAny(code, "%/e")
	if strings.Trim(code, "0") == "" {
		f.zeros = uint8(min(len(code), 255))
	}
	return f
}
