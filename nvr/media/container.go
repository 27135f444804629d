package media

import (
	"bytes"
	"encoding/binary"
)

// Container is what a file is, by its first bytes.
type Container int

// The containers. A file that begins with an IMKH header is named for what the
// header announces, because the header alone does not make it playable.
const (
	UnknownContainer Container = iota
	PS                         // an MPEG program stream
	IMKH                       // an MPEG program stream behind an IMKH header
	IMKHPrivate                // Hikvision's old private format
	IMKHTS                     // an MPEG transport stream behind an IMKH header
	IMKHRTP                    // RTP packets behind an IMKH header
	IMKHMP4                    // MP4 behind an IMKH header
	IMKHOther                  // an IMKH header that announces something else
	MP4                        // MP4 or QuickTime
	JPEG                       // a picture
	XML                        // an answer of the recorder, not a recording
	HTML                       // a web page, not a recording
)

var containerWords = [...]string{
	UnknownContainer: "unknown data",
	PS:               "MPEG program stream",
	IMKH:             "Hikvision MPEG program stream",
	IMKHPrivate:      "Hikvision private stream",
	IMKHTS:           "Hikvision MPEG transport stream",
	IMKHRTP:          "Hikvision RTP capture",
	IMKHMP4:          "Hikvision MP4",
	IMKHOther:        "Hikvision stream of an unknown kind",
	MP4:              "MP4",
	JPEG:             "JPEG picture",
	XML:              "XML message",
	HTML:             "web page",
}

// String returns the container in words.
func (c Container) String() string {
	if c < 0 || int(c) >= len(containerWords) {
		c = UnknownContainer
	}
	return containerWords[c]
}

// ProgramStream reports whether the container is one that Scanner and Remux
// read.
func (c Container) ProgramStream() bool { return c == PS || c == IMKH }

// SniffLen is how many bytes Sniff looks at, at most.
const SniffLen = 512

// packStart is the start code of a pack.
var packStart = []byte{0, 0, 1, 0xBA}

// Sniff tells a container from the first bytes of a file. A file's name and its
// MIME type prove nothing: recorders send program streams as MP4, and errors as
// recordings.
func Sniff(head []byte) Container {
	head = head[:min(len(head), SniffLen)]
	if info, ok := ParseInfo(head); ok {
		return info.container(head)
	}
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n"))
	switch {
	case bytes.HasPrefix(head, packStart):
		return PS
	case len(head) >= 8 && bytes.Contains([]byte("ftyp moov mdat free skip wide"), head[4:8]):
		return MP4
	case bytes.HasPrefix(head, []byte{0xFF, 0xD8, 0xFF}):
		return JPEG
	case bytes.HasPrefix(text, []byte("<!doctype html")), bytes.HasPrefix(text, []byte("<html")):
		return HTML
	case bytes.HasPrefix(text, []byte("<")):
		return XML
	}
	return UnknownContainer
}

// Info is the IMKH header, as the PlayM4 SDK calls it.
type Info struct {
	Version  uint16
	Device   uint16
	System   uint16 // 1 private, 2 program stream, 3 transport stream, 4 RTP, 5 MP4, 8 GB/T 28181 program stream
	Video    uint16 // 1 private H.264, 3 MPEG-4, 4 MJPEG, 5 H.265, 0x100 H.264
	Audio    uint16 // 0x7110 G.711 µ-law, 0x7111 G.711 A-law, 0x2001 AAC, …
	Channels uint8
	Bits     uint8  // per audio sample
	Rate     uint32 // audio samples per second
	BitRate  uint32 // of the audio
	Flag     uint8  // 0x81 smart codec, 0x82 intra refresh, 0x84 key frames far apart
}

// infoLen is the length of an IMKH header.
const infoLen = 40

// ParseInfo reads the IMKH header that head begins with; false when there
// is none.
func ParseInfo(head []byte) (Info, bool) {
	if len(head) < infoLen || !bytes.HasPrefix(head, []byte("IMKH")) {
		return Info{}, false
	}
	u16 := binary.LittleEndian.Uint16
	return Info{
		Version: u16(head[4:]), Device: u16(head[6:]), System: u16(head[8:]), Video: u16(head[10:]), Audio: u16(head[12:]),
		Channels: head[14], Bits: head[15],
		Rate:    binary.LittleEndian.Uint32(head[16:]),
		BitRate: binary.LittleEndian.Uint32(head[20:]),
		Flag:    head[24],
	}, true
}

// container judges what follows the header. The bytes outrank the announcement:
// a pack is a pack, whatever the header calls it.
func (m Info) container(head []byte) Container {
	if packOffset(head) >= 0 {
		return IMKH
	}
	switch m.System {
	case 1:
		return IMKHPrivate
	case 2, 8:
		return IMKH
	case 3:
		return IMKHTS
	case 4, 0x401:
		return IMKHRTP
	case 5:
		return IMKHMP4
	}
	return IMKHOther
}

// packOffset returns where the first pack begins. The header has 40 bytes, but
// some write it shorter, so the pack itself decides.
func packOffset(head []byte) int {
	return bytes.Index(head[:min(len(head), 64)], packStart)
}
