package nvr

import (
	"cmp"
	"fmt"
	"log/slog"
	"time"
)

// Secret is a text that must never be shown. Every way of printing or encoding
// it gives "[secret]". Only a plain conversion to string reveals it.
//
// There is one exception: package fmt calls no methods on unexported fields, so
// "%v" of a struct with a Login in an unexported field shows it. Such a type
// needs a Format method, as Recorder has, or must not be printed.
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

// Login is hikgrab's account on a recorder.
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
	return cmp.Or(streamNames[s], fmt.Sprintf("stream %d", int(s)))
}

var streamNames = map[Stream]string{Main: "main", Sub: "sub", Photo: "photo"}

// ParseStream parses "main", "sub" or "photo".
func ParseStream(text string) (Stream, error) {
	for s, name := range streamNames {
		if text == name {
			return s, nil
		}
	}
	return 0, fmt.Errorf("%q is not a stream: use main, sub or photo", text)
}

// Track identifies one stream of one channel, numbered as on the recorder:
// channel*100 + stream.
type Track int

// TrackOf returns the track of a channel's stream.
func TrackOf(channel int, s Stream) Track { return Track(channel*100 + int(s)) }

// Channel returns the camera input of the track.
func (t Track) Channel() int { return int(t) / 100 }

// Stream returns the stream of the track.
func (t Track) Stream() Stream { return Stream(int(t) % 100) }

// Clock is how a device writes times in searches.
type Clock int

// The clocks that a task sheet can name. ClockAuto decides by the device: wall
// clock on NVR and DVR, UTC on standalone cameras, unless its newest recordings
// contradict that. See Recorder.Clock.
const (
	ClockAuto Clock = iota
	ClockLocal
	ClockUTC
)

// DeviceKind is the family of a device.
type DeviceKind int

// The families. They differ in discovery, download method and times.
const (
	UnknownDevice DeviceKind = iota
	NVR                      // records IP cameras
	DVR                      // records analog inputs, often IP cameras as well
	Camera                   // a standalone camera with its own storage
)

// String returns "NVR", "DVR", "camera", or "recorder" if unknown.
func (k DeviceKind) String() string {
	return cmp.Or(map[DeviceKind]string{NVR: "NVR", DVR: "DVR", Camera: "camera"}[k], "recorder")
}

// Device is what a recorder says about itself, without control characters.
type Device struct {
	Name     string
	Model    string
	Serial   string
	Firmware string
	Kind     DeviceKind

	// WallOffset is what to add to UTC to get the device's wall clock: its time
	// zone and its error together. Valid if ClockKnown.
	WallOffset time.Duration
	// ClockError is how far the device's clock is ahead of ours, without the time
	// zone. Valid if ClockKnown and ZoneKnown.
	ClockError time.Duration
	ClockKnown bool // the device showed its clock
	ZoneKnown  bool // the device told its time zone
}

// WallClock returns the time on the device's own clock at now. If the device's
// clock is unknown, it returns this machine's wall clock.
func (d Device) WallClock(now time.Time) time.Time {
	if d.ClockKnown {
		return now.UTC().Add(d.WallOffset)
	}
	return WallTime(now)
}

// WallTime returns t's own wall clock digits in time.UTC, as this package
// represents wall clock times.
func WallTime(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// Channel is one camera input of a recorder.
type Channel struct {
	Number  int
	Name    string // cleaned; may be empty
	Offline bool   // the recorder cannot see the camera now, but may have recordings
}

// Recording is one item in a recorder's search result: a file of up to about
// 1 GiB.
type Recording struct {
	Track Track
	Start time.Time // wall clock of the recorder
	End   time.Time // wall clock of the recorder; never before Start
	Size  int64     // bytes, as announced; 0 if unknown
	Name  string    // the recorder's own name for the file; unique per track, not per recorder
	URI   string    // the playbackURI, to be sent back unchanged
	Codec string    // as announced, e.g. "H.264-BP"; may be empty
	Note  string    // what is impossible in its search result, in a sentence; usually empty
	Kind  string    // why it was recorded, such as KindMotion; empty if unknown
}

// Receipt describes what a download delivered.
type Receipt struct {
	Received   int64    // bytes received in this attempt; fewer than Length if it resumed an earlier one
	Length     int64    // bytes of the whole recording, which the sink now holds; 0 if it is incomplete
	Unverified bool     // the recorder told no length, so only the end of its connection shows that the recording is complete
	Notes      []string // what could not be verified or was odd, one sentence each
}

// Expecter is a Sink that needs to know how many bytes to expect.
type Expecter interface {
	// Expect is called before the first Write of an attempt with the bytes of the
	// whole recording, the largest of all announced numbers. It is not called if
	// there was none. Its error ends the download, like one of Write.
	Expect(bytes int64) error
}

// Keeper is a Sink that can use bytes after its method has returned, so that
// they need not be copied.
type Keeper interface {
	// Keep is like Write, but the bytes stay unchanged until it calls done. It
	// calls done once, at any time, whatever it returns.
	Keep(p []byte, done func()) (int, error)
}

// Sink receives a recording.
type Sink interface {
	// Write appends bytes. Time spent in it does not count against the recorder.
	Write(p []byte) (int, error)
	// Offset returns the number of bytes in the sink.
	Offset() int64
	// Tail fills p with the last bytes of the sink, which has at least that many.
	Tail(p []byte) error
	// Reset discards everything in the sink.
	Reset() error
}
