// Package es reads elementary streams: it groups the NAL units of H.264 and
// H.265 into access units, parses parameter sets, and splits AAC and MPEG audio
// into frames.
//
// The access units do not depend on how the stream is cut into writes, and data
// is copied only if the caller asks for it.
//
// It is not for timing: it carries stamps along and never interprets them. It
// is not for decoding, and it changes no bit of a picture.
package es

// Codec is a video codec.
type Codec int

// The codecs that a recording can hold and this package can read.
const (
	Unknown Codec = iota
	H264
	H265
)

// String returns "H.264", "H.265", or "" for Unknown.
func (c Codec) String() string { return [...]string{H264: "H.264", H265: "H.265"}[c] }

// Stamp is what the container says about the next access unit.
type Stamp struct {
	PTS, DTS int64 // in 1/90000 s; DTS equals PTS if the stream gives none
	HasPTS   bool
	HasDTS   bool
	Number   uint32 // the recorder's frame number, if Numbered
	Numbered bool
	Wall     int64 // the recorder's wall clock in Unix milliseconds; 0 if unknown
}

// AccessUnit is one picture with everything that belongs to it.
type AccessUnit struct {
	Stamp
	Offset      int64  // in the elementary stream
	Key         bool   // decoding can begin here
	Damaged     bool   // bytes are missing from it, or it has foreign bytes
	Holed       bool   // a slice has a block of zeros, which no encoder writes
	Passed      bool   // a stamped packet before it belongs to no access unit
	Field       bool   // half of an interlaced picture
	Size        int    // bytes of its NAL units, each with a four-byte length
	Fingerprint uint64 // of its size and the start of its first slice
	Data        []byte // the NAL units with their lengths, if wanted; valid during the call
	TooLarge    bool   // Data is incomplete, because the unit exceeds the limit
}

// ParameterSets are the sets that a decoder needs, without start codes.
type ParameterSets struct {
	VPS, SPS, PPS [][]byte
}
