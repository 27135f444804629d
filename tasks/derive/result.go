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

// Progress is how far a call is. Others may read it meanwhile.
type Progress struct {
	Total atomic.Int64 // bytes to read; it grows while the call finds out
	Done  atomic.Int64 // bytes read
}

// Result is what a call made, or found made.
type Result struct {
	Files []archive.Derived // there now
	Made  []archive.Derived // those of them that were made now
	Notes []string          // what was left out, and why, each a sentence for a person
}

func (r *Result) derived(d archive.Derived) {
	r.Files, r.Made = append(r.Files, d), append(r.Made, d)
}

// onlyPhotos is the note of a camera's photos.
const onlyPhotos = "these are photos, not video, and are left out"

func (r *Result) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// end returns the result, which says in any case why there is nothing.
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

// Describe says in words how a file was made and what is missing of it, without
// its path. It is empty when nothing is known.
func Describe(d archive.Derived) string {
	if d.Bytes == 0 { // a directory
		return nvr.Count(d.Frames, "still")
	}
	return strings.Join(d.Notes, "; ")
}

// recipe is raised when files made of the same are made in another way, so that
// older ones are made anew.
const recipe = 1

// requestOf identifies what is asked for: the range w of a camera or, where of is
// not empty, of that file.
func requestOf(t archive.Tree, c *Camera, of string, w Window) string {
	return digest(8, t, strings.ToLower(c.Recorder), int(c.Track), of, stampOf(w.From), stampOf(w.To))
}

// sourcesOf identifies what something is made of.
func sourcesOf(files ...archive.Finished) string {
	all := []any{recipe}
	for _, f := range files {
		all = append(all, f.SHA256, stampOf(begins(f)))
	}
	return digest(16, all...)
}

// digest returns so many hex digits that differ when any of parts does.
func digest(digits int, parts ...any) string {
	h := sha256.New()
	for _, part := range parts {
		_, _ = io.WriteString(h, fmt.Sprintf("%q\n", fmt.Sprint(part))) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))[:digits]
}

func stampOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02T15:04:05.000")
}
