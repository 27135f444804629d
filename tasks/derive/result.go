package derive

import (
	"fmt"
	"strings"
	"sync/atomic"

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
	r.note("%s left out, %s: %s", count(len(files), "recording"), why, text)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Describe says in words how a file was made and what is missing of it, without
// its path. It is empty when nothing is known.
func Describe(d archive.Derived) string {
	if d.Bytes == 0 { // a directory
		return count(d.Frames, "still")
	}
	return strings.Join(d.Notes, "; ")
}
