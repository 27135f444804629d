package ui

import (
	"cmp"
	"runtime"
	"strings"

	"example.com/hikgrab/tasks"
)

// glyphs is the set of drawing characters. The usual set stays within WGL4,
// which every monospaced Windows font has. Only the levels of a sparkline go
// beyond it, on terminals known to be modern.
type glyphs struct {
	ascii  bool
	state  [len(tasks.Counts{})]string // one cell each
	held   string
	cursor string
	marked string
	opened string // a recorder with its cameras shown
	folded string

	barDone, barRest  string
	barOpen, barClose string // around a bar; empty if the blocks need no frame

	rule, wall, tee, foot string // lines between parts of the screen
	ellipsis              string
	dash                  string // no value
	span                  string // between two times
	dot                   string // between items
	arrow                 string
	sorted, reversed      string // next to the title of the sort column
	atLeast               string

	levels []string         // of a sparkline, lowest first
	slots  [numSlots]string // of a timeline
}

// glyphsFor chooses the set; getenv is os.Getenv.
func glyphsFor(ascii bool, getenv func(string) string) glyphs {
	if ascii {
		return asciiGlyphs()
	}
	g := blockGlyphs()
	modern := runtime.GOOS != "windows" || getenv("WT_SESSION") != "" || getenv("TERM_PROGRAM") != ""
	if modern && getenv("TERM") != "linux" { // the Linux console's font has only a few hundred characters
		g.levels = []string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}
	}
	return g
}

// knowsUnicode reports whether the terminal takes UTF-8 according to the
// locale. Without a locale it does, and on Windows too, where programs and
// console exchange UTF-16.
func knowsUnicode(getenv func(string) string) bool {
	if runtime.GOOS == "windows" {
		return true
	}
	locale := strings.ToLower(cmp.Or(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")))
	return locale == "" || strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
}

func blockGlyphs() glyphs {
	return glyphs{
		state: [...]string{
			tasks.Waiting: "·", tasks.Searching: "?", tasks.Downloading: "►", tasks.Retrying: "~",
			tasks.Pausing: "║", tasks.Paused: "║", tasks.Done: "√", tasks.Incomplete: "!",
			tasks.Empty: "○", tasks.Failed: "×", tasks.Skipped: "»",
		},
		held: "■", cursor: ">", marked: "*", opened: "-", folded: "+",
		barDone: "█", barRest: "░",
		rule: "─", wall: "│", tee: "┬", foot: "┴",
		ellipsis: "…", dash: "–", span: " – ", dot: "·", arrow: "→", sorted: "▼", reversed: "▲", atLeast: "≥ ",
		levels: []string{"▄", "█"},
		slots: [numSlots]string{
			slotOutside: " ", slotDone: "█", slotMost: "▓", slotLittle: "▒", slotPart: "▌", slotActive: "►", slotRetry: "~", slotWaiting: "░",
			slotFailed: "×", slotSkipped: "»", slotGrowing: "+", slotGap: "·", slotUnknown: "?",
		},
	}
}

func asciiGlyphs() glyphs {
	return glyphs{
		ascii: true,
		state: [...]string{
			tasks.Waiting: ".", tasks.Searching: "?", tasks.Downloading: "v", tasks.Retrying: "~",
			tasks.Pausing: "|", tasks.Paused: "|", tasks.Done: "=", tasks.Incomplete: "!",
			tasks.Empty: "o", tasks.Failed: "x", tasks.Skipped: "/",
		},
		held: "#", cursor: ">", marked: "*", opened: "-", folded: "+",
		barDone: "#", barRest: "-", barOpen: "[", barClose: "]",
		rule: "-", wall: "|", tee: "+", foot: "+",
		ellipsis: "..", dash: "-", span: " - ", dot: "-", arrow: "->", sorted: "v", reversed: "^", atLeast: ">= ",
		levels: []string{"_", ".", "-", "=", "#"},
		slots: [numSlots]string{
			slotOutside: " ", slotDone: "#", slotMost: "=", slotLittle: ":", slotPart: "+", slotActive: ">", slotRetry: "~", slotWaiting: "-",
			slotFailed: "x", slotSkipped: "/", slotGrowing: "^", slotGap: ".", slotUnknown: "?",
		},
	}
}
