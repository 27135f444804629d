package mp4_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"example.com/hikgrab/nvr/media/mediatest"
	"example.com/hikgrab/nvr/media/mp4"
)

// TestReserve reserves enough room for the index of any two tracks, and not
// much more.
func TestReserve(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		video, sound := &mp4.Extent{Entry: len(entry())}, &mp4.Extent{Entry: 36, Shifts: 1}
		steps := rapid.IntRange(1, 3).Draw(r, "steps")
		keys, shifts := rapid.IntRange(1, 50).Draw(r, "keys"), rapid.IntRange(1, 3).Draw(r, "shifts")
		count := rapid.IntRange(1, 3000).Draw(r, "pictures")
		packet := rapid.SampledFrom([]int{20, 320, 9000}).Draw(r, "packet")
		every := rapid.IntRange(1, 40).Draw(r, "a packet every so many pictures")
		var dst mediatest.Memory
		write := func(reserve int64) bool {
			dst = mediatest.Memory{}
			*video = mp4.Extent{Entry: video.Entry, Times: 1, Shifts: 1}
			*sound = mp4.Extent{Entry: sound.Entry, Times: 1, Shifts: 1}
			w, err := mp4.New(&dst, reserve)
			if err != nil {
				r.Fatal(err)
			}
			v, a := w.Video(), w.Audio(8000)
			v.Entry, v.Last, a.Entry, a.Last = entry(), 1, mp4.G711("alaw", 8000, 1), 1
			at := int64(0)
			for i := range count {
				size, key, shift := i%90, i%keys == 0, int64(i%shifts)
				if err := v.Write(make([]byte, size), key); err != nil {
					r.Fatal(err)
				}
				v.Time(at, shift)
				at += int64(3600 + i%steps)
				video.Samples++
				video.Bytes += int64(size)
				video.Times++
				video.Shifts++
				if key {
					video.Keys++
				}
				if i%every != 0 {
					continue
				}
				if err := a.Write(make([]byte, packet+i%2), true); err != nil {
					r.Fatal(err)
				}
				a.Time(at, 0)
				sound.Samples++
				sound.Bytes += int64(packet + i%2)
				sound.Times++
			}
			if steps == 1 {
				video.Times = 2
			}
			if shifts == 1 {
				video.Shifts = 1
			}
			if err := w.Close(); err != nil {
				r.Fatal(err)
			}
			return bytes.Index(dst.B, []byte("moov")) < bytes.Index(dst.B, []byte("mdat"))
		}
		write(8) // to determine the extents
		need := mp4.Reserve(*video, *sound)
		if !write(need) {
			r.Errorf("%d bytes are too few for %+v and %+v", need, *video, *sound)
		}
	})
}
