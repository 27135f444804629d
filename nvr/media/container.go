package media

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// Container is the format of a file, judged by its first bytes.
type Container int

// The containers. A file with an IMKH header is named after what the header
// announces, because the header alone does not make it playable.
const (
	UnknownContainer Container = iota
	PS                         // an MPEG program stream
	IMKH                       // an MPEG program stream after an IMKH header
	IMKHPrivate                // Hikvision's old private format
	IMKHTS                     // an MPEG transport stream after an IMKH header
	IMKHRTP                    // RTP packets after an IMKH header
	IMKHMP4                    // MP4 after an IMKH header
	IMKHOther                  // something else after an IMKH header
	MP4                        // MP4 or QuickTime
	JPEG                       // a picture
	HKH4                       // a private format of some recorders, named after its first bytes
	TS                         // an MPEG transport stream
	AVI                        // Microsoft's container
	BareH264                   // H.264 without a container
	BareH265                   // H.265 without a container
	XML                        // a message from the recorder, not a recording
	HTML                       // a web page, not a recording
	JSON                       // a message from the recorder, not a recording
	Text                       // plain text, not a recording
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
	HKH4:             "Hikvision 4HKH stream",
	TS:               "MPEG transport stream",
	AVI:              "AVI",
	BareH264:         "H.264 without a container",
	BareH265:         "H.265 without a container",
	XML:              "XML message",
	HTML:             "web page",
	JSON:             "JSON message",
	Text:             "text",
}

// String describes the container in words.
func (c Container) String() string { return containerWords[c] }

// ProgramStream reports whether Scanner and Remux can read the container.
func (c Container) ProgramStream() bool { return c == PS || c == IMKH }

// Recording reports whether recorders store recordings or photos in the
// container.
func (c Container) Recording() bool { return c > UnknownContainer && c <= JPEG }

// Message reports whether it is text: a message from the recorder, not a
// recording.
func (c Container) Message() bool { return c >= XML && c <= Text }

// SniffLen is how many bytes Sniff needs.
const SniffLen = 512

// packStart is the start code of a pack.
var packStart = []byte{0, 0, 1, 0xBA}

// Sniff identifies a container from the first bytes of a file. Names and MIME
// types prove nothing: recorders send program streams as MP4, and errors as
// recordings.
func Sniff(head []byte) Container {
	head = head[:min(len(head), SniffLen)]
	if info, ok := ParseInfo(head); ok {
		return info.container(head)
	}
	begins := func(with string) bool { return bytes.HasPrefix(head, []byte(with)) }
	switch {
	case begins("IMKH"):
		return IMKHOther // cut short
	case bytes.HasPrefix(head, packStart):
		return PS
	case len(head) >= 8 && slices.Contains(movieBoxes, string(head[4:8])):
		return MP4
	case begins("\xFF\xD8"):
		return JPEG
	case begins("4HKH"):
		return HKH4
	case begins("RIFF") && len(head) >= 12 && string(head[8:12]) == "AVI ":
		return AVI
	case len(head) > tsPacket && head[0] == 'G' && head[tsPacket] == 'G':
		return TS
	case begins("\x00\x00\x01"):
		return bare(head[3:])
	case begins("\x00\x00\x00\x01"):
		return bare(head[4:])
	}
	return message(head)
}

// movieBoxes are the boxes that can begin an MP4 or QuickTime movie.
var movieBoxes = []string{"ftyp", "moov", "mdat", "free", "skip", "wide"}

// tsPacket is the length of a transport stream packet, which begins with 'G'.
const tsPacket = 188

// bare identifies video without a container by its first NAL unit: a parameter
// set or an access unit delimiter.
func bare(nal []byte) Container {
	switch {
	case len(nal) < 2:
	case (nal[0] == 0x40 || nal[0] == 0x42 || nal[0] == 0x46) && nal[1] == 1:
		return BareH265
	case nal[0]&0x9F == 7, nal[0] == 9:
		return BareH264
	}
	return UnknownContainer
}

// message identifies the kind of text.
func message(head []byte) Container {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n")
	lower := bytes.ToLower(text)
	switch {
	case bytes.HasPrefix(lower, []byte("<!doctype html")), bytes.HasPrefix(lower, []byte("<html")):
		return HTML
	case bytes.HasPrefix(text, []byte("<")):
		return XML
	case len(text) == 0, bytes.ContainsFunc(text, notText):
		return UnknownContainer
	case text[0] == '{', text[0] == '[':
		return JSON
	}
	return Text
}

// notText reports whether r never occurs in text.
func notText(r rune) bool { return r < ' ' && r != '\t' && r != '\r' && r != '\n' }

// Info holds the useful fields of the IMKH header, named as in the PlayM4 SDK.
type Info struct {
	System   uint16 // 1 private, 2 program stream, 3 transport stream, 4 RTP, 5 MP4, 8 GB/T 28181 program stream
	Video    uint16 // 1 private H.264, 3 MPEG-4, 4 MJPEG, 5 H.265, 0x100 H.264
	Audio    uint16 // 0x7110 G.711 µ-law, 0x7111 G.711 A-law, 0x2001 AAC, …
	Channels uint8
	Rate     uint32 // audio samples per second
}

// infoLen is the length of an IMKH header.
const infoLen = 40

// ParseInfo parses an IMKH header at the start of head. It reports whether
// there is one.
func ParseInfo(head []byte) (Info, bool) {
	if len(head) < infoLen || !bytes.HasPrefix(head, []byte("IMKH")) {
		return Info{}, false
	}
	u16 := binary.LittleEndian.Uint16
	return Info{
		System: u16(head[8:]), Video: u16(head[10:]), Audio: u16(head[12:]),
		Channels: head[14], Rate: binary.LittleEndian.Uint32(head[16:]),
	}, true
}

// container identifies what follows the header. A pack there outranks what the
// header announces.
func (m Info) container(head []byte) Container {
	if packOffset(head) >= 0 {
		return IMKH
	}
	return cmp.Or(systems[m.System], IMKHOther)
}

// systems maps the System field to a container.
var systems = map[uint16]Container{1: IMKHPrivate, 2: IMKH, 3: IMKHTS, 4: IMKHRTP, 5: IMKHMP4, 8: IMKH, 0x401: IMKHRTP}

// packOffset returns the offset of the first pack, or -1. The header should
// have 40 bytes, but some recorders write a shorter one.
func packOffset(head []byte) int {
	return bytes.Index(head[:min(len(head), 64)], packStart)
}
