package nvr

import (
	"fmt"
	"log/slog"
	"time"
)

// Secret is a text that must never be shown. Every way of printing or encoding
// it gives "[secret]"; only a plain conversion to string reveals it.
//
// One way is left: package fmt calls no methods on unexported fields, so that
// "%v" of a struct that keeps a Login in one shows it. Such a type needs a
// Format method, as Recorder has, or must not be printed.
type Secret string

const redacted = "[secret]"

// String hides the secret.
func (Secret) String() string { return redacted }

// Format hides the secret from every verb of package fmt.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue hides the secret from package slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the secret from JSON, XML and CSV encoders.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Login is who hikgrab is to a recorder.
type Login struct {
	User     string
	Password Secret
}

// Stream is one of the streams that a channel records.
type Stream int

// The streams; the numbers are the last digits of a track.
const (
	Main  Stream = 1
	Sub   Stream = 2
	Photo Stream = 3
)

// String returns "main", "sub" or "photo".
func (s Stream) String() string {
	switch s {
	case Main:
		return "main"
	case Sub:
		return "sub"
	case Photo:
		return "photo"
	}
	return fmt.Sprintf("stream %d", int(s))
}

// ParseStream reads "main", "sub" or "photo".
func ParseStream(text string) (Stream, error) {
	for s := Main; s <= Photo; s++ {
		if text == s.String() {
			return s, nil
		}
	}
	return 0, fmt.Errorf("%q is not a stream: use main, sub or photo", text)
}

// Track names one stream of one channel, as the recorder numbers them:
// channel*100 + stream.
type Track int

// TrackOf returns the track of a channel's stream.
func TrackOf(channel int, s Stream) Track { return Track(channel*100 + int(s)) }

// Channel returns the camera input the track belongs to.
func (t Track) Channel() int { return int(t) / 100 }

// Stream returns the stream the track carries.
func (t Track) Stream() Stream { return Stream(int(t) % 100) }

// Clock says how a device writes times in searches.
type Clock int

// The clocks a task sheet can name. ClockAuto is decided from the device: wall
// clock on NVR and DVR, UTC on standalone cameras, unless its newest recordings
// contradict that. See Recorder.Clock.
const (
	ClockAuto Clock = iota
	ClockLocal
	ClockUTC
)

// DeviceKind is the family a device belongs to.
type DeviceKind int

// The families. They differ in discovery, in the verb of a download and in time.
const (
	UnknownDevice DeviceKind = iota
	NVR                      // records IP cameras
	DVR                      // records analog inputs, often IP cameras as well
	Camera                   // a standalone camera with its own storage
)

// String returns "NVR", "DVR", "camera" or "recorder" when unknown.
func (k DeviceKind) String() string {
	switch k {
	case NVR:
		return "NVR"
	case DVR:
		return "DVR"
	case Camera:
		return "camera"
	case UnknownDevice:
	}
	return "recorder"
}

// Device is what a recorder says of itself, cleaned of control characters.
type Device struct {
	Name     string
	Model    string
	Serial   string
	Firmware string
	Kind     DeviceKind

	// WallOffset is what must be added to UTC to read the device's wall clock:
	// its time zone and its error together. Valid when ClockKnown.
	WallOffset time.Duration
	// ClockError is how far the device's clock is ahead of ours, time zone
	// taken out. Valid when ClockKnown and ZoneKnown.
	ClockError time.Duration
	ClockKnown bool // the device showed its clock
	ZoneKnown  bool // the device told its time zone
}

// WallClock returns what the device's own clock shows at now. When the
// device's clock is not known it is this machine's wall clock.
func (d Device) WallClock(now time.Time) time.Time {
	if d.ClockKnown {
		return now.UTC().Add(d.WallOffset)
	}
	return WallTime(now)
}

// WallTime returns t's own wall clock digits as a wall clock time of this
// package: the same digits in time.UTC.
func WallTime(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// Channel is one camera input of a recorder.
type Channel struct {
	Number  int
	Name    string // cleaned; may be empty
	Offline bool   // the recorder cannot see the camera now; recordings may exist all the same
}

// Recording is one item that a recorder's search returns: a file of up to
// about 1 GiB.
type Recording struct {
	Track Track
	Start time.Time // wall clock of the recorder
	End   time.Time // wall clock of the recorder; never before Start
	Size  int64     // bytes, as announced; 0 when the recorder did not say
	Name  string    // the recorder's own name for the file; unique per track, not per recorder
	URI   string    // the playbackURI, to be echoed verbatim
	Codec string    // as announced, e.g. "H.264-BP"; may be empty
	Note  string    // what the search says of it that cannot be, a sentence; empty mostly
	Kind  string    // what it was recorded for, such as KindMotion; empty when the recorder does not say
}

// Receipt says what a download delivered.
type Receipt struct {
	Received   int64    // bytes that came over the network in this attempt; fewer than Length when it continued an earlier one
	Length     int64    // bytes of the whole recording, which the sink holds now; 0 as long as it is not whole
	Unverified bool     // the recorder told no length at all: that the recording is whole is what its connection said
	Notes      []string // what could not be verified, or was odd, each a sentence
}

// Expecter is a Sink that wants to know how many bytes will come.
type Expecter interface {
	// Expect is called before the first Write of an attempt with the bytes of the
	// whole recording, the largest of all numbers that were announced for it. It
	// is not called when there was none. Its error ends the download, as one of
	// Write does.
	Expect(bytes int64) error
}

// Keeper is a Sink that can use the bytes it gets after it has returned, so that
// they need not be copied.
type Keeper interface {
	// Keep is Write of bytes that stay what they are until it calls done, which it
	// does once, at any time, whatever it returns.
	Keep(p []byte, done func()) (int, error)
}

// Sink is where a recording goes.
type Sink interface {
	// Write appends bytes. Time spent in it does not count against the recorder.
	Write(p []byte) (int, error)
	// Offset is the number of bytes that the sink holds already.
	Offset() int64
	// Tail fills p with the last bytes that the sink holds; there are as many.
	Tail(p []byte) error
	// Reset drops everything the sink holds.
	Reset() error
}
