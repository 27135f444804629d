package simulator

import (
	"cmp"
	"fmt"
	"time"
)

// Kind is the family of the simulated device. It decides which discovery calls
// are answered, how times in searches are meant and what a challenge looks like.
type Kind int

// The families.
const (
	NVR    Kind = iota // records IP cameras; search times are its wall clock
	DVR                // records analog inputs and IP cameras; search times are its wall clock
	Camera             // a camera with a card; search times are true UTC
)

// deviceType is the word that deviceInfo uses.
func (k Kind) deviceType() string {
	return [...]string{"NVR", "DVR", "IPCamera"}[k]
}

// Codec is the video codec of a channel's recordings.
type Codec int

// The codecs.
const (
	H264 Codec = iota
	H265
)

// DefaultUser and DefaultPassword are the login of a Config that names none.
const (
	DefaultUser     = "admin"
	DefaultPassword = "hikgrab123"
)

// Config describes a simulated recorder. The zero value is a usable NVR with
// one channel, the default login and no recordings.
type Config struct {
	Name     string // deviceName; default "Simulated NVR" and so on
	Model    string // default one of the family, e.g. "DS-7616NI-K2"
	Firmware string // default "V4.30.085"
	Serial   string // default made from the model and the name

	Kind     Kind
	User     string // default DefaultUser
	Password string // default DefaultPassword

	Channels []Channel // default one channel, numbered 1
	Disks    []Disk    // none: the device does not tell of its disks

	// Zone is the POSIX time zone that System/time shows and that search
	// times of cameras are converted with, e.g. "CST-3:00:00" for UTC+3.
	// Default "CST-0:00:00". New panics when it cannot be read.
	Zone string
	// ClockError is how far the device's clock is ahead.
	ClockError time.Duration
	// Now is the time, default time.Now.
	Now func() time.Time

	Rate         int64         // bytes per second of one download; 0 is unlimited
	Uplink       int64         // bytes per second of all downloads together; 0 is unlimited
	Latency      time.Duration // before every answer
	MaxDownloads int           // downloads at once; more are answered "busy"; 0 is unlimited
	FallsOverAt  int           // with so many downloads at once all of them end, and a minute long everything is "busy"; 0 is never
	MaxSearches  int           // searches at once; more are answered "busy"; 0 is unlimited

	Auth   Auth
	Quirks Quirks

	// Script, Always and Random are what Recorder.Script, Recorder.ScriptAlways
	// and Recorder.Chaos would be called with.
	Script map[Endpoint][]Fault
	Always map[Endpoint]Fault
	Random map[Endpoint]Chaos
}

// Disk is what a recorder says of a hard disk.
type Disk struct {
	Status   string // default "ok"
	Capacity int64  // bytes
	Free     int64  // bytes
}

// Channel is one camera input.
type Channel struct {
	Number  int    // default its place in Config.Channels, counted from 1
	Name    string // default "Camera 01" and so on
	Offline bool   // the recorder cannot see the camera; recordings may exist all the same
	Analog  bool   // a BNC input of a DVR
	NoVideo bool   // nothing is plugged into the analog input

	Codec Codec
	Audio bool // G.711 A-law beside the video

	Recordings    []Recording // main stream, track number*100+1
	SubRecordings []Recording // sub-stream, track number*100+2
	Photos        []Recording // pictures, track number*100+3

	// SearchFault is what every search of the channel's tracks meets, for ever.
	SearchFault Fault
}

// Recording is one file on the recorder.
type Recording struct {
	// Start and End are the recorder's wall clock digits, in time.UTC. End comes
	// before Start where the clock was set back meanwhile.
	Start, End time.Time
	Size       int64  // bytes, exactly
	Name       string // unique per track; default made from its place in the list
	Kind       string // what stands behind recordType.meta.hikvision.com/ in searches; default timing, "-": nothing is said

	// Growing makes the file as long as its share of Start to End that is
	// over, and leaves the rest for later. It is not found before Start.
	Growing bool
	// Fault is what every download of the recording meets, for ever.
	Fault Fault
}

// Day returns recordings that fill one day from midnight without gaps, each of
// the given length and size.
func Day(day time.Time, every time.Duration, size int64) []Recording {
	y, m, d := day.Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	return Span(midnight, midnight.AddDate(0, 0, 1), every, size)
}

// Span returns recordings that fill from–to without gaps, each of the given
// length and size; the last one is cut, in time and in proportion in size,
// where it would end after to.
func Span(from, to time.Time, every time.Duration, size int64) []Recording {
	var list []Recording
	for start := from; every > 0 && start.Before(to); start = start.Add(every) {
		rec := Recording{Start: start, End: start.Add(every), Size: size}
		if rec.End.After(to) {
			rec.End = to
			rec.Size = max(1, int64(float64(size)*float64(to.Sub(start))/float64(every)))
		}
		list = append(list, rec)
	}
	return list
}

// withDefaults returns the configuration with every default filled in. The
// caller's slices are not touched.
func (c Config) withDefaults() Config {
	model := [...]string{"DS-7616NI-K2", "DS-7216HQHI-K2", "DS-2CD2387G2-LU"}[c.Kind]
	c.Model = cmp.Or(c.Model, model)
	c.Name = cmp.Or(c.Name, [...]string{"Simulated NVR", "Simulated DVR", "Simulated camera"}[c.Kind])
	c.Firmware = cmp.Or(c.Firmware, "V4.30.085")
	c.Serial = cmp.Or(c.Serial, fmt.Sprintf("%s0120261101CCRR%09d", c.Model, checksum(c.Name)%1e9))
	c.User = cmp.Or(c.User, DefaultUser)
	c.Password = cmp.Or(c.Password, DefaultPassword)
	c.Zone = cmp.Or(c.Zone, "CST-0:00:00")
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Channels == nil {
		c.Channels = make([]Channel, 1)
	}
	channels := make([]Channel, len(c.Channels))
	for i, ch := range c.Channels {
		ch.Number = cmp.Or(ch.Number, i+1)
		ch.Name = cmp.Or(ch.Name, fmt.Sprintf("Camera %02d", ch.Number))
		channels[i] = ch
	}
	c.Channels = channels
	c.Auth = c.Auth.withDefaults(c.Kind)
	return c
}
