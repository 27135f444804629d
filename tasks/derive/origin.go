package derive

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"example.com/hikgrab/tasks/archive"
)

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
