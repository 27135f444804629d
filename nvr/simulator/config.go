package simulator

import (
	"cmp"
	"fmt"
	"time"
)

// Kind is the family of the simulated device. It decides which discovery calls
// work, what the times in searches mean, and the form of challenges.
type Kind int

// The families.
const (
	NVR    Kind = iota // records IP cameras; search times are its wall clock
	DVR                // records analog inputs and IP cameras; search times are its wall clock
	Camera             // a camera with a card; search times are true UTC
)

// deviceType returns the deviceType in deviceInfo.
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

// DefaultUser and DefaultPassword are the login if a Config has none.
const (
	DefaultUser     = "admin"
	DefaultPassword = "hikgrab123"
)

// Config describes a simulated recorder. The zero value is a usable NVR with
// one channel, the default login and no recordings.
type Config struct {
	Name     string // deviceName; default "Simulated NVR" and so on
	Model    string // default is one of the family, e.g. "DS-7616NI-K2"
	Firmware string // default "V4.30.085"
	Serial   string // default is derived from the model and the name

	Kind     Kind
	User     string // default DefaultUser
	Password string // default DefaultPassword

	Channels []Channel // default one channel, numbered 1
	Disks    []Disk    // none: the device does not report its disks

	// Zone is the POSIX time zone shown by System/time and used to convert the
	// search times of cameras, e.g. "CST-3:00:00" for UTC+3. The default is
	// "CST-0:00:00". New panics if it is invalid.
	Zone string
	// ClockError is how far the device's clock is ahead.
	ClockError time.Duration
	// Now returns the time. The default is time.Now.
	Now func() time.Time

	Rate         int64         // bytes per second of one download; 0 is unlimited
	Uplink       int64         // bytes per second of all downloads together; 0 is unlimited
	Latency      time.Duration // before every answer
	MaxDownloads int           // downloads at once; others get "busy"; 0 is unlimited
	FallsOverAt  int           // this many downloads at once all break off, and for a minute everything gets "busy"; 0 is never
	MaxSearches  int           // searches at once; others get "busy"; 0 is unlimited

	Auth   Auth
	Quirks Quirks

	// Script, Always and Random are arguments for Recorder.Script,
	// Recorder.ScriptAlways and Recorder.Chaos.
	Script map[Endpoint][]Fault
	Always map[Endpoint]Fault
	Random map[Endpoint]Chaos
}

// Disk is what a recorder reports about a hard disk.
type Disk struct {
	Status   string // default "ok"
	Capacity int64  // bytes
	Free     int64  // bytes
}

// Channel is one camera input.
type Channel struct {
	Number  int    // default is its position in Config.Channels, counted from 1
	Name    string // default "Camera 01" and so on
	Offline bool   // the recorder cannot see the camera, but may have recordings
	Analog  bool   // a BNC input of a DVR
	NoVideo bool   // nothing is plugged into the analog input

	Codec Codec
	Audio bool // G.711 A-law with the video

	Recordings    []Recording // main stream, track number*100+1
	SubRecordings []Recording // sub-stream, track number*100+2
	Photos        []Recording // pictures, track number*100+3

	// SearchFault applies to every search of the channel's tracks.
	SearchFault Fault
}

// Recording is one file on the recorder.
type Recording struct {
	// Start and End are the digits of the recorder's wall clock, in time.UTC. End
	// is before Start if the clock was set back during the recording.
	Start, End time.Time
	Size       int64  // exact, in bytes
	Name       string // unique per track; default is derived from its position in the list
	Kind       string // what follows recordType.meta.hikvision.com/ in searches; default "timing"; "-" omits it

	// Growing recordings have only the share of their bytes for the time from
	// Start until now. They are not found before Start.
	Growing bool
	// Fault applies to every download of the recording.
	Fault Fault
}

// Day returns recordings of the given length and size that fill one day from
// midnight without gaps.
func Day(day time.Time, every time.Duration, size int64) []Recording {
	y, m, d := day.Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	return Span(midnight, midnight.AddDate(0, 0, 1), every, size)
}

// Span returns recordings of the given length and size that fill from–to
// without gaps. The last one is cut at to, and its size is reduced in
// proportion.
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

// withDefaults returns the configuration with all defaults filled in. It does
// not modify the caller's slices.
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
