package media

import (
	"bytes"

	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/ps"
)

// probe looks at the first packets of audio: recorders send AAC and announce
// G.711. Frames of AAC and MPEG audio show themselves, G.711 does not.
type probe struct {
	done    bool
	found   AudioKind // NoAudio: what was announced
	packets []ps.Packet
	bytes   []byte // all that is in them
}

const (
	probeFrames  = 3        // that follow each other are no chance
	probePackets = 16       // are looked at, at most,
	probeBytes   = 16 << 10 // and so many bytes of them
)

// add looks at one more packet, and reports whether enough has been seen.
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

// kept returns a copy of a packet that may be used later.
func kept(p *ps.Packet) ps.Packet {
	c := *p
	c.Payload = bytes.Clone(p.Payload)
	return c
}

// framed returns the kind of audio of which so many frames follow each other in
// b. While there is none, open says that more bytes could bring them.
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

// sniffAudio tells the kind of audio that begins with a frame; NoAudio when
// there is none.
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
