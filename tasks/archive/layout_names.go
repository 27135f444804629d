package archive

import (
	"encoding/hex"
	"iter"
	"strconv"
	"strings"
)

// names yields the names that an item's file may get, in order of preference.
// All but the first contain the recording's identity, so that the second of two
// recordings with the same start and end gets the same name in every run.
func (l Layout) names(it Item, id recordingID, ext string) iter.Seq[string] {
	plain := l.path(it)
	own := hex.EncodeToString(id[:4]) // enough for the few recordings with the same start and end
	return namesLike(plain, plain+"_"+own, "-", ext)
}

// namesLike yields a plain name, one with the file's identity, and that with
// numbers after sep; all have the same end.
func namesLike(plain, own, sep, end string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield(plain+end) || !yield(own+end) {
			return
		}
		for n := 2; n <= nameAttempts; n++ {
			if !yield(own + sep + strconv.Itoa(n) + end) {
				return
			}
		}
	}
}

// path returns an item's path without an extension.
func (l Layout) path(it Item) string {
	if l.components == nil {
		l = defaultLayout
	}
	var b strings.Builder
	for i, pieces := range l.components {
		var c strings.Builder
		for _, p := range pieces {
			if c.WriteString(p.text); p.placeholder != "" {
				c.WriteString(placeholders[p.placeholder].of(it))
			}
		}
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(safeName(c.String(), i == 0))
	}
	return b.String()
}

// cleanName turns text into a name, or a piece of one, that is valid on every
// system; letters of every alphabet stay.
func cleanName(text string) string {
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune(oddCharacters, r) {
			return '-'
		}
		return r
	}, field(text))
	text = strings.TrimLeft(strings.Join(strings.Fields(text), " "), " .-~")
	return strings.TrimRight(cutName(text, nameLimit), " .")
}

// safeName makes a component a valid name wherever it is, whatever its
// placeholders became.
func safeName(name string, top bool) string {
	name = strings.TrimRight(cutName(name, componentLimit), " .")
	if name == "" || name[0] == '.' || device(name) {
		name = "_" + name
	}
	if top && keptForHikgrab(name) {
		name += "_"
	}
	return name
}
