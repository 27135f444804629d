// Package ps parses MPEG program streams as Hikvision recorders write them:
// packs with a frame number in their stuffing, a program stream map with the
// recorder's wall clock, one elementary stream packet per NAL unit.
//
// It works on bytes as they arrive, and its results do not depend on how the
// stream is cut into writes. It copies a packet only if the packet straddles
// two writes. No input makes it hold more than one packet or look at a byte
// more than a few times.
//
// It is not for elementary streams: the contents of packets are for package es.
// It writes nothing and judges nothing.
package ps

import "time"

// Handler receives what a Demuxer finds, in stream order. Arguments are valid
// only during the call.
type Handler interface {
	Pack(Pack)
	Map(*Map)
	Packet(*Packet)
	Damage(Damage)
}

// Pack is a pack header.
type Pack struct {
	Offset   int64  // in the stream
	Number   uint32 // the recorder's frame number, if Numbered
	Numbered bool   // the stuffing was FF FF and a number, as Hikvision writes it
}

// Packet is an elementary stream packet, or the continuation of one.
type Packet struct {
	Offset    int64 // of the packet in the stream
	ID        byte  // 0xC0-0xDF audio, 0xE0-0xEF video
	PTS, DTS  int64 // 33 bits, in 1/90000 s
	HasPTS    bool
	HasDTS    bool
	Scrambled bool   // PES_scrambling_control says that the payload is encrypted
	Damaged   bool   // bytes are missing from it, or it has foreign bytes
	Continued bool   // continues a packet without a length; it has no stamps
	Payload   []byte // a piece of the elementary stream
}

// Video reports whether the packet carries video.
func (p *Packet) Video() bool { return p.ID&0xF0 == 0xE0 }

// Audio reports whether the packet carries audio.
func (p *Packet) Audio() bool { return p.ID&0xE0 == 0xC0 }

// Map is a program stream map. Recorders write one before each key frame.
type Map struct {
	Offset        int64
	Streams       []Stream
	Wall          time.Time // the recorder's wall clock, in UTC as the carrier; zero if unknown
	FrameInterval int64     // in 1/90000 s, as announced by the recorder; 0 if unknown
}

// Stream is one entry of a program stream map.
type Stream struct {
	ID   byte
	Type byte // stream_type: 0x1B H.264, 0x24 H.265, 0x90 G.711 A-law, …
}

// DamageKind says what is wrong in a place in the stream.
type DamageKind int

// The kinds of damage.
const (
	Garbage DamageKind = iota // bytes outside packets, which were skipped
	Broken                    // a packet whose length does not lead to another start code
	Cut                       // the stream ends inside a packet or header
)

// Damage is a damaged place in the stream.
type Damage struct {
	Kind   DamageKind
	Offset int64
	Bytes  int64 // affected
}
