package media

import (
	"cmp"
	"fmt"

	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/ps"
)

// hints takes over what the IMKH header says.
func (r *reader) hints(m Info) {
	switch m.Video {
	case 1, 0x100:
		r.video.Codec = es.H264
	case 5:
		r.video.Codec = es.H265
	case 3:
		r.announced, r.foreign = "MPEG-4", true
	case 4:
		r.announced, r.foreign = "MJPEG", true
	}
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
			r.audio.announce(s.Type)
		}
	}
}

// mapVideo takes over the kind of video that a map tells. It outranks the IMKH
// header, and the stream itself outranks both.
func (r *reader) mapVideo(t byte) {
	if t == r.videoHeld {
		return
	}
	if r.report.KeyFrames > 0 {
		now := codecOfType(t)
		changed := now != es.Unknown && codecOfType(r.videoHeld) == r.video.Codec
		// One such map may be damaged.
		if r.otherMaps++; changed && r.otherMaps > 1 {
			r.refuse(ForeignCodec, "the codec changes in the middle")
		}
		return
	}
	r.videoHeld, r.foreign = t, false
	if c := codecOfType(t); c != es.Unknown {
		r.video.Codec = c
		return
	}
	switch t {
	case 0x01, 0x02:
		r.announced, r.foreign = "MPEG-2", true
	case 0x10:
		r.announced, r.foreign = "MPEG-4", true
	case 0xB0:
		r.announced, r.foreign = "Hikvision's private H.264", true
	case 0xB1:
		r.announced, r.foreign = "MJPEG", true
	default:
		r.announced = fmt.Sprintf("stream type 0x%02X", t)
	}
}

// codecOfType returns the video that a stream_type stands for.
func codecOfType(t byte) es.Codec {
	switch t {
	case 0x1B:
		return es.H264
	case 0x24:
		return es.H265
	}
	return es.Unknown
}
