package nvr

import (
	"fmt"
	"slices"
	"time"
)

// Facts is what was learned of a recorder and goes from run to run and from
// machine to machine. With it the next run names the same recording the same
// way, and does not try again what this recorder is known to refuse. The zero
// value says that nothing is known.
//
// Facts can be compared with ==, and encoded as JSON or any other format that
// knows encoding.TextMarshaler. They hold no secret. What a recorder cannot have
// is ignored by New, so they may come from a file or from another machine.
type Facts struct {
	// Serial is the serial number, as in Device.Serial. Facts are of no use for
	// another device: when the one that answers tells another number, all but
	// Scheme is forgotten.
	Serial string `json:"serial,omitempty"`

	// Clock is how the recorder writes times in searches, as its kind and its
	// recordings decided; what Config.Clock says is not recorded here.
	Clock       Clock `json:"clock,omitempty"`
	ClockProven bool  `json:"clock_proven,omitempty"` // by its recordings

	// Zone is the time zone that was used to convert times of searches, as a
	// POSIX rule in the spelling of recorders: "UTC-3:00:00" is three hours
	// ahead of UTC. A zone that the recorder itself tells comes first.
	Zone string `json:"zone,omitempty"`

	// Download is how a download is asked for: "post", "get" or "query"; empty
	// as long as none came.
	Download string `json:"download,omitempty"`
	// ByTime says whether a recording can be asked for by time: "said" by the
	// recorder, "shown" by what came, or "no"; empty is not known.
	ByTime string `json:"by_time,omitempty"`
	// SearchForm is the number of the form of search request that the recorder
	// takes, counted from 1; 0 is not known.
	SearchForm int `json:"search_form,omitempty"`

	// NoncePerPath says that a nonce of this recorder is good only for the path
	// whose 401 gave it out.
	NoncePerPath bool `json:"nonce_per_path,omitempty"`
	// Scheme is the strongest scheme of authentication by which the recorder
	// accepted the login.
	Scheme Scheme `json:"scheme,omitempty"`

	// LongestRange is the longest range that one search may ask for, in
	// nanoseconds; 0 as long as no range was refused.
	LongestRange time.Duration `json:"longest_range,omitempty"`

	// Load is how many downloads at once the recorder is emptied fastest by; 0 is
	// not known. Whoever downloads finds it: a Recorder gives back what it got, as
	// long as the same device answers.
	Load int `json:"load,omitempty"`
}

// Facts returns what is known of the recorder so far, with what Config.Facts
// said where nothing else was learned since. It asks nobody.
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
	switch {
	case r.config.Clock == ClockAuto && l.clock.decided:
		f.Clock, f.ClockProven = r.Clock()
	default:
		f.Clock, f.ClockProven = l.remembered.Clock, l.remembered.ClockProven
	}
	return f
}

// recall returns what facts say, leaving out what no recorder can have.
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

// meet keeps who the recorder is, and forgets what was learned of another
// device at its address.
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

// settle decides which zone to convert times with: the one that the recorder
// tells, else the one that an earlier run used, unless the recorder's clock
// shows that it is another by now. What is guessed from its clock alone changes
// with summer time, and with it the names of recordings.
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

// MarshalText writes "local" or "utc", and nothing for ClockAuto.
func (c Clock) MarshalText() ([]byte, error) {
	if c < 0 || int(c) >= len(clockNames) {
		return nil, fmt.Errorf("there is no clock %d", int(c))
	}
	return []byte(clockNames[c]), nil
}

// UnmarshalText reads what MarshalText writes. Anything else is ClockAuto: it
// comes from a newer version or a damaged file, and the recorder tells anew.
func (c *Clock) UnmarshalText(text []byte) error {
	*c = Clock(max(slices.Index(clockNames[:], string(text)), 0))
	return nil
}

// Scheme is a scheme of HTTP authentication. A higher one is stronger.
type Scheme int

// The schemes.
const (
	SchemeNone        Scheme = iota // no login was accepted, or none asked for
	SchemeBasic                     // the password itself goes over the network
	SchemeMD5                       // digest with MD5
	SchemeSHA256                    // digest with SHA-256
	SchemeSHA512Trunc               // digest with SHA-512/256
	SchemeSHA512                    // digest with SHA-512
)

var schemeNames = [...]string{
	SchemeNone: "", SchemeBasic: "basic", SchemeMD5: "digest-md5", SchemeSHA256: "digest-sha-256",
	SchemeSHA512Trunc: "digest-sha-512-256", SchemeSHA512: "digest-sha-512",
}

// String returns "basic", "digest-md5" and so on, "" for SchemeNone.
func (s Scheme) String() string {
	if s < 0 || int(s) >= len(schemeNames) {
		return ""
	}
	return schemeNames[s]
}

// words names the scheme for a person.
func (s Scheme) words() string {
	switch s {
	case SchemeBasic:
		return "Basic"
	case SchemeMD5:
		return "MD5 digest"
	case SchemeSHA256:
		return "SHA-256 digest"
	case SchemeSHA512Trunc, SchemeSHA512:
		return "SHA-512 digest"
	case SchemeNone:
	}
	return "nothing"
}

// MarshalText writes what String returns.
func (s Scheme) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText writes; anything else is SchemeNone.
func (s *Scheme) UnmarshalText(text []byte) error {
	*s = Scheme(max(slices.Index(schemeNames[:], string(text)), 0))
	return nil
}
