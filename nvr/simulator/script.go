package simulator

import (
	"math/rand/v2"
	"sync"
	"time"
)

// Endpoint is a call that a recorder supports.
type Endpoint string

// The endpoints. Challenge is every request without credentials, whatever its
// path. Other is every unknown path.
const (
	Challenge            Endpoint = "challenge"
	DeviceInfo           Endpoint = "deviceInfo"
	Capabilities         Endpoint = "capabilities"
	Time                 Endpoint = "time"
	UserCheck            Endpoint = "userCheck"
	InputProxy           Endpoint = "InputProxy/channels"
	InputProxyStatus     Endpoint = "InputProxy/channels/status"
	VideoInputs          Endpoint = "Video/inputs/channels"
	StreamingChannels    Endpoint = "Streaming/channels"
	Tracks               Endpoint = "record/tracks"
	Search               Endpoint = "search"
	Download             Endpoint = "download"
	DownloadCapabilities Endpoint = "download/capabilities"
	PhotoAddress         Endpoint = "Streaming/tracks" // a photo's own address
	Storage              Endpoint = "Storage"
	Other                Endpoint = "other"
)

// script decides the fault of each request.
type script struct {
	mu     sync.Mutex
	queues map[scriptKey][]Fault
	always map[scriptKey]Fault
	chaos  map[Endpoint]*randomFaults
}

// scriptKey is an endpoint. With a track, it is the requests to the endpoint
// for that track.
type scriptKey struct {
	endpoint Endpoint
	track    int
}

// Chaos describes random faults.
type Chaos struct {
	Seed        uint64  // the same seed gives the same sequence
	Probability float64 // of a fault per request
	Faults      []Fault // default RandomFaults
}

// randomFaults is a running Chaos.
type randomFaults struct {
	Chaos
	rng *rand.Rand
}

// follow sets up the faults of the configuration.
func (rec *Recorder) follow(c Config) {
	rec.script = script{queues: map[scriptKey][]Fault{}, always: map[scriptKey]Fault{}, chaos: map[Endpoint]*randomFaults{}}
	for e, faults := range c.Script {
		rec.Script(e, faults...)
	}
	for e, f := range c.Always {
		rec.ScriptAlways(e, f)
	}
	for e, chaos := range c.Random {
		rec.Chaos(e, chaos)
	}
}

// Script queues faults for the next requests to an endpoint, one each, in
// order. Requests that are not signed in do not count, except for Challenge.
func (rec *Recorder) Script(e Endpoint, faults ...Fault) { rec.ScriptTrack(e, 0, faults...) }

// ScriptTrack is Script for the searches or downloads of one track. It takes
// precedence over Script. Track 0 means all.
func (rec *Recorder) ScriptTrack(e Endpoint, track int, faults ...Fault) {
	s := &rec.script
	s.mu.Lock()
	defer s.mu.Unlock()
	k := scriptKey{e, track}
	s.queues[k] = append(s.queues[k], faults...)
}

// ScriptAlways applies a fault to every request to an endpoint once its scripts
// are used up. It replaces the previous fault; None removes it.
func (rec *Recorder) ScriptAlways(e Endpoint, f Fault) { rec.ScriptTrackAlways(e, 0, f) }

// ScriptTrackAlways is ScriptAlways for one track.
func (rec *Recorder) ScriptTrackAlways(e Endpoint, track int, f Fault) {
	s := &rec.script
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.name == "" {
		delete(s.always, scriptKey{e, track})
		return
	}
	s.always[scriptKey{e, track}] = f
}

// Chaos applies random faults to requests to an endpoint that have no scripted
// fault. The zero Chaos turns it off.
func (rec *Recorder) Chaos(e Endpoint, c Chaos) {
	if len(c.Faults) == 0 {
		c.Faults = RandomFaults()
	}
	s := &rec.script
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chaos[e] = &randomFaults{Chaos: c, rng: rand.New(rand.NewPCG(c.Seed, 0))}
}

// RandomFaults is a mix of faults that a retry overcomes. It does not include
// CorruptHead: when raw files are wanted, bytes in an unknown container are
// kept at once, with a note.
func RandomFaults() []Fault {
	return []Fault{
		DropAfter(0), DropAfter(4096), DropAfter(100_000), ResetAfter(50_000), TruncateChunked(30_000),
		StallAfter(20_000, time.Second), Busy(time.Second), DeviceBusy400, BusyWith200, Spurious400,
		DeviceError500, XMLWith200, HTMLWith200, EmptyBody, SlowHeaders(500 * time.Millisecond), Refuse,
		CloseDelimited(60_000), NoLength, WrongLength(1000),
	}
}

// next returns the fault for a request.
func (s *script) next(e Endpoint, track int) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys := []scriptKey{{e, track}, {e, 0}}
	for _, k := range keys {
		if q := s.queues[k]; len(q) > 0 {
			s.queues[k] = q[1:]
			return q[0]
		}
	}
	for _, k := range keys {
		if f, ok := s.always[k]; ok {
			return f
		}
	}
	if c := s.chaos[e]; c != nil && c.rng.Float64() < c.Probability {
		return c.Faults[c.rng.IntN(len(c.Faults))]
	}
	return Fault{}
}
