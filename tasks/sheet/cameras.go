package sheet

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// maxChannel is the highest channel accepted. The largest recorders have 256
// inputs; numbering with gaps goes a little beyond.
const maxChannel = 999

// The complaints about a camera cell. They say how to type it and do not repeat
// the cell: if columns are mixed up, it may hold a password.
var (
	errCameras = errors.New("this is not a list of cameras; type all, 1;3, 1-4, D3, tracks like 101;201, or names as the recorder has them")
	errRange   = errors.New("a range of cameras goes from a smaller to a larger number of the same kind, like 1-4 or 101-401")
	errChannel = fmt.Errorf("channels go from 1 to %d; a number of 100 or more that ends in 01, 02 or 03 is a track", maxChannel)
	errDate    = errors.New("the spreadsheet program turned this list of cameras into a date; type it as text: '1-4 with the apostrophe, or D1-D4")
	errNumber  = errors.New("the spreadsheet program turned this list of cameras into one number; type it with semicolons: 1;3, or 101;201")
	errAll     = errors.New("write all, or the cameras one by one")
)

var (
	everything = map[string]bool{"": true, "all": true, "*": true, "все": true, "всё": true}
	dash       = regexp.MustCompile(`\s*(?:[-‐‑‒–—−]|\.\.+|…)\s*`)
	oneCamera  = regexp.MustCompile(`(?i)^(ch|channel|d|a|к|канал|кам)?\s*(\d{1,6})$`)
	// monthName is what Excel makes of 1-4 in a CSV file: 04.янв, Apr-01, 1-Apr.
	monthName   = regexp.MustCompile(`(?i)^\d{1,2}[-.]\p{L}{3,4}\.?$|^\p{L}{3,4}\.?[-.]\d{1,2}$`)
	wholeDate   = regexp.MustCompile(`^\d{1,2}[./]\d{1,2}[./]\d{2,4}$|^\d{4}-\d{2}-\d{2}`)
	decimals    = regexp.MustCompile(`^\d+\.\d+$`)
	wordsBefore = regexp.MustCompile(`(?i)(ch|channel|d|a|к|канал|кам)\s+(\d)`)
)

// readCameras reads a camera cell; nil means all cameras.
func readCameras(c cell) ([]tasks.Pick, error) {
	switch c.kind {
	case blank:
		return nil, nil
	case number:
		return readCameraNumber(c)
	case text:
		return parseCameraCell(c.text)
	case boolean, errored, uncomputed:
	}
	return nil, errCameras
}

// ParseCameras reads a list of cameras as people type it: "all", "1, 3", "1-4",
// "D3", tracks like "101,201", "ch101" for channel 101. The result contains no
// camera twice; nil means all. The error says how to type it and does not
// repeat the text.
func ParseCameras(list string) ([]tasks.Pick, error) {
	list = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(words(list), "'")))
	switch {
	case everything[list]:
		return nil, nil
	case len(list) > 4096:
		return nil, errCameras
	case monthName.MatchString(list), wholeDate.MatchString(list):
		return nil, errDate
	case decimals.MatchString(list):
		return nil, errNumber
	}
	list = dash.ReplaceAllString(list, "-")
	list = wordsBefore.ReplaceAllString(list, "$1$2")
	var picks []tasks.Pick
	for _, item := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '+' || r == '&' }) {
		if everything[item] {
			return nil, errAll
		}
		more, err := parseItem(item)
		if err != nil {
			return nil, err
		}
		picks = withNew(picks, more)
	}
	if len(picks) == 0 {
		return nil, errCameras
	}
	return picks, nil
}

// withNew adds the picks that are not there yet.
func withNew(picks, more []tasks.Pick) []tasks.Pick {
	for _, p := range more {
		if !slices.Contains(picks, p) {
			picks = append(picks, p)
		}
	}
	return picks
}

var (
	// listItem matches an item of a list: a name in quotes, or anything up to the
	// next separator.
	listItem = regexp.MustCompile(`^\s*(?:"([^"]*)"|«([^»]*)»|([^,;\n]*))\s*(?:[,;\n]|$)`)
	// noName matches what contains letters but is not a name: a number that a
	// spreadsheet program made of a list.
	noName = regexp.MustCompile(`(?i)^\d+(?:[.,]\d+)?e\+?\d+$`)
)

