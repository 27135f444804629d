package media_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

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

// FuzzRemux breaks small recordings in every way. What comes out must be a
// movie that the box reader takes, or a refusal, and the same for any reads.
func FuzzRemux(f *testing.F) {
	for _, r := range []tape{
		with(plain("plain.h264"), func(r *tape) { r.audio, r.sound = 0x90, tone() }),
		with(plain("plain.h265"), func(r *tape) { r.audio, r.sound = 0x0F, adts(testdata(f, "tone.aac")) }),
		with(plain("bframes.h264"), func(r *tape) { r.reorder, r.private = true, true }),
	} {
		footage := record(f, r)
		f.Add(footage.data[:footage.packs[5]], uint16(77))
		f.Add(slices.Concat(footage.data[:footage.packs[2]], footage.data[footage.packs[1]+9:footage.packs[14]]), uint16(3))
	}
	f.Add(testdata(f, "vob.mpg")[:6000], uint16(1000))
	f.Fuzz(func(t *testing.T, b []byte, piece uint16) {
		var s media.Scanner
		for p := range slices.Chunk(b, int(piece)+1) {
			_, _ = s.Write(p)
		}
		scan := s.Report()
		whole, err := media.Scan(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		sameReport(t, scan, whole)
		var dst mediatest.Memory
		r, err := media.Remux(&dst, bytes.NewReader(b), media.Options{})
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
