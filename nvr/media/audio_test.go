package media_test

import (
	"bytes"
	"testing"

	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/nvr/media/mediatest"
)

// adts splits an ADTS stream into frames.
func adts(b []byte) (frames [][]byte) {
	for len(b) > 7 {
		n := int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5]>>5)
		frames, b = append(frames, b[:n]), b[n:]
	}
	return frames
}

// constant splits a stream into frames of equal size.
func constant(b []byte, n int) (frames [][]byte) {
	for len(b) >= n {
		frames, b = append(frames, b[:n]), b[n:]
	}
	return frames
}

func TestFramedAudio(t *testing.T) {
	t.Parallel()
	aac := adts(testdata(t, "tone.aac"))
	mp2 := constant(testdata(t, "tone.mp2"), 144)
	for _, c := range []struct {
		name   string
		tape   tape
		kind   media.AudioKind
		header int // bytes of each frame that MP4 omits
		step   int64
		format string
	}{
		{"AAC", tape{audio: 0x0F, sound: aac}, media.AAC, 7, 5760, "mp4a"},
		{"AAC without stamps", tape{audio: 0x0F, sound: aac, audioStamp: noStamps}, media.AAC, 7, 5760, "mp4a"},
		{"AAC that nobody announced", tape{sound: aac}, media.AAC, 7, 5760, "mp4a"},
		{"AAC that the IMKH header calls G.711", tape{imkh: true, audio: 0x0F, infoAudio: 0x90, sound: aac}, media.AAC, 7, 5760, "mp4a"},
		{"AAC that map and header call G.711", tape{imkh: true, audio: 0x90, sound: aac}, media.AAC, 7, 5760, "mp4a"},
		{"AAC that the map calls G.711", tape{imkh: true, audio: 0x91, infoAudio: 0x0F, sound: aac}, media.AAC, 7, 5760, "mp4a"},
		{"AAC that the map calls G.726", tape{audio: 0x96, sound: aac}, media.AAC, 7, 5760, "mp4a"},
		{"AAC that the map calls MP2", tape{audio: 0x04, sound: aac}, media.AAC, 7, 5760, "mp4a"},
		{"MP2 that the map calls G.711", tape{audio: 0x91, sound: mp2}, media.MPEGAudio, 0, 3240, "mp4a"},
		{"MP2", tape{audio: 0x04, sound: mp2}, media.MPEGAudio, 0, 3240, "mp4a"},
		{"MP2 that nobody announced", tape{sound: mp2}, media.MPEGAudio, 0, 3240, "mp4a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.tape.source, c.tape.soundStep, c.tape.number = "plain.h265", c.step, 77
			f := record(t, c.tape)
			var dst mediatest.Memory
			r, err := media.Remux(&dst, bytes.NewReader(f.data), media.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if !r.Clean() || r.Audio != c.kind {
				t.Errorf("%v, %v", r.Audio, r.Reason())
			}
			m, err := dst.Movie()
			if err != nil {
				t.Fatal(err)
			}
			if err := m.Compare(dst.B); err != nil {
				t.Error(err)
			}
			if got := m.Track("soun").Format; got != c.format {
				t.Errorf("format %s", got)
			}
			for i := range f.sound {
				f.sound[i] = f.sound[i][c.header:]
			}
			checkSound(t, f, m)
		})
	}
}

// TestEmptyAudio begins with empty packets.
func TestEmptyAudio(t *testing.T) {
	t.Parallel()
	f := record(t, with(plain("plain.h264"), func(r *tape) { r.audio, r.sound = 0x90, append([][]byte{{}, {}}, tone()...) }))
	var dst mediatest.Memory
	if _, err := media.Remux(&dst, bytes.NewReader(f.data), media.Options{}); err != nil {
		t.Fatal(err)
	}
	m, err := dst.Movie()
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Tracks) != 2 || len(m.Track("soun").Samples) != len(f.sound)-2 {
		t.Errorf("%d tracks, %d audio samples of %d", len(m.Tracks), len(m.Track("soun").Samples), len(f.sound))
	}
}

// TestAudioChanges turns the last frames from mono into stereo, which a decoder
// set up for mono cannot play.
func TestAudioChanges(t *testing.T) {
	t.Parallel()
	aac := adts(testdata(t, "tone.aac"))
	for i := 20; i < len(aac); i++ {
		aac[i] = bytes.Clone(aac[i])
		aac[i][3] = aac[i][3]&0x3F | 2<<6
	}
	f := record(t, tape{source: "plain.h264", audio: 0x0F, sound: aac[:25], soundStep: 5760})
	var dst mediatest.Memory
	r, err := media.Remux(&dst, bytes.NewReader(f.data), media.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := dst.Movie()
	if err != nil {
		t.Fatal(err)
	}
	stereo := 0
	for _, b := range f.sound {
		if b[3]>>6 == 2 {
			stereo++
		}
	}
	if n := len(m.Track("soun").Samples); n != len(f.sound)-stereo || stereo == 0 || r.Problem(media.OddAudio).Count < int64(stereo) {
		t.Errorf("%d samples of %d, %d of them stereo: %s", n, len(f.sound), stereo, r.Reason())
	}
}

// TestStraddlingAudio splits audio frames anywhere. None may be lost, and each
// keeps its time.
func TestStraddlingAudio(t *testing.T) {
	t.Parallel()
	aac := testdata(t, "tone.aac")
	frames := adts(aac)
	const size = 61
	f := record(t, tape{source: "plain.h264", audio: 0x0F, sound: constant(aac, size), audioStamp: noStamps, soundStep: 1800})
	var dst mediatest.Memory
	r, err := media.Remux(&dst, bytes.NewReader(f.data), media.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := dst.Movie()
	if err != nil {
		t.Fatal(err)
	}
	a := m.Track("soun")
	if r.Audio != media.AAC || len(a.Samples) < len(frames) {
		t.Fatalf("%v, %d samples: %s", r.Audio, len(a.Samples), r.Reason())
	}
	// After the end of the tone the tape repeats it, starting in the middle of a
	// frame.
	for i, s := range a.Samples[:len(frames)-1] {
		if !bytes.Equal(s.Data, frames[i][7:]) || s.DTS != int64(i)*1024 {
			t.Fatalf("frame %d at %d", i, s.DTS)
		}
	}
}

// TestAudioGap removes two seconds of audio only.
func TestAudioGap(t *testing.T) {
	t.Parallel()
	shift := func(i int, s int64) int64 {
		if i >= 20 {
			s += 2 * 90000
		}
		return s
	}
	f := record(t, with(plain("plain.h264"), func(r *tape) {
		r.repeat, r.audio, r.sound, r.soundStamp = 2, 0x90, tone(), shift
	}))
	var dst mediatest.Memory
	if _, err := media.Remux(&dst, bytes.NewReader(f.data), media.Options{}); err != nil {
		t.Fatal(err)
	}
	for i := range f.soundAt {
		f.soundAt[i] = shift(i, f.soundAt[i])
	}
	m, err := dst.Movie()
	if err != nil {
		t.Fatal(err)
	}
	checkSound(t, f, m)
}