// parseCameraCell reads a list of cameras by number, by name, or both. A name
// in quotes may contain anything but quotes.
func parseCameraCell(list string) ([]tasks.Pick, error) {
	picks, err := ParseCameras(list)
	if !errors.Is(err, errCameras) || len(list) > 4096 {
		return picks, err
	}
	list = strings.Trim(strings.TrimPrefix(list, "'"), " ,;\n\u00a0")
	for list != "" {
		m := listItem.FindStringSubmatch(list)
		if m == nil || m[0] == "" {
			return nil, errCameras
		}
		list = list[len(m[0]):]
		quoted := m[3] == "" && strings.ContainsAny(m[0], `"«`)
		more, err := parseNameOrNumbers(words(m[1]+m[2]+m[3]), quoted)
		if err != nil {
			return nil, err
		}
		picks = withNew(picks, more)
	}
	return picks, nil
}

func parseNameOrNumbers(item string, quoted bool) ([]tasks.Pick, error) {
	if !quoted && item == "" {
		return nil, nil
	}
	if !quoted {
		switch picks, err := ParseCameras(item); {
		case err == nil && picks == nil:
			return nil, errAll
		case !errors.Is(err, errCameras):
			return picks, err
		}
	}
	name := clean(item)
	if name == "" || !quoted && (noName.MatchString(name) || !strings.ContainsFunc(name, unicode.IsLetter)) {
		return nil, errCameras
	}
	return []tasks.Pick{{Name: name}}, nil
}

func parseItem(item string) ([]tasks.Pick, error) {
	first, last, isRange := strings.Cut(item, "-")
	from, err := parseCamera(first)
	if err != nil || !isRange {
		return []tasks.Pick{from}, err
	}
	to, err := parseCamera(last)
	switch {
	case err != nil:
		return nil, err
	case from.Stream != to.Stream, from.Channel > to.Channel:
		return nil, errRange
	}
	var picks []tasks.Pick
	for channel := from.Channel; channel <= to.Channel; channel++ {
		picks = append(picks, tasks.Pick{Channel: channel, Stream: from.Stream})
	}
	return picks, nil
}

func parseCamera(s string) (tasks.Pick, error) {
	m := oneCamera.FindStringSubmatch(s)
	if m == nil {
		return tasks.Pick{}, errCameras
	}
	n, err := strconv.Atoi(m[2])
	if err != nil {
		return tasks.Pick{}, errCameras
	}
	p := tasks.Pick{Channel: n}
	if m[1] == "" && isTrack(n) {
		p = tasks.Pick{Channel: nvr.Track(n).Channel(), Stream: nvr.Track(n).Stream()}
	}
	switch {
	case m[1] == "" && joinedTracks(n):
		return tasks.Pick{}, errNumber
	case p.Channel < 1 || p.Channel > maxChannel:
		return tasks.Pick{}, errChannel
	}
	return p, nil
}

// isTrack reports whether a number is a track ID and not a channel.
func isTrack(n int) bool {
	return n >= 100 && nvr.Track(n).Stream() >= nvr.Main && nvr.Track(n).Stream() <= nvr.Photo
}

// joinedTracks reports whether a number is several tracks whose commas were
// taken for thousands separators: 101,201 becomes 101201.
func joinedTracks(n int) bool {
	return n >= 100_000 && isTrack(n%1000) && (isTrack(n/1000) || joinedTracks(n/1000))
}

// readCameraNumber reads a cell that holds a number. That is fine if one camera
// was typed; a list has lost its separators.
func readCameraNumber(c cell) ([]tasks.Pick, error) {
	v, ok := c.value()
	switch {
	case !ok || c.format.changed:
		return nil, errCameras
	case c.format.date || c.format.clock:
		return nil, errDate
	case v != math.Trunc(v) || v >= 1000 && c.format.grouped || v >= 100_000:
		return nil, errNumber
	case v < 1:
		return nil, errChannel
	}
	return parseItem(strconv.Itoa(int(v)))
}
