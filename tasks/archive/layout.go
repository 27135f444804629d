package archive

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// DefaultLayout is the layout of the zero Layout.
const DefaultLayout = "{recorder}/{channel}/{date}/{start}_{end}"

// Layout says how finished files are named. The zero value is DefaultLayout.
// Get one from ParseLayout.
type Layout struct {
	text       string
	components [][]layoutPiece
}

// layoutPiece is a piece of a component: a placeholder, or text if that is
// empty.
type layoutPiece struct {
	placeholder string
	text        string
}

// placeholders are what can be in braces: the longest result in bytes, and the
// value for an item.
var placeholders = map[string]struct {
	most int
	of   func(Item) string
}{
	"recorder": {nameLimit, func(it Item) string { return recorderDir(it.Recorder) }},
	"name":     {nameLimit, func(it Item) string { return cmp.Or(cleanName(it.Label), recorderDir(it.Recorder)) }},
	"channel":  {24, func(it Item) string { return channelDir(it.Recording.Track) }},
	"camera":   {nameLimit, func(it Item) string { return cmp.Or(cleanName(it.Camera), channelDir(it.Recording.Track)) }},
	"date":     {len(dayLayout), func(it Item) string { return it.span().From.Format(dayLayout) }},
	"start":    {len(stampLayout), func(it Item) string { return it.span().From.Format(stampLayout) }},
	"end":      {len(stampLayout), func(it Item) string { return it.span().To.Format(stampLayout) }},
}

const placeholderList = "{recorder}, {name}, {channel}, {camera}, {date}, {start} and {end}"

const (
	layoutLimit     = 300 // bytes of a template
	componentsLimit = 12
	componentLimit  = 230 // bytes of one name, so that "_1a2b3c4d-99.mp4" fits after it
)

const layoutExample = "write it like " + DefaultLayout

// defaultLayout is the layout of the zero Layout.
var defaultLayout, _ = ParseLayout(DefaultLayout) // always valid

// String returns the template.
func (l Layout) String() string { return cmp.Or(l.text, DefaultLayout) }

// ParseLayout reads a template for the paths of finished files under the output
// directory, with slashes on every system and without an extension. It knows
//
//	{recorder} its address        {name}   the operator's name for it, else its address
//	{channel}  ch02 or ch02-sub   {camera} the recorder's name for the camera, else the channel
//	{date}     2026-11-03         {start}, {end}  20261103-081500
//
// It refuses a template that could give two cameras' files the same name, leave
// the directory, or yield an invalid name on some system; the error says how to
// write it.
func ParseLayout(text string) (Layout, error) {
	l, err := parseLayout(text)
	if err != nil {
		return Layout{}, fmt.Errorf("the layout %q cannot be used: %w", field(text), err)
	}
	return l, nil
}

func parseLayout(text string) (l Layout, err error) {
	if err := checkTemplate(text); err != nil {
		return l, err
	}
	l.text = text
	for component := range strings.SplitSeq(text, "/") {
		pieces, err := parseComponent(component)
		if err == nil {
			err = checkComponent(component, pieces)
		}
		if err != nil {
			return l, err
		}
		l.components = append(l.components, pieces)
	}
	return l, l.check()
}

