package nvr

import (
	"fmt"
	"slices"
	"time"
)

// Facts holds what was learned about a recorder and is kept from run to run and
// from machine to machine. With it, the next run gives the same recording the
// same name, and does not try again what this recorder is known to refuse. The
// zero value means that nothing is known.
//
// Facts can be compared with ==, and encoded as JSON or any other format that
// supports encoding.TextMarshaler. They contain no secret. New ignores
// impossible values, so they may come from a file or from another machine.
type Facts struct {
	// Serial is the serial number, as in Device.Serial. Facts are useless for
	// another device: if the device that answers has another number, everything
	// but Scheme is forgotten.
	Serial string `json:"serial,omitempty"`

	// Clock is how the recorder writes times in searches, as decided from its kind
	// and its recordings. It does not include Config.Clock.
	Clock       Clock `json:"clock,omitempty"`
	ClockProven bool  `json:"clock_proven,omitempty"` // by its recordings

	// Zone is the time zone used to convert times in searches, as a POSIX rule in
	// the recorders' spelling: "UTC-3:00:00" is three hours ahead of UTC. A zone
	// from the recorder itself takes precedence.
	Zone string `json:"zone,omitempty"`

	// Download is the form of download request that worked: "post", "get" or
	// "query"; empty if none has.
	Download string `json:"download,omitempty"`
	// ByTime says whether the recorder supports download by time: "said" in its
	// capabilities, "shown" by a download, or "no"; empty if unknown.
	ByTime string `json:"by_time,omitempty"`
	// SearchForm is the number of the form of search request that the recorder
	// accepts, counted from 1; 0 if unknown.
	SearchForm int `json:"search_form,omitempty"`

	// NoncePerPath means that a nonce of this recorder is valid only for the path
	// whose 401 issued it.
	NoncePerPath bool `json:"nonce_per_path,omitempty"`
	// Scheme is the strongest authentication scheme by which the recorder accepted
	// the login.
	Scheme Scheme `json:"scheme,omitempty"`

	// LongestRange is the longest range for one search, in nanoseconds; 0 if no
	// range was refused.
	LongestRange time.Duration `json:"longest_range,omitempty"`

	// Load is the number of simultaneous downloads that empties the recorder
	// fastest; 0 if unknown. The caller determines it. A Recorder only returns
	// what it was given, as long as the same device answers.
	Load int `json:"load,omitempty"`
}

// Facts returns what is known about the recorder so far: what was learned, and
// otherwise what Config.Facts says. It sends no request.
func (r *Recorder) Facts() Facts {
	l, login := r.known(), r.session.known()
	f := Facts{
		Serial: l.serial, Zone: l.zone.String(), Download: l.download.String(), ByTime: l.timed.String(),
		LongestRange: l.longest, Load: max(l.remembered.Load, 0),
		NoncePerPath: login.perPath, Scheme: login.scheme,
	}
	if l.shaped {
		f.SearchForm = l.shape + 1
	}
	f.Clock, f.ClockProven = l.remembered.Clock, l.remembered.ClockProven
	if r.config.Clock == ClockAuto && l.clock.decided {
		f.Clock, f.ClockProven = r.Clock()
	}
	return f
}

// recall converts facts, without impossible values.
func (f Facts) recall() learned {
	l := learned{serial: CleanText(f.Serial, maxName), zone: parseZone(f.Zone), remembered: f}
	l.download = form(max(slices.Index(formNames[:formAddress], f.Download), 0))
	l.timed = timeSkill(max(slices.Index(timeSkillNames[:], f.ByTime), 0))
	if f.SearchForm >= 1 && f.SearchForm <= len(searchShapes) {
		l.shape, l.shaped = f.SearchForm-1, true
	}
	if f.LongestRange >= time.Second {
		l.longest = f.LongestRange
	}
	if f.Clock != ClockLocal && f.Clock != ClockUTC {
		l.remembered.Clock, l.remembered.ClockProven = ClockAuto, false
	}
	return l
}

// meet records which device answered, and forgets what was learned about
// another device at its address.
func (r *Recorder) meet(d Device, z zone) {
	r.learn(func(l *learned) {
		if l.serial != "" && d.Serial != "" && l.serial != d.Serial {
			r.log.Warn("another device answers at this address", "serial", d.Serial, "before", l.serial)
			*l = learned{}
		}
		if d.Serial != "" {
			l.serial = d.Serial
		}
		l.zone = z
	})
}

// settle returns the zone for converting times: the one that the recorder
// tells, or else that of an earlier run, unless the recorder's clock shows that
// it has changed. A zone guessed from the clock alone changes with summer time,
// and the names of recordings with it.
func (r *Recorder) settle(read zone, told bool, serial string) zone {
	l := r.known()
	if told || !l.zone.known || l.serial != serial {
		return read
	}
	if !read.known || (l.zone.offset(time.Now())-read.std).Abs() <= time.Hour {
		return l.zone
	}
	return read
}

var clockNames = [...]string{ClockAuto: "", ClockLocal: "local", ClockUTC: "utc"}

// MarshalText returns "local" or "utc", or nothing for ClockAuto.
func (c Clock) MarshalText() ([]byte, error) {
	if c < 0 || int(c) >= len(clockNames) {
		return nil, fmt.Errorf("there is no clock %d", int(c))
	}
	return []byte(clockNames[c]), nil
}

// UnmarshalText parses the result of MarshalText. Anything else becomes
// ClockAuto: it is from a newer version or a damaged file, and the recorder
// will tell again.
func (c *Clock) UnmarshalText(text []byte) error {
	*c = Clock(max(slices.Index(clockNames[:], string(text)), 0))
	return nil
}

// Scheme is an HTTP authentication scheme. Higher values are stronger.
type Scheme int

// The schemes.
const (
	SchemeNone        Scheme = iota // no login was accepted or requested
	SchemeBasic                     // sends the password itself over the network
	SchemeMD5                       // digest with MD5
	SchemeSHA256                    // digest with SHA-256
	SchemeSHA512Trunc               // digest with SHA-512/256
	SchemeSHA512                    // digest with SHA-512
)

// schemes holds each scheme's name, its name for people, and its algorithm if
// it is a digest.
var schemes = [...]struct{ name, words, algorithm string }{
	SchemeNone:        {words: "nothing"},
	SchemeBasic:       {name: "basic", words: "Basic"},
	SchemeMD5:         {"digest-md5", "MD5 digest", "MD5"},
	SchemeSHA256:      {"digest-sha-256", "SHA-256 digest", "SHA-256"},
	SchemeSHA512Trunc: {"digest-sha-512-256", "SHA-512 digest", "SHA-512-256"},
	SchemeSHA512:      {"digest-sha-512", "SHA-512 digest", "SHA-512"},
}

// orNone maps a scheme outside the table to SchemeNone.
func (s Scheme) orNone() Scheme {
	if s < 0 || int(s) >= len(schemes) {
		return SchemeNone
	}
	return s
}

// String returns "basic", "digest-md5" and so on, or "" for SchemeNone.
func (s Scheme) String() string { return schemes[s.orNone()].name }

// MarshalText returns the result of String.
func (s Scheme) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText parses the result of MarshalText. Anything else becomes
// SchemeNone.
func (s *Scheme) UnmarshalText(text []byte) error {
	*s = SchemeNone
	for i, row := range schemes {
		if row.name == string(text) {
			*s = Scheme(i)
		}
	}
	return nil
}
