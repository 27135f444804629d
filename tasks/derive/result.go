package derive

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// Progress is how far a call has got. It may be read concurrently.
type Progress struct {
	Total atomic.Int64 // bytes to read; grows as the call finds out
	Done  atomic.Int64 // bytes read
}

// Result is what a call made, or found already made.
type Result struct {
	Files []archive.Derived // present now
	Made  []archive.Derived // those of Files that were made now
	Notes []string          // what was left out and why, each a sentence for a person
}

func (r *Result) derived(d archive.Derived) {
	r.Files, r.Made = append(r.Files, d), append(r.Made, d)
}

// onlyPhotos is the note about a camera that has only photos.
const onlyPhotos = "these are photos, not video, and are left out"

func (r *Result) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// end returns the result. If it is empty, it always says why.
func (r *Result) end(source string, err error) (Result, error) {
	if err == nil && len(r.Files) == 0 && len(r.Notes) == 0 {
		r.note("no %s covers the period", source)
	}
	return *r, err
}

func (r *Result) leaveOut(files []archive.Finished, why string) {
	const named = 3
	if len(files) == 0 {
		return
	}
	var names []string
	for _, f := range files[:min(named, len(files))] {
		names = append(names, f.Path)
	}
	text := strings.Join(names, ", ")
	if more := len(files) - named; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	r.note("%s left out, %s: %s", nvr.Count(len(files), "recording"), why, text)
}

// Describe says in words how a file was made and what is missing from it,
// without its path. It is empty if nothing is known.
func Describe(d archive.Derived) string {
	if d.Bytes == 0 { // a directory
		return nvr.Count(d.Frames, "still")
	}
	return strings.Join(d.Notes, "; ")
}

// recipe is incremented when the same sources give other files, so that older
// files are made again.
const recipe = 1

// requestOf identifies a request: the range w of a camera or, if of is not
// empty, of that file.
func requestOf(t archive.Tree, c *Camera, of string, w archive.Span) string {
	return digest(8, t, strings.ToLower(c.Recorder), int(c.Track), of, stampOf(w.From), stampOf(w.To))
}

// sourcesOf identifies what something is made from.
func sourcesOf(files ...archive.Finished) string {
	all := []any{recipe}
	for _, f := range files {
		all = append(all, f.SHA256, stampOf(begins(f)))
	}
	return digest(16, all...)
}

// digest returns that many hex digits, which differ if any of parts does.
func digest(digits int, parts ...any) string {
	h := sha256.New()
	for _, part := range parts {
		_, _ = io.WriteString(h, fmt.Sprintf("%q\n", fmt.Sprint(part))) // writing to a hash never fails
	}
	return hex.EncodeToString(h.Sum(nil))[:digits]
}

func stampOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(timeLayout)
}
