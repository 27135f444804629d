package media

import (
	"cmp"
	"fmt"

	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/ps"
)

// The video codecs, and the names of the ones that are not read, by the code in
// an IMKH header and by the stream_type in a program stream map.
var (
	codecInfos   = map[uint16]es.Codec{1: es.H264, 0x100: es.H264, 5: es.H265}
	foreignInfos = map[uint16]string{3: "MPEG-4", 4: "MJPEG"}
	codecTypes   = map[byte]es.Codec{0x1B: es.H264, 0x24: es.H265}
	foreignTypes = map[byte]string{0x01: "MPEG-2", 0x02: "MPEG-2", 0x10: "MPEG-4", 0xB0: "Hikvision's private H.264", 0xB1: "MJPEG"}
)

// hints applies what the IMKH header says.
func (r *reader) hints(m Info) {
	r.video.Codec = codecInfos[m.Video]
	r.announced, r.foreign = foreignInfos[m.Video]
	r.audio.kind, r.audio.name = audioOfInfo(m)
	r.audio.header = r.audio.kind
	r.audio.rate, r.audio.channels = 0, int(m.Channels)
	if k := r.audio.kind; k == G711A || k == G711U {
		r.audio.rate = int(m.Rate)
	}
}

// Map is called for each program stream map.
func (r *reader) Map(m *ps.Map) {
	if !m.Wall.IsZero() {
		r.wall = m.Wall.UnixMilli()
	}
	if m.FrameInterval > 0 && m.FrameInterval <= stepLimit {
		r.interval = m.FrameInterval
		r.times.step = cmp.Or(r.times.step, m.FrameInterval)
	}
	for _, s := range m.Streams {
		switch {
		case s.ID&0xF0 == 0xE0 && (r.videoID == 0 || s.ID == r.videoID):
			r.mapVideo(s.Type)
		case s.ID&0xE0 == 0xC0 && (r.audioID == 0 || s.ID == r.audioID) && !r.audio.formed:
			// It outranks the IMKH header, and the stream itself outranks both.
			if kind, name := audioOfType(s.Type); kind != NoAudio {
				r.audio.kind, r.audio.name, r.audio.mapped = kind, name, kind
			}
		}
	}
}

// mapVideo applies the video type from a map. The map outranks the IMKH header,
// and the stream itself outranks both.
func (r *reader) mapVideo(t byte) {
	if t == r.videoHeld {
		return
	}
	if r.report.KeyFrames > 0 {
		changed := codecTypes[t] != es.Unknown && codecTypes[r.videoHeld] == r.video.Codec
		// A single map may be damaged.
		if r.otherMaps++; changed && r.otherMaps > 1 {
			r.refuse(ForeignCodec, "the codec changes in the middle")
		}
		return
	}
	r.videoHeld = t
	var name string
	name, r.foreign = foreignTypes[t]
	if c := codecTypes[t]; c != es.Unknown {
		r.video.Codec = c
		return
	}
	r.announced = cmp.Or(name, fmt.Sprintf("stream type 0x%02X", t))
}
