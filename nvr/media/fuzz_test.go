package media_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/nvr/media/mediatest"
)

func FuzzSniff(f *testing.F) {
	f.Add(imkhHead(2, 0, 0, 1, 0xBA))
	f.Add(imkhHead(4))
	f.Add([]byte("IMKH"))
	f.Add([]byte("<html>"))
	f.Add([]byte("\x00\x00\x00\x18ftypmp42"))
	f.Fuzz(func(t *testing.T, head []byte) {
		c := media.Sniff(head)
		info, ok := media.ParseInfo(head)
		if !ok && info != (media.Info{}) || ok != (len(head) >= 40 && bytes.HasPrefix(head, []byte("IMKH"))) {
			t.Errorf("%v, %+v", ok, info)
		}
		if ok && c < media.IMKH || c == media.PS && !bytes.HasPrefix(head, []byte{0, 0, 1, 0xBA}) || c.String() == "" {
			t.Errorf("%v", c)
		}
	})
}

// adtsHeader is an AAC frame with hardly more than a header.
var adtsHeader = []byte{0xFF, 0xF1, 0x60, 0x40, 0x01, 0x1F, 0xFC, 7}

// brief makes a recording of a few pictures with hardly more than headers.
// Short seeds let the fuzzer try more.
func brief(f *testing.F, r tape, frames int) []byte {
	w := &tapeWriter{tape: r}
	w.packet = 5000
	w.header()
	for i, p := range pictures(f, r.source)[:frames] {
		p.PTS, p.DTS = int64(i)*3600, int64(i)*3600
		for k, nal := range p.NALs {
			if len(nal) > 100 {
				p.NALs[k] = append(nal[:12:12], 0x80)
			}
		}
		w.picture(i, p)
		if len(r.sound) > 0 {
			w.soundPacket(i, r.sound[i%len(r.sound)], p.PTS)
		}
	}
	return w.b
}

// FuzzRemux damages small recordings in every way. The result must be a movie
// that the box reader accepts, or a refusal, and must not depend on the sizes
// of reads.
func FuzzRemux(f *testing.F) {
	sound := [][]byte{{1, 2, 3}, {4, 5, 6}}
	for _, r := range []tape{
		with(plain("plain.h264"), func(r *tape) { r.audio, r.sound = 0x90, sound }),
		with(plain("plain.h265"), func(r *tape) { r.audio, r.sound = 0x0F, [][]byte{adtsHeader} }),
		with(plain("bframes.h264"), func(r *tape) { r.reorder, r.private = true, true }),
	} {
		f.Add(brief(f, r, 3), uint16(77))
		f.Add(brief(f, r, 5)[40:], uint16(3))
	}
	f.Fuzz(func(t *testing.T, b []byte, piece uint16) {
		if len(b) > 2<<10 {
			return
		}
		var s media.Scanner
		for p := range slices.Chunk(b, int(piece)+1) {
			_, _ = s.Write(p)
		}
		scan := s.Report()
		var once media.Scanner
		_, _ = once.Write(b)
		sameReport(t, scan, once.Report())
		sameMovie(t, b, media.Options{Span: time.Minute, Bytes: int64(len(b))}, int(piece)+1)
		var dst mediatest.Memory
		r, err := media.Remux(&dst, bytes.NewReader(b), media.Options{Frames: scan.Frames, Bytes: int64(len(b))})
		if err != nil {
			var refusal *media.Refusal
			if !errors.As(err, &refusal) || scan.Unfit == nil {
				t.Fatalf("%v, the scan says %v", err, scan.Unfit)
			}
			return
		}
		sameReport(t, r, scan)
		m, err := dst.Movie()
		if err != nil {
			t.Fatal(err)
		}
		if n := len(m.Track("vide").Samples); n != r.Frames {
			t.Errorf("%d samples, %d frames", n, r.Frames)
		}
		if len(dst.B) > 4*len(b)+256<<10 {
			t.Errorf("%d bytes became %d", len(b), len(dst.B))
		}
	})
}
