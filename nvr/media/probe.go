package media

import (
	"bytes"

	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/ps"
)

// probe identifies the audio by its first packets, because recorders send AAC
// and announce G.711. AAC and MPEG audio have recognizable frames; G.711 does
// not.
type probe struct {
	done    bool
	found   AudioKind // NoAudio if it is as announced
	packets []ps.Packet
	bytes   []byte // the payloads of packets
}

const (
	probeFrames  = 3        // this many in a row are no coincidence
	probePackets = 16       // most packets to look at
	probeBytes   = 16 << 10 // most bytes to look at
)

// add looks at one more packet and reports whether it has seen enough.
func (o *probe) add(p *ps.Packet, announced AudioKind) bool {
	o.packets = append(o.packets, kept(p))
	o.bytes = append(o.bytes, p.Payload...)
	if announced == NoAudio {
		return true
	}
	if seen := sniffAudio(p.Payload); (announced == AAC || announced == MPEGAudio) && (seen == NoAudio || seen == announced) {
		return true
	}
	open := false
	if o.found, open = framed(o.bytes, probeFrames); !open {
		return true
	}
	return len(o.packets) >= probePackets || len(o.bytes) >= probeBytes
}

// kept returns a copy of a packet that stays valid.
func kept(p *ps.Packet) ps.Packet {
	c := *p
	c.Payload = bytes.Clone(p.Payload)
	return c
}

// framed returns the kind of audio that has the given number of consecutive
// frames in b. If there is none, open reports whether more bytes could change
// that.
func framed(b []byte, frames int) (kind AudioKind, open bool) {
	for i := range b {
		rest, n := b[i:], 0
		first, err := es.ParseAudioFrame(rest)
		for f := first; err == nil && f.AAC == first.AAC && f.Rate == first.Rate && f.Config == first.Config; n++ {
			if n == frames-1 && len(rest) >= f.Size {
				return kindOf(f), false
			}
			if len(rest) < f.Size+es.AudioHeader {
				open = true
				break
			}
			rest = rest[f.Size:]
			f, err = es.ParseAudioFrame(rest)
		}
	}
	return NoAudio, open
}

// sniffAudio returns the kind of audio if b begins with a frame, otherwise
// NoAudio.
func sniffAudio(b []byte) AudioKind {
	f, err := es.ParseAudioFrame(b)
	if err != nil {
		return NoAudio
	}
	return kindOf(f)
}

func kindOf(f es.AudioFrame) AudioKind {
	if f.AAC {
		return AAC
	}
	return MPEGAudio
}
