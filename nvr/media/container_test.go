package media_test

import (
	"strings"
	"testing"

	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/nvr/media/mediatest"
)

func imkhHead(system byte, tail ...byte) []byte {
	h := make([]byte, 40)
	copy(h, "IMKH\x02\x01")
	h[8] = system
	return append(h, tail...)
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		head []byte
		want media.Container
		text string
	}{
		{"pack", []byte{0, 0, 1, 0xBA, 0x44}, media.PS, "MPEG program stream"},
		{"IMKH", imkhHead(2, 0, 0, 1, 0xBA), media.IMKH, "Hikvision MPEG program stream"},
		{"IMKH that has not gone on yet", imkhHead(2), media.IMKH, "Hikvision MPEG program stream"},
		{"GB/T 28181", imkhHead(8), media.IMKH, "Hikvision MPEG program stream"},
		{"the bytes outrank the header", imkhHead(4, 0, 0, 1, 0xBA), media.IMKH, "Hikvision MPEG program stream"},
		{"private", imkhHead(1), media.IMKHPrivate, "Hikvision private stream"},
		{"transport stream", imkhHead(3), media.IMKHTS, "Hikvision MPEG transport stream"},
		{"RTP", imkhHead(4, 0x80, 0x60), media.IMKHRTP, "Hikvision RTP capture"},
		{"MP4 behind IMKH", imkhHead(5), media.IMKHMP4, "Hikvision MP4"},
		{"IMKH of tomorrow", imkhHead(99), media.IMKHOther, "Hikvision stream of an unknown kind"},
		{"IMKH cut short", []byte("IMKH\x02"), media.IMKHOther, "Hikvision stream of an unknown kind"},
		{"MP4", []byte("\x00\x00\x00\x20ftypisom"), media.MP4, "MP4"},
		{"QuickTime", []byte("\x00\x00\x10\x20mdat"), media.MP4, "MP4"},
		{"MP4 with its index in front", []byte("\x00\x00\x10\x20moov"), media.MP4, "MP4"},
		{"MP4 with room in front", []byte("\x00\x00\x00\x08free"), media.MP4, "MP4"},
		{"no box", []byte("\x00\x00\x00\x08p mo"), media.UnknownContainer, "unknown data"},
		{"photo", []byte{0xFF, 0xD8, 0xFF, 0xE0}, media.JPEG, "JPEG picture"},
		{"photo cut after three bytes", []byte{0xFF, 0xD8, 0xFF}, media.JPEG, "JPEG picture"},
		{"photo cut after two bytes", []byte{0xFF, 0xD8}, media.JPEG, "JPEG picture"},
		{"4HKH", []byte("4HKH\x01\x01"), media.HKH4, "Hikvision 4HKH stream"},
		{"bare transport stream", append(append([]byte("G"), make([]byte, 187)...), 'G'), media.TS, "MPEG transport stream"},
		{"AVI", []byte("RIFF\x00\x01\x00\x00AVI LIST"), media.AVI, "AVI"},
		{"WAV", []byte("RIFF\x00\x01\x00\x00WAVEfmt "), media.UnknownContainer, "unknown data"},
		{"bare H.264", []byte("\x00\x00\x00\x01\x67\x64\x00\x28"), media.BareH264, "H.264 without a container"},
		{"bare H.264 with a delimiter", []byte("\x00\x00\x01\x09\xF0"), media.BareH264, "H.264 without a container"},
		{"bare H.265", []byte("\x00\x00\x00\x01\x40\x01\x0C"), media.BareH265, "H.265 without a container"},
		{"ResponseStatus", []byte("<?xml version=\"1.0\"?><ResponseStatus>"), media.XML, "XML message"},
		{"XML behind a byte order mark", []byte("\xEF\xBB\xBF\r\n <ResponseStatus>"), media.XML, "XML message"},
		{"login page", []byte("<!DOCTYPE html><html>"), media.HTML, "web page"},
		{"web page", []byte("<HTML><head>"), media.HTML, "web page"},
		{"JSON", []byte(" {\"statusCode\": 4}"), media.JSON, "JSON message"},
		{"text", []byte("Unauthorized\r\n"), media.Text, "text"},
		{"long text, cut inside a letter", []byte("x" + strings.Repeat("ж", 400)), media.Text, "text"},
		{"XML in another encoding", []byte("<a>\xC4\xE3"), media.XML, "XML message"},
		{"nothing", nil, media.UnknownContainer, "unknown data"},
		{"noise", noise(600), media.UnknownContainer, "unknown data"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := media.Sniff(c.head)
			if got != c.want || got.String() != c.text {
				t.Errorf("%v, want %v", got, c.text)
			}
			if c.want.Message() && c.want.Recording() {
				t.Error("a message is taken for a recording")
			}
			var s media.Scanner
			_, _ = s.Write(c.head)
			r := s.Report()
			if r.Container != c.want || r.Clean() || r.Unfit == nil || r.Bytes != int64(len(c.head)) {
				t.Errorf("report %+v", r)
			}
			if c.want.ProgramStream() == (r.Unfit.Kind == media.ForeignContainer) {
				t.Errorf("unfit: %v", r.Unfit)
			}
			dst := mediatest.Memory{}
			if _, err := media.Remux(&dst, newReader(c.head), media.Options{}); err == nil || len(dst.B) != 0 {
				t.Errorf("Remux: %v, %d bytes written", err, len(dst.B))
			}
		})
	}
}

func TestMediaInfo(t *testing.T) {
	t.Parallel()
	h := []byte("IMKH\x02\x01\x03\x00\x02\x00\x05\x00\x11\x71\x01\x10\x40\x1f\x00\x00\x00\xfa\x00\x00\x81" + "0123456789abcde")
	got, ok := media.ParseInfo(h)
	want := media.Info{System: 2, Video: 5, Audio: 0x7111, Channels: 1, Rate: 8000}
	if !ok || got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if _, ok := media.ParseInfo(h[:39]); ok {
		t.Error("a header cut short was read")
	}
}
