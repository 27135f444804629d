package archive

import (
	"fmt"
	"time"

	"example.com/hikgrab/nvr"
)

// Format says what a recording becomes on disk.
type Format int

// The formats. A photo stays a JPEG, and a recording that is no program stream
// stays what it is, whatever is asked for.
const (
	Raw  Format = iota // the recorder's bytes, untouched
	MP4                // playable everywhere, nothing re-encoded; what is not clean keeps its raw file beside it
	Both               // the MP4 and the recorder's bytes beside it
)

// formats is what a format means: everything else asks for that.
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

// Movies reports whether the format asks for MP4s, of which more can be made.
func (f Format) Movies() bool { return formats[f].movie }

// form tells the files apart that a recording can have.
type form int

const (
	asSent  form = iota // the recorder's bytes
	asMovie             // the MP4 that was made of them, or a clip of that
)

// Clock is how a recorder's clock stood when it was asked. The zero value says
// that nobody knows.
type Clock struct {
	Known bool          `json:"known"`
	Ahead time.Duration `json:"ahead"` // of this machine's clock, time zones taken out
}

// Item is one recording of one recorder, as far as names on disk and the
// manifest are concerned.
type Item struct {
	Recorder  string // nvr.Address.String
	Network   string // the network that the address is of; empty is none
	Label     string // the operator's name for the recorder
	Camera    string // the recorder's name for the camera
	Recording nvr.Recording
	Clock     Clock // of the recorder
	Format    Format
	Clip      Span // what is wanted of the recording where it becomes an MP4; zero, or a range around it, for all
	DropAudio bool // an MP4 that is made gets no sound; one that is there counts as it is
}

// wants returns which files the recording is to become: a photo is a JPEG either
// way.
func (it Item) wants() (movie, raw bool) {
	if it.Recording.Track.Stream() == nvr.Photo {
		return false, true
	}
	return formats[it.Format].movie, formats[it.Format].raw
}

// Try is what is to be known of a download beside its bytes.
type Try struct {
	Number  int  // 1 for the first
	Last    bool // there will be no other: what came is kept even when it is damaged
	Receipt nvr.Receipt
}
