package media

import (
	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/mp4"
	"example.com/hikgrab/nvr/media/ps"
)

// pcm takes a packet of G.711, one byte per sample and channel.
func (a *audio) pcm(p *ps.Packet) {
	if a.rate <= 0 || a.rate > 192000 {
		a.rate = 8000
	}
	if a.channels < 1 || a.channels > 2 {
		a.channels = 1
	}
	if !a.formed {
		kind := "alaw"
		if a.kind == G711U {
			kind = "ulaw"
		}
		a.form(mp4.G711(kind, a.rate, a.channels))
	}
	a.locate(p)
	if whole := len(p.Payload) / a.channels * a.channels; whole > 0 {
		a.emit(p.Payload[:whole], whole/a.channels)
	}
}

// frames takes a packet of AAC or MPEG audio. Frames may straddle packets. An
// MP4 describes the audio to the decoder only once, so frames in another format
// are left out.
func (a *audio) frames(p *ps.Packet) {
	if p.Damaged {
		// There is no telling which of its frames are whole, or whether the next
		// packet continues it.
		a.rest = a.rest[:0]
		return
	}
	// The packet's stamp is that of the first frame that begins in it.
	straddles := len(a.rest) > 0
	a.rest = append(a.rest, p.Payload...)
	if !straddles && a.formed {
		a.locate(p)
	}
	b := a.rest
	skipped := false
	for len(b) >= es.AudioHeader {
		f, err := es.ParseAudioFrame(b)
		if err != nil || f.AAC != (a.kind == AAC) || a.formed && (f.Rate != a.rate || f.Config != a.config) {
			skipped = true
			b = b[1:]
			continue
		}
		if len(b) < f.Size {
			break
		}
		if !a.formed {
			a.rate, a.channels, a.config = f.Rate, f.Channels, f.Config
			a.form(mp4.Sound(f))
			a.locate(p)
			straddles = false
		}
		data := b[:f.Size]
		if f.AAC {
			data = b[f.Header:f.Size]
		}
		a.emit(data, f.Samples)
		if b = b[f.Size:]; straddles {
			a.locate(p)
			straddles = false
		}
	}
	if skipped {
		a.reject(p.Offset)
	}
	a.rest = a.rest[:copy(a.rest, b)]
}

// form tells the sink the format of the audio.
func (a *audio) form(e mp4.Entry) {
	a.formed = true
	if a.sink != nil {
		a.sink.soundFormat(e, a.rate)
	}
}

func (a *audio) emit(frame []byte, samples int) {
	if a.sink != nil {
		a.sink.sound(frame)
	}
	a.count++
	a.pending = append(a.pending, samples)
	if !a.unconfirmed || len(a.pending) > pendingMax {
		a.settle(false)
	}
}

// pendingMax is how many frames wait for a stamp to confirm a gap.
const pendingMax = 64

// settle places the pending frames where the unconfirmed stamp says, if
// confirmed, or else directly after the previous frame.
func (a *audio) settle(confirmed bool) {
	if a.unconfirmed && confirmed {
		a.next = a.ahead
	}
	a.unconfirmed = false
	for _, n := range a.pending {
		if a.sink != nil {
			a.sink.soundTime(a.next, n)
		}
		a.next += int64(n)
	}
	a.pending = a.pending[:0]
}

// locate moves the next frame ahead if the packet's stamp, or the pictures,
// show that audio is missing before it. It never moves back. A single stamp may
// be wrong, so a second stamp or the pictures must confirm it.
func (a *audio) locate(p *ps.Packet) {
	rate := int64(a.rate)
	var stamp int64 // in samples
	near := false
	if p.HasPTS {
		at := a.times.locate(p.PTS)
		near = abs(at-a.times.at) <= audioReach || abs(at-a.times.locate(a.seen)) <= audioReach
		stamp = mp4.Rescale(at, clock, rate, mp4.Down)
	}
	pictures := a.times.at * rate / clock
	slack := audioSlack * rate / clock
	if !a.begun {
		a.begun = true
		a.next = pictures
		if near && abs(stamp-pictures) <= slack {
			a.next = stamp
			return
		}
		a.unconfirmed, a.ahead = near, stamp
		return
	}
	if a.unconfirmed && p.HasPTS {
		var since int64
		for _, n := range a.pending {
			since += int64(n)
		}
		behind := pictures-a.next > audioLag*rate/clock
		a.settle(near && (behind || abs(stamp-a.ahead-since) <= since/2))
	}
	switch {
	case a.unconfirmed:
	case near && stamp-a.next > slack:
		a.unconfirmed, a.ahead = true, stamp
	case !near && pictures-a.next > audioLag*rate/clock:
		a.next = pictures
	}
}
