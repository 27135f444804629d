package archive

import (
	"fmt"

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

var formatWords = [...]string{Raw: "raw", MP4: "mp4", Both: "both"}

// String returns "raw", "mp4" or "both".
func (f Format) String() string {
	if f < 0 || int(f) >= len(formatWords) {
		return fmt.Sprintf("format %d", int(f))
	}
	return formatWords[f]
}

// ParseFormat reads "raw", "mp4" or "both".
func ParseFormat(text string) (Format, error) {
	for f, word := range formatWords {
		if text == word {
			return Format(f), nil
		}
	}
	return 0, fmt.Errorf("%q is not a format: use mp4, raw or both", text)
}

// Item is one recording of one recorder, as far as names on disk and the
// manifest are concerned.
type Item struct {
	Recorder  string // nvr.Address.String
	Label     string // the operator's name for the recorder
	Camera    string // the recorder's name for the camera
	Recording nvr.Recording
	Format    Format
	Clip      Span // what is wanted of the recording where it becomes an MP4; zero, or a range around it, for all
	DropAudio bool // an MP4 that is made gets no sound; one that is there counts as it is
}

// format is what the recording can become: a photo is a JPEG either way.
func (it Item) format() Format {
	if it.Recording.Track.Stream() == nvr.Photo {
		return Raw
	}
	return it.Format
}

// Try is what is to be known of a download beside its bytes.
type Try struct {
	Number  int  // 1 for the first
	Last    bool // there will be no other: what came is kept even when it is damaged
	Receipt nvr.Receipt
}
