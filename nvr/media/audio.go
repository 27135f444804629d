package media

import (
	"cmp"
	"fmt"
	"hash/maphash"

	"example.com/hikgrab/nvr/media/mp4"
	"example.com/hikgrab/nvr/media/ps"
)

// AudioKind is a kind of audio.
type AudioKind int

// The kinds of audio. Remux keeps the first four.
const (
	NoAudio AudioKind = iota
	G711A
	G711U
	AAC
	MPEGAudio
	OtherAudio // G.722.1, G.726 and the like: MP4 cannot hold them
)

// String returns the name of the audio, or "" for none.
func (k AudioKind) String() string {
	return [...]string{G711A: "G.711 A-law", G711U: "G.711 µ-law", AAC: "AAC", MPEGAudio: "MPEG audio", OtherAudio: "other"}[k]
}

// The kinds of audio, and the names of the ones that MP4 cannot hold, by the
// code in an IMKH header and by the stream_type in a program stream map.
var (
	audioInfos = map[uint16]AudioKind{0: NoAudio, 0x7110: G711U, 0x7111: G711A, 0x2001: AAC, 0x2000: MPEGAudio}
	otherInfos = map[uint16]string{0x722: "G.722.1", 0x723: "G.723.1", 0x726: "G.726", 0x729: "G.729"} // without the last hex digit
	audioTypes = map[byte]AudioKind{0: NoAudio, 0x90: G711A, 0x91: G711U, 0x0F: AAC, 0x03: MPEGAudio, 0x04: MPEGAudio}
	otherTypes = map[byte]string{0x92: "G.722.1", 0x93: "G.723.1", 0x96: "G.726", 0x99: "G.729"}
)

// audioOfType returns the audio for a stream_type, and its name if MP4 cannot
// hold it.
func audioOfType(t byte) (AudioKind, string) {
	if k, known := audioTypes[t]; known {
		return k, ""
	}
	return OtherAudio, cmp.Or(otherTypes[t], fmt.Sprintf("stream type 0x%02X", t))
}

// audioOfInfo returns the audio that an IMKH header announces, and its name if
// MP4 cannot hold it.
func audioOfInfo(m Info) (AudioKind, string) {
	if k, known := audioInfos[m.Audio]; known {
		return k, ""
	}
	return OtherAudio, cmp.Or(otherInfos[m.Audio>>4], fmt.Sprintf("audio 0x%04X", m.Audio))
}

const (
	// audioSlack is how far audio stamps may stray from the sample count.
	audioSlack = clock / 4
	// audioReach is how far a stamp may be from the pictures before it is ignored.
	audioReach = 3 * clock
	// audioLag is how far audio without stamps may fall behind the pictures.
	audioLag = 2 * clock
	// audioWait is how many bytes of audio are kept until the first key frame.
	audioWait = 256 << 10
)

// soundSink receives frames of audio in order. Their times follow later, in the
// same order, in samples.
type soundSink interface {
	soundFormat(e mp4.Entry, rate int)
	sound(frame []byte)
	soundTime(at int64, samples int)
}

// audio splits the audio stream into frames and places them on the timeline of
// the pictures. The sample count sets the times. Stamps only set where audio
// begins and where it resumes after a gap.
type audio struct {
	kind     AudioKind
	name     string    // if MP4 cannot hold it
	header   AudioKind // from the IMKH header
	mapped   AudioKind // from the maps
	probe    probe
	times    *timeline
	sink     soundSink // nil if audio is not wanted
	rate     int
	channels int
	config   [2]byte // AudioSpecificConfig of AAC

	early   []earlyAudio // packets from before the first key frame
	waiting int          // bytes in early
	open    bool         // the first key frame was placed

	begun       bool
	next        int64 // position of the next frame, in samples
	count       int   // frames so far
	seen        int64 // stamp of the latest picture, which may not be placed yet
	last        int64 // latest stamp
	stamped     bool  // last is valid
	unconfirmed bool  // the latest stamp was ahead and is not confirmed yet
	ahead       int64 // where that stamp puts the pending frames, in samples
	pending     []int // samples of each frame that waits for confirmation
	rest        []byte
	formed      bool // the sink knows the audio format
	recent      recent
	odd         int64 // packets that could not be used
	firstOdd    int64
}

type earlyAudio struct {
	packet ps.Packet
	offset int64 // position in the video stream when the packet came
}

// packet takes an audio packet. offset is the length of the video stream before
// it.
func (a *audio) packet(p *ps.Packet, offset int64) {
	if a.open {
		a.use(p)
		return
	}
	const overhead = 128 // memory per packet, however small
	if a.waiting += len(p.Payload) + overhead; a.waiting > audioWait {
		a.early, a.waiting = nil, len(p.Payload)+overhead
	}
	a.early = append(a.early, earlyAudio{kept(p), offset})
}

// start reports that the first key frame, at offset of the video stream, was
// placed. Audio that came before it is kept only if its stamps are later.
func (a *audio) start(offset int64) {
	a.open = true
	for i := range a.early {
		e := &a.early[i]
		p := &e.packet
		if e.offset > offset || p.HasPTS && a.times.locate(p.PTS) >= 0 && a.times.locate(p.PTS) < audioReach {
			a.use(p)
		}
	}
	a.early = nil
}

// use takes a packet. Packets wait until the kind of audio is known.
func (a *audio) use(p *ps.Packet) {
	if a.probe.done {
		a.take(p)
		return
	}
	if a.probe.add(p, a.kind) {
		a.begin()
	}
}

// begin takes the packets that the probe held back.
func (a *audio) begin() {
	if a.probe.found != NoAudio {
		a.kind, a.name = a.probe.found, ""
	}
	a.probe.done = true
	for i := range a.probe.packets {
		a.take(&a.probe.packets[i])
	}
	a.probe.packets, a.probe.bytes = nil, nil
}

// take drops duplicates and passes a packet on by its kind.
func (a *audio) take(p *ps.Packet) {
	if p.HasPTS {
		// Some recorders repeat one stamp, and silence always looks the same, so
		// neither alone makes a duplicate.
		d := difference(p.PTS, a.last)
		back := a.stamped && (d < 0 || d == 0 && a.recent.inside)
		if a.recent.again(sighting{pts: p.PTS, print: fingerprint(p.Payload)}, back) {
			return
		}
		a.last, a.stamped = p.PTS, true
	}
	if a.kind == NoAudio {
		a.kind = sniffAudio(p.Payload)
	}
	switch a.kind {
	case G711A, G711U:
		a.pcm(p)
	case AAC, MPEGAudio:
		a.frames(p)
	case NoAudio, OtherAudio:
		a.reject(p.Offset)
	}
}

func (a *audio) reject(offset int64) {
	if a.odd++; a.odd == 1 {
		a.firstOdd = offset
	}
}

// fingerprint identifies a packet by its first bytes and its length.
func fingerprint(b []byte) uint64 { return maphash.Bytes(seed, b[:min(len(b), 128)]) + uint64(len(b)) }

var seed = maphash.MakeSeed()
