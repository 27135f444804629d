package simulator

import (
	"bytes"
	_ "embed" // the clips
	"sync"
)

// The picture size of the clips, in pixels.
const (
	clipWidth  = 320
	clipHeight = 180
)

var (
	//go:embed clips/h264.es
	clipH264 []byte
	//go:embed clips/h265.es
	clipH265 []byte
	//go:embed clips/g711a.es
	clipSound []byte
)

// frame is one picture of a clip: its NAL units, with start codes.
type frame struct {
	units [][]byte
	key   bool
}

// clips returns the pictures of the clip for a codec.
var clips = [...]func() []frame{
	H264: sync.OnceValue(func() []frame { return splitFrames(clipH264, isPictureH264) }),
	H265: sync.OnceValue(func() []frame { return splitFrames(clipH265, isPictureH265) }),
}

// isPictureH264 reports whether a unit carries a picture, and whether it is a
// key frame.
func isPictureH264(unit []byte) (picture, key bool) {
	kind := unit[4] & 0x1F
	return kind >= 1 && kind <= 5, kind == 5
}

// isPictureH265 is isPictureH264 for H.265.
func isPictureH265(unit []byte) (picture, key bool) {
	kind := unit[4] >> 1 & 0x3F
	return kind < 32, kind >= 16 && kind <= 21
}

// splitFrames splits a clip into pictures. The clips have one slice per
// picture.
func splitFrames(clip []byte, kind func([]byte) (bool, bool)) []frame {
	var frames []frame
	var current frame
	for _, unit := range splitUnits(clip) {
		current.units = append(current.units, unit)
		if picture, key := kind(unit); picture {
			current.key = key
			frames = append(frames, current)
			current = frame{}
		}
	}
	return frames
}

// splitUnits splits a clip before every start code, and makes every start code
// four bytes long.
func splitUnits(clip []byte) [][]byte {
	var units [][]byte
	for _, part := range bytes.Split(clip, []byte{0, 0, 1})[1:] {
		unit := append([]byte{0, 0, 0, 1}, bytes.TrimRight(part, "\x00")...)
		units = append(units, unit)
	}
	return units
}