// checkTemplate checks the template as a whole.
func checkTemplate(text string) error {
	switch {
	case text == "":
		return errors.New("it is empty; " + layoutExample)
	case len(text) > layoutLimit:
		return fmt.Errorf("it has %d bytes, more than %d", len(text), layoutLimit)
	case printable(text) != text:
		return errors.New("it has control characters or other invisible ones in it; type it again")
	case strings.Contains(text, `\`):
		return errors.New(`it has a \ in it; write / between directories, on Windows too`)
	case strings.HasPrefix(text, "/"):
		return errors.New("it begins with /; it is a path under the output directory, so leave the / out")
	case len(text) > 1 && text[1] == ':':
		return errors.New("it begins with a drive; it is a path under the output directory, so leave the drive out")
	}
	return nil
}

// parseComponent splits "{start}_{end}" at its placeholders.
func parseComponent(text string) (pieces []layoutPiece, err error) {
	for text != "" {
		open := strings.IndexAny(text, "{}")
		if open < 0 {
			return append(pieces, layoutPiece{text: text}), nil
		}
		if open > 0 {
			pieces = append(pieces, layoutPiece{text: text[:open]})
		}
		name, rest, closed := strings.Cut(text[open+1:], "}")
		if text[open] == '}' || !closed || strings.Contains(name, "{") {
			return nil, errors.New("a placeholder needs both { and }; " + layoutExample)
		}
		if _, known := placeholders[name]; !known {
			return nil, fmt.Errorf("{%s} is not a placeholder; use %s", name, placeholderList)
		}
		pieces, text = append(pieces, layoutPiece{placeholder: name}), rest
	}
	return pieces, nil
}

// checkComponent refuses what is not a valid name on one of the systems.
func checkComponent(text string, pieces []layoutPiece) error {
	most, literal := 0, true
	for _, p := range pieces {
		most += len(p.text) + placeholders[p.placeholder].most
		literal = literal && p.placeholder == ""
		if i := strings.IndexAny(p.text, oddCharacters); i >= 0 {
			return fmt.Errorf("%q is not allowed in file names on every system; leave it out", p.text[i:i+1])
		}
	}
	switch {
	case text == "":
		return errors.New("there is nothing before or after one of its /; " + layoutExample)
	case text == "..":
		return errors.New("it has .. in it; it is a path under the output directory that only goes down")
	case strings.HasPrefix(text, "."), strings.HasPrefix(text, " "), strings.HasPrefix(text, "-"):
		return fmt.Errorf("%q begins with %q; let it begin with a letter, a digit or a placeholder", text, text[:1])
	case strings.HasSuffix(text, "."), strings.HasSuffix(text, " "):
		return fmt.Errorf("%q ends with %q, which Windows drops; leave it out", text, text[len(text)-1:])
	case most > componentLimit:
		return fmt.Errorf("%q can become a name of %d bytes, more than the %d that fit; shorten it", text, most, componentLimit)
	case literal && device(text):
		return fmt.Errorf("%q is a device on Windows; use another name", text)
	}
	return nil
}

// check refuses a layout that would give different recordings the same name.
func (l Layout) check() error {
	has := func(name string) bool {
		return slices.ContainsFunc(l.components, func(c []layoutPiece) bool {
			return slices.Contains(c, layoutPiece{placeholder: name})
		})
	}
	top := l.components[0]
	switch {
	case !has("start"):
		return errors.New("it needs {start}, or all recordings of a camera would have one name; " + layoutExample)
	case !has("channel") && !has("camera"):
		return errors.New("it needs {channel} or {camera}, or all cameras of a recorder would have the same names; " + layoutExample)
	case !has("recorder") && !has("name"):
		return errors.New("it needs {recorder} or {name}, or all recorders would have the same names; " + layoutExample)
	case len(l.components) == 1:
		return errors.New("it needs a directory, because files directly in the output directory count as yours; " + layoutExample)
	case len(l.components) > componentsLimit:
		return fmt.Errorf("it has %d directories, more than %d", len(l.components)-1, componentsLimit-1)
	case len(top) == 1 && top[0].placeholder == "" && keptForHikgrab(top[0].text):
		return fmt.Errorf("hikgrab itself keeps %q in the output directory; use another name", top[0].text)
	}
	return nil
}

// oddCharacters are invalid in a file name on Windows, or everywhere.
const oddCharacters = `\/:*?"<>|`

// keptForHikgrab reports whether a name in the output directory is reserved for
// hikgrab.
func keptForHikgrab(name string) bool {
	name = strings.ToLower(name)
	return isTree(name) || strings.HasPrefix(name, ".") ||
		strings.HasSuffix(name, ".csv") || strings.HasSuffix(name, ".xlsx")
}

// cutName shortens a name to limit bytes without breaking a rune.
func cutName(name string, limit int) string {
	return strings.ToValidUTF8(name[:min(len(name), limit)], "")
}
