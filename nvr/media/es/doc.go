// Package es reads elementary streams: it groups the NAL units of H.264 and
// H.265 into access units, reads parameter sets, and frames AAC and MPEG audio.
//
// Its goals: any way of cutting the stream into pieces gives the same access
// units, and data is copied only when somebody wants it.
//
// It is not for time: stamps are carried along, never interpreted. It decodes
// no picture and changes no bit of one.
package es

// Codec is a kind of video.
type Codec int

// The codecs that a recording can hold and this package can read.
const (
	Unknown Codec = iota
	H264
	H265
)

// String returns the codec's name, "H.264" or "H.265", and "" when unknown.
func (c Codec) String() string { return [...]string{H264: "H.264", H265: "H.265"}[c] }

// Stamp is what the container says about the access unit that begins next.
type Stamp struct {
	PTS, DTS int64 // in 1/90000 s; DTS equals PTS when it is not told
	HasPTS   bool
	HasDTS   bool
	Number   uint32 // the recorder's frame number; valid when Numbered
	Numbered bool
	Wall     int64 // the recorder's wall clock in Unix milliseconds; 0 when not told
}

// AccessUnit is one picture with everything that belongs to it.
type AccessUnit struct {
	Stamp
	Offset      int64  // in the elementary stream
	Key         bool   // decoding can begin here
	Damaged     bool   // bytes are missing from it, or foreign bytes are in it
	Holed       bool   // a block of zeros stands in a slice, where no encoder writes one
	Passed      bool   // in front of it stands a packet with a stamp that no access unit has
	Field       bool   // half of an interlaced picture
	Size        int    // bytes of its NAL units, each with a length of four bytes
	Fingerprint uint64 // of its size and the beginning of its first slice
	Data        []byte // the NAL units with their lengths, when wanted; valid during the call
	TooLarge    bool   // Data is not complete: the unit exceeds the limit
}

// ParameterSets are the sets a decoder needs, each without a start code.
type ParameterSets struct {
	VPS, SPS, PPS [][]byte
}
