package mp4

import (
	"bytes"
	"encoding/binary"
	"slices"

	"example.com/hikgrab/nvr/media/es"
)

const (
	entryLimit  = 64 << 10 // largest sample entry that Read accepts, in bytes
	entryHead   = 8 + 8    // start of a sample entry: box header, reserved bytes and data reference
	visualHead  = 8 + 78   // a video sample entry, up to its inner boxes
	soundHead   = 8 + 28   // a sound sample entry, up to its inner boxes
	bitRates    = 3 + 4 + 4
	tagES       = 3
	tagDecoder  = 4
	elementHead = 13 // a decoder configuration, up to its specific part
)

// entry parses the sample entry of a track.
func (s *Stream) entry(t boxesOf) error {
	b := t["stsd"]
	if len(b) < 8+entryHead {
		return damaged("it does not tell the format of its samples")
	}
	if binary.BigEndian.Uint32(b[4:]) != 1 {
		return &Refusal{Kind: SeveralEntries}
	}
	b = b[8:]
	n := binary.BigEndian.Uint32(b)
	if n < entryHead || int64(n) > int64(len(b)) || n > entryLimit || !s.sound && n < visualHead || s.sound && n < soundHead {
		return damaged("its sample entry has a wrong length")
	}
	s.Entry = slices.Clone(Entry(b[:n]))
	switch s.Entry.Kind() {
	case "encv", "enca", "drmi", "drms":
		return &Refusal{Kind: Encrypted}
	}
	reference := int(binary.BigEndian.Uint16(b[14:]))
	if !within(t["dref"], reference) {
		return &Refusal{Kind: Elsewhere}
	}
	binary.BigEndian.PutUint16(s.Entry[14:], 1) // the number that the Writer uses
	if !s.sound {
		s.Width, s.Height = int(binary.BigEndian.Uint16(b[32:])), int(binary.BigEndian.Uint16(b[34:]))
	}
	return nil
}

// within reports whether a data reference, counted from 1, refers to the file
// itself.
func within(dref []byte, number int) bool {
	if len(dref) < 8 {
		return true // no reference to another file
	}
	here := false
	_ = children(dref[8:], func(_ string, body []byte) error {
		if number--; number == 0 {
			here = len(body) >= 4 && body[3]&1 != 0
		}
		return nil
	})
	return here
}

// Kind returns the four letters of the entry, such as "avc1", or "" if it is
// not an entry.
func (e Entry) Kind() string {
	if len(e) < 8 {
		return ""
	}
	return string(e[4:8])
}

// Same reports whether samples of both entries can share a track. It ignores
// bit rates and encoder names.
func (e Entry) Same(o Entry) bool {
	return bytes.Equal(e, o) || e.Kind() == o.Kind() && bytes.Equal(e.essence(), o.essence())
}

// head returns the length of the entry up to its inner boxes, or 0 if unknown.
func (e Entry) head() int {
	switch {
	case len(e) < soundHead:
		return 0
	case e.visualBox("avcC") != nil || e.visualBox("hvcC") != nil:
		return visualHead
	case e.Kind() == "mp4a" && binary.BigEndian.Uint16(e[16:]) == 0:
		return soundHead
	}
	return 0
}

// visualBox returns the first box of a kind in a video entry.
func (e Entry) visualBox(kind string) []byte {
	if len(e) < visualHead {
		return nil
	}
	var found []byte
	_ = children(e[visualHead:], func(k string, body []byte) error {
		if k == kind && found == nil {
			found = body
		}
		return nil
	})
	return found
}

// essence returns what a decoder needs.
func (e Entry) essence() []byte {
	head := e.head()
	if head == 0 {
		return e
	}
	b := slices.Clone(e[8:head])
	if head == visualHead {
		clear(b[42:74]) // the encoder's name
	}
	_ = children(e[head:], func(kind string, body []byte) error {
		switch kind {
		case "btrt", "free", "skip":
			return nil
		case "esds":
			body = decoderConfiguration(body)
		}
		b = append(append(b, kind...), body...)
		return nil
	})
	return b
}

// decoderConfiguration returns the decoder configuration of an esds box without
// its bit rates, or the whole box if it cannot be parsed.
func decoderConfiguration(esds []byte) []byte {
	b := esds
	if len(b) < 4 {
		return esds
	}
	if b = descriptor(b[4:], tagES); len(b) < 3 || b[2]&0xE0 != 0 {
		return esds
	}
	if b = descriptor(b[3:], tagDecoder); len(b) < elementHead {
		return esds
	}
	b = slices.Clone(b)
	clear(b[2 : 2+bitRates])
	return b
}

// descriptor returns the content of an MPEG-4 descriptor, or nil if b does not
// begin with one of that tag.
func descriptor(b []byte, tag byte) []byte {
	if len(b) < 2 || b[0] != tag {
		return nil
	}
	n := 0
	for i, v := range b[1:min(len(b), 5)] {
		n = n<<7 | int(v&0x7F)
		if v&0x80 == 0 {
			b = b[2+i:]
			return b[:min(n, len(b))]
		}
	}
	return nil
}

// Configuration is the H.264 or H.265 decoder configuration in a sample entry.
type Configuration struct {
	Codec  es.Codec
	Prefix int // length of the size before each NAL unit, 1 to 4 bytes
	Sets   es.ParameterSets
}

// Configuration returns the decoder configuration of H.264 or H.265, or false
// if the entry has no valid one.
func (e Entry) Configuration() (Configuration, bool) {
	if b := e.visualBox("avcC"); len(b) >= 7 {
		return avcConfiguration(b)
	}
	if b := e.visualBox("hvcC"); len(b) >= 23 {
		return hevcConfiguration(b)
	}
	return Configuration{}, false
}

func avcConfiguration(b []byte) (Configuration, bool) {
	c := Configuration{Codec: es.H264, Prefix: 1 + int(b[4]&3)}
	n := int(b[5] & 31)
	b = b[6:]
	var ok bool
	if c.Sets.SPS, b, ok = takeSets(b, n); !ok || len(b) == 0 {
		return c, false
	}
	n = int(b[0])
	c.Sets.PPS, _, ok = takeSets(b[1:], n)
	return c, ok
}

func hevcConfiguration(b []byte) (Configuration, bool) {
	c := Configuration{Codec: es.H265, Prefix: 1 + int(b[21]&3)}
	arrays := int(b[22])
	b = b[23:]
	for range arrays {
		if len(b) < 3 {
			return c, false
		}
		kind, n := b[0]&0x3F, int(binary.BigEndian.Uint16(b[1:]))
		list, rest, ok := takeSets(b[3:], n)
		if !ok {
			return c, false
		}
		b = rest
		if to := map[byte]*[][]byte{32: &c.Sets.VPS, 33: &c.Sets.SPS, 34: &c.Sets.PPS}[kind]; to != nil {
			*to = append(*to, list...)
		}
	}
	return c, true
}

// takeSets reads n parameter sets, each after its length.
func takeSets(b []byte, n int) (list [][]byte, rest []byte, ok bool) {
	for range n {
		if len(b) < 2 {
			return nil, nil, false
		}
		size := int(binary.BigEndian.Uint16(b))
		if size > len(b)-2 {
			return nil, nil, false
		}
		list, b = append(list, b[2:2+size]), b[2+size:]
	}
	return list, b, true
}
