package report

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	_ "embed" // the page's template, style and script
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"strings"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

var (
	//go:embed page.html
	markup string
	//go:embed page.css
	style string
	//go:embed page.js
	script string

	page = template.Must(template.New(PageName).Funcs(template.FuncMap{
		"size": units.Size, "count": units.Count, "length": length, "link": link, "moment": moment, "why": func(word string) string { return cmp.Or(whys[word], word) }, "join": strings.Join,
	}).Parse(markup))
)

// policy allows the page its own style and script, and files under its
// directory. It works the same from a file and from a server.
var policy = fmt.Sprintf("default-src 'none'; script-src '%s'; style-src '%s'; img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'",
	hash(script), hash(style))

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// atOnce and linesAtOnce are the most recordings, and days of cameras, on a
// page that shows all days. With more, it shows one day at a time.
var (
	atOnce      = 10_000
	linesAtOnce = 2_000
)

// WriteJSON writes the report as one line of JSON.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// WritePage writes the report as a page to go next to the manifest.
func (r *Report) WritePage(w io.Writer) error {
	b := bufio.NewWriterSize(w, 64<<10)
	view := view{
		Report: r, Policy: policy, Style: template.CSS(style), Script: template.JS(script), //nolint:gosec // the page's own
		Days: r.days(), Troubles: r.troubles(), Paged: r.Recordings > atOnce || r.lines() > linesAtOnce,
	}
	if err := page.Execute(b, view); err != nil {
		return err
	}
	return b.Flush()
}

// clock writes seconds since midnight as a time of day, up to "24:00:00".
func clock(seconds int) string {
	return fmt.Sprintf("%02d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}

// moment writes a timestamp without zone and "T".
func moment(stamp string) string {
	if len(stamp) < len(wallLayout) {
		return stamp
	}
	return strings.Replace(stamp[:len("2006-01-02T15:04")], "T", " ", 1)
}

func length(seconds float64) string {
	return units.Length(time.Duration(seconds * float64(time.Second)))
}

// link turns a path into a link that stays under the page's directory.
func link(path string) string { return (&url.URL{Path: path}).String() }

// whys explains why a stretch is missing.
var whys = map[string]string{
	tasks.WhyUnknown: "not known",
	tasks.WhyGrowing: "still being recorded; the next run fetches it",
	tasks.WhySkipped: "skipped",
	tasks.WhyLost:    "recorded, could not be fetched",
	tasks.WhyToFetch: "recorded, not fetched yet; the next run goes on",
	tasks.WhyGone:    "was fetched, and is no longer here; run hikgrab verify",
}
