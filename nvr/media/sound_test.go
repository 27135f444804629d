package media_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"example.com/hikgrab/nvr/media"
)

// TestSoundByTheHeader believes the IMKH header about G.711 if it is plausible.
func TestSoundByTheHeader(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		channels  byte
		rate      uint32
		timescale int64
		step      int64
	}{
		{"16 kHz", 1, 16000, 16000, 1800},
		{"stereo", 2, 8000, 8000, 1800},
		{"seven channels", 7, 8000, 8000, 3600},
		{"no rate", 1, 0, 8000, 3600},
		{"a rate beyond reason", 1, 1 << 31, 8000, 3600},
	} {
		f := record(t, with(plain("plain.h264"), func(r *tape) { r.audio, r.sound, r.soundStep = 0x90, tone(), c.step }))
		f.data[14] = c.channels
		binary.LittleEndian.PutUint32(f.data[16:], c.rate)
		m := remuxed(t, f.data)
		if got := m.Track("soun").Timescale; got != c.timescale {
			t.Errorf("%s: %d samples per second", c.name, got)
		}
		checkSound(t, f, m)
	}
}

// TestLaterMaps keeps the first kind of audio of a track.
func TestLaterMaps(t *testing.T) {
	t.Parallel()
	f := record(t, with(plain("plain.h264"), func(r *tape) { r.audio, r.sound = 0x90, tone() }))
	f.data[bytes.LastIndex(f.data, []byte{0x90, 0xC0, 0, 0})] = 0x96
	checkSound(t, f, remuxed(t, f.data))
}

// TestSoundBeginsLate has sound from one second after the first picture on.
func TestSoundBeginsLate(t *testing.T) {
	t.Parallel()
	f := record(t, with(plain("plain.h264"), func(r *tape) {
		r.audio, r.sound = 0x90, tone()
		r.soundStamp = func(_ int, s int64) int64 { return s + 90000 }
	}))
	for i := range f.soundAt {
		f.soundAt[i] += 90000
	}
	checkSound(t, f, remuxed(t, f.data))
}

// TestSoundBeforePictures has sound before the first picture's bytes. Sound
// stamped after the picture is kept, sound stamped before it is not.
func TestSoundBeforePictures(t *testing.T) {
	t.Parallel()
	f := record(t, with(plain("plain.h264"), func(r *tape) { r.audio = 0x90 }))
	w := tapeWriter{tape: plain("plain.h264")}
	for i, at := range []int64{-90000, 4500, 8100} {
		w.soundPacket(0, bytes.Repeat([]byte{byte(i)}, 320), at)
	}
	f.data = slices.Insert(f.data, f.packs[0]+20, w.b...)
	f.sound, f.soundAt = [][]byte{bytes.Repeat([]byte{1}, 320), bytes.Repeat([]byte{2}, 320)}, []int64{4500, 8100}
	checkSound(t, f, remuxed(t, f.data))
}

// TestSilenceWithoutStamps has a gap that only the pictures show.
func TestSilenceWithoutStamps(t *testing.T) {
	t.Parallel()
	f := record(t, with(plain("plain.h264"), func(r *tape) {
		r.audio, r.sound, r.audioStamp = 0x90, tone(), noStamps
		r.at = func(i int, t int64) int64 {
			if i >= 20 {
				t += 600 * 90000
			}
			return t
		}
	}))
	m := remuxed(t, f.data)
	a := m.Track("soun")
	last := len(a.Samples) - 1
	got, want := a.Shown(&m, a.Samples[last])*90000/a.Timescale, f.soundAt[len(f.soundAt)-1]
	if len(a.Samples) != len(f.sound) || max(got-want, want-got) > 5*90000/2 {
		t.Errorf("%d samples of %d, the last is heard at %d, want %d", len(a.Samples), len(f.sound), got, want)
	}
}

// TestDamagedSound cuts bytes out of packets of AAC with straddling frames. No
// frame may be joined from two unrelated halves.
func TestDamagedSound(t *testing.T) {
	t.Parallel()
	aac := testdata(t, "tone.aac")
	whole := map[string]bool{}
	for _, frame := range adts(aac) {
		whole[string(frame[7:])] = true
	}
	for at := range 11 {
		f := record(t, tape{source: "plain.h264", audio: 0x0F, sound: constant(aac, 61), audioStamp: noStamps, soundStep: 1800})
		k := f.packs[8+at] + bytes.Index(f.data[f.packs[8+at]:], []byte{0, 0, 1, 0xC0}) + 20 + at*4
		f.data = slices.Delete(f.data, k, k+7)
		m := remuxed(t, f.data)
		for i, s := range m.Track("soun").Samples {
			if !whole[string(s.Data)] {
				t.Errorf("damaged behind picture %d: frame %d of %d bytes is none of the source", 8+at, i, len(s.Data))
				break
			}
		}
	}
}

// TestForeignVideo has video that MP4 cannot hold, announced by the header
// alone, and MPEG-2, announced by the map.
func TestForeignVideo(t *testing.T) {
	t.Parallel()
	for code, name := range map[byte]string{3: "MPEG-4", 4: "MJPEG"} {
		f := record(t, with(plain("plain.h264"), func(r *tape) { r.noMap = true }))
		f.data[10], f.data[11] = code, 0
		if r := scan(t, f.data); r.Unfit == nil || r.Unfit.Kind != media.ForeignCodec || r.Unfit.Detail != name {
			t.Errorf("%s: %v", name, r.Unfit)
		}
	}
	f := record(t, with(plain("plain.h264"), func(r *tape) { r.videoType = 2 }))
	if r := scan(t, f.data); r.Unfit == nil || r.Unfit.Detail != "MPEG-2" {
		t.Errorf("MPEG-2: %v", r.Unfit)
	}
}

// TestGarbageBehindTheHeader counts the bytes between header and first pack,
// but not the header.
func TestGarbageBehindTheHeader(t *testing.T) {
	t.Parallel()
	f := record(t, plain("plain.h264"))
	f.data = slices.Insert(f.data, 40, bytes.Repeat([]byte{7}, 200)...)
	r := scan(t, f.data)
	if p := r.Problem(media.Garbage); p.Count != 1 || p.Bytes != 200 || p.Offset != 40 {
		t.Errorf("%+v", p)
	}
}
