package es

import "errors"

// ErrAudioFrame means that the bytes do not begin with an audio frame.
var ErrAudioFrame = errors.New("not an audio frame")

// AudioFrame is the header of an AAC frame in ADTS, or of an MPEG audio frame.
type AudioFrame struct {
	AAC      bool
	Version2 bool    // MPEG-2 audio, at half the sample rates
	Header   int     // bytes before the data
	Size     int     // bytes, with the header
	Samples  int     // per channel
	Rate     int     // samples per second
	Channels int     // 0 if only the stream itself says
	Config   [2]byte // AudioSpecificConfig of AAC
}

// AudioHeader is how many bytes ParseAudioFrame needs.
const AudioHeader = 7

var aacRates = [...]int{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350}

// ParseAudioFrame parses the frame header at the start of b.
func ParseAudioFrame(b []byte) (AudioFrame, error) {
	if len(b) < AudioHeader || b[0] != 0xFF || b[1]&0xF0 != 0xF0 {
		return AudioFrame{}, ErrAudioFrame
	}
	if b[1]&0xF6 == 0xF0 {
		return parseADTS(b)
	}
	return parseMPEGAudio(b)
}

func parseADTS(b []byte) (AudioFrame, error) {
	object, rate := b[2]>>6+1, int(b[2]>>2&15)
	f := AudioFrame{
		AAC: true, Header: 7, Samples: 1024 * (1 + int(b[6]&3)),
		Size:     int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5]>>5),
		Channels: int(b[2]&1)<<2 | int(b[3]>>6),
	}
	if b[1]&1 == 0 {
		f.Header = 9
	}
	if rate >= len(aacRates) || f.Size <= f.Header {
		return AudioFrame{}, ErrAudioFrame
	}
	f.Rate = aacRates[rate]
	f.Config = [2]byte{object<<3 | byte(rate)>>1, byte(rate)<<7 | byte(f.Channels)<<3}
	if f.Channels == 7 {
		f.Channels = 8
	}
	return f, nil
}

var (
	mpegRates = [...]int{44100, 48000, 32000}
	// Kilobits per second of MPEG-1 layers 1 to 3, of MPEG-2 layer 1, and of
	// MPEG-2 layers 2 and 3.
	mpegBits = [5][15]int{
		{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
		{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
		{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
		{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
	}
)

func parseMPEGAudio(b []byte) (AudioFrame, error) {
	layer := 4 - int(b[1]>>1&3)
	bitrate, rate := int(b[2]>>4), int(b[2]>>2&3)
	if bitrate == 0 || bitrate == 15 || rate == 3 {
		return AudioFrame{}, ErrAudioFrame
	}
	f := AudioFrame{Version2: b[1]&8 == 0, Rate: mpegRates[rate], Channels: 2, Samples: 1152}
	row := layer - 1
	if f.Version2 {
		f.Rate /= 2
		row = min(2+layer, 4)
	}
	if b[3]>>6 == 3 {
		f.Channels = 1
	}
	bits, pad := mpegBits[row][bitrate]*1000, int(b[2]>>1&1)
	switch {
	case layer == 1:
		f.Samples = 384
		f.Size = (12*bits/f.Rate + pad) * 4
		return f, nil
	case layer == 3 && f.Version2:
		f.Samples = 576
	}
	f.Size = f.Samples/8*bits/f.Rate + pad
	return f, nil
}
