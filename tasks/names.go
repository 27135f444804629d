package tasks

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
)

// numbered replaces names in picks with the channels of that name, and returns
// how many names no channel has. If two channels share a name, both are meant.
func numbered(picks []Pick, channels []nvr.Channel) (found []Pick, unknown int) {
	for _, p := range picks {
		if p.Name == "" {
			found = append(found, p)
			continue
		}
		before := len(found)
		for _, ch := range channels {
			if sameName(p.Name, ch.Name) {
				found = append(found, Pick{Channel: ch.Number, Stream: p.Stream})
			}
		}
		if len(found) == before {
			unknown++
		}
	}
	return found, unknown
}

// sameName compares the names of cameras, ignoring case and spaces.
func sameName(a, b string) bool {
	bare := func(name string) string {
		return strings.ToLower(strings.Join(strings.Fields(nvr.CleanText(name, 80)), ""))
	}
	return bare(a) == bare(b)
}

// unknownNames returns the failure of a row with names that its recorder does
// not know. It does not repeat the names: a password may have slipped into that
// column.
func unknownNames(n int, source string, channels []nvr.Channel, at time.Time) Failure {
	f := Failure{Kind: "camera", What: "a camera name in " + source + " is not on the recorder", At: at}
	if n > 1 {
		f.What = fmt.Sprintf("%d camera names in %s are not on the recorder", n, source)
	}
	var there []string
	for _, ch := range channels {
		if name := nvr.CleanText(ch.Name, 80); name != "" {
			there = append(there, QuoteName(name))
		}
	}
	if len(there) == 0 {
		f.What += ", which has no names for its cameras"
		f.Remedy = nvr.NameChannels
		return f
	}
	f.What += ", which has: " + strings.Join(there, "; ")
	f.Remedy = CopyNames
	return f
}

// QuoteName returns a camera's name for use in a list of cameras: in quotes if
// it would be taken for something else.
func QuoteName(name string) string {
	_, err := strconv.Atoi(name)
	if err != nil && !strings.ContainsAny(name, ",;\"«»\n") {
		return name
	}
	if strings.Contains(name, `"`) {
		return "«" + name + "»"
	}
	return `"` + name + `"`
}
