package archive

import (
	"fmt"
	"time"

	"example.com/hikgrab/nvr"
)

// Format says what a recording becomes on disk.
type Format int

// The formats. Whatever is asked for, a photo stays a JPEG, and a recording
// that is not a program stream stays what it is.
const (
	Raw  Format = iota // the recorder's bytes, untouched
	MP4                // playable everywhere, nothing re-encoded; what is not clean keeps its raw file beside it
	Both               // the MP4 and the recorder's bytes beside it
)

// formats defines each format; nothing else does.
var formats = [...]struct {
	word       string
	movie, raw bool // which files are wanted
}{
	Raw:  {"raw", false, true},
	MP4:  {"mp4", true, false},
	Both: {"both", true, true},
}

// String returns "raw", "mp4" or "both".
func (f Format) String() string {
	if f < 0 || int(f) >= len(formats) {
		return fmt.Sprintf("format %d", int(f))
	}
	return formats[f].word
}

// ParseFormat reads "raw", "mp4" or "both".
func ParseFormat(text string) (Format, error) {
	for f := range formats {
		if text == formats[f].word {
			return Format(f), nil
		}
	}
	return 0, fmt.Errorf("%q is not a format: use mp4, raw or both", text)
}

// Movies reports whether the format asks for MP4s, from which more can be made.
func (f Format) Movies() bool { return formats[f].movie }

// form distinguishes the files of one recording.
type form int

const (
	asSent  form = iota // the recorder's bytes
	asMovie             // the MP4 made from them, or a clip of it
)

// Clock is a recorder's clock when it was asked. The zero value means unknown.
type Clock struct {
	Known bool          `json:"known"`
	Ahead time.Duration `json:"ahead"` // of this machine's clock, time zones removed
}

// Item is one recording of one recorder, as needed for names on disk and the
// manifest.
type Item struct {
	Recorder  string // nvr.Address.String
	Network   string // network of the address; empty is none
	Label     string // the operator's name for the recorder
	Camera    string // the recorder's name for the camera
	Recording nvr.Recording
	Clock     Clock // of the recorder
	Format    Format
	Clip      Span // the wanted part if it becomes an MP4; zero, or a range around the recording, means all
	DropAudio bool // a new MP4 gets no sound; an existing one counts as it is
}

// wants returns which files the recording is to become: a photo is a JPEG
// either way.
func (it Item) wants() (movie, raw bool) {
	if it.Recording.Track.Stream() == nvr.Photo {
		return false, true
	}
	return formats[it.Format].movie, formats[it.Format].raw
}

// Try is what to know about a download besides its bytes.
type Try struct {
	Number  int  // 1 for the first
	Last    bool // there will be no other: keep what came even if it is damaged
	Receipt nvr.Receipt
}
