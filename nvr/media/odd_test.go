package media_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/nvr/media/mediatest"
)

// foreign replaces the contents of a picture's packet.
func foreign(f *footage) {
	b := f.data[f.packs[20]:f.packs[21]]
	at := bytes.Index(b, []byte{0, 0, 1, 0xE0})
	for i := range b[at+17:] {
		b[at+17+i] = 0x55
	}
}

// oddTrials are recordings with habits of only a few recorders.
func oddTrials() []trial {
	h264 := plain("plain.h264")
	insert := func(packet string) func(*footage) {
		return func(f *footage) { f.data = slices.Insert(f.data, f.packs[5], []byte(packet)...) }
	}
	duplicates := []media.ProblemKind{media.Duplicates}
	twice := func(from, to int) func(*footage) {
		return func(f *footage) {
			again := bytes.Clone(f.data[f.packs[from]:f.packs[to]])
			f.data = slices.Insert(f.data, f.packs[to], again...)
		}
	}
	return []trial{
		{
			name: "a second video stream", tape: h264, problems: []media.ProblemKind{media.SecondVideo},
			harm: insert("\x00\x00\x01\xE1\x00\x0F\x80\x80\x05\x21\x00\x01\x00\x03\x00\x00\x01\x65\x88\x80\x10"),
		},
		{
			name: "a second audio stream", tape: with(h264, func(r *tape) { r.audio, r.sound = 0x90, tone() }),
			problems: []media.ProblemKind{media.SecondAudio}, harm: insert("\x00\x00\x01\xC1\x00\x0B\x80\x80\x05\x21\x00\x01\x00\x03\xD5\xD5\xD5"),
		},
		{
			name: "a second audio stream that nobody wants", tape: with(h264, func(r *tape) { r.audio, r.sound = 0x90, tone() }),
			options: media.Options{DropAudio: true}, noSound: true, scanned: []media.ProblemKind{media.SecondAudio},
			harm: insert("\x00\x00\x01\xC1\x00\x0B\x80\x80\x05\x21\x00\x01\x00\x03\xD5\xD5\xD5"),
		},
		{name: "bytes of all ones between packs", tape: h264, harm: insert(strings.Repeat("\xFF", 3000))},
		{name: "a block of zeros between packs", tape: h264, harm: insert(strings.Repeat("\x00", 3000))},
		{name: "the header again", tape: h264, harm: func(f *footage) { f.data = slices.Insert(f.data, f.packs[12], f.data[:40]...) }},
		{name: "700 zeros at the end", tape: h264, harm: func(f *footage) { f.data = append(f.data, make([]byte, 700)...) }},
		{name: "ones at the end", tape: h264, harm: func(f *footage) { f.data = append(f.data, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF"...) }},
		{name: "a line break at the end", tape: h264, harm: func(f *footage) { f.data = append(f.data, "\r\n"...) }},
		{
			name: "what is left of the room at the end", tape: h264, problems: []media.ProblemKind{media.Garbage},
			harm: func(f *footage) { f.data = append(f.data, make([]byte, 5000)...) },
		},
		{
			name: "zeros between the packets of a picture", tape: with(h264, func(r *tape) { r.packet = 300 }),
			problems: []media.ProblemKind{media.Garbage},
			harm: func(f *footage) {
				at := f.inside(12)
				at += bytes.Index(f.data[at:], []byte{0, 0, 1, 0xE0})
				f.data = slices.Insert(f.data, at, make([]byte, 300)...)
			},
		},
		{
			name: "a block of zeros in a picture", tape: with(h264, func(r *tape) { r.packet = 60000 }), good: 49,
			problems: []media.ProblemKind{media.Holes}, harm: func(f *footage) { clear(f.data[f.inside(12):][:200]) },
		},
		{
			name: "a picture lost, its pack not", tape: h264, pictures: 49, problems: []media.ProblemKind{media.MissingFrames},
			harm: func(f *footage) { cut(f.packs[20]+20, f.packs[21])(f) },
		},
		{
			name: "foreign bytes instead of a picture, as many", tape: with(h264, func(r *tape) { r.packet = 60000 }),
			pictures: 49, good: 48, problems: []media.ProblemKind{media.MissingFrames}, harm: foreign,
		},
		{
			name: "foreign bytes instead of a picture without a number", tape: with(h264, func(r *tape) { r.packet, r.noNumbers = 60000, true }),
			pictures: 49, good: 48, problems: []media.ProblemKind{media.MissingFrames}, harm: foreign,
		},
		{
			name: "the picture in front of a key frame lost", tape: h264, pictures: 49, problems: []media.ProblemKind{media.MissingFrames},
			harm: func(f *footage) { cut(f.packs[23], f.packs[24])(f) },
		},
		{
			name: "map and header disagree on G.711", tape: with(h264, func(r *tape) { r.audio, r.infoAudio, r.sound = 0x90, 0x91, tone() }),
			problems: []media.ProblemKind{media.ConflictingAudio},
		},
		{
			name: "noise and then a key frame", tape: h264, pictures: 46, problems: []media.ProblemKind{media.Garbage, media.MissingFrames},
			harm: func(f *footage) { f.data = slices.Replace(f.data, f.packs[20], f.packs[24], noise(4000)...) },
		},
		{
			name: "zeros, noise and then a key frame", tape: h264, pictures: 46, problems: []media.ProblemKind{media.Garbage, media.MissingFrames},
			harm: func(f *footage) {
				f.data = slices.Replace(f.data, f.packs[20], f.packs[24], append(make([]byte, 3), noise(4000)...)...)
			},
		},
		{
			name: "one stamp twice, no numbers", tape: with(h264, func(r *tape) {
				r.noNumbers = true
				r.stamp = func(i int, s int64) int64 {
					if i == 21 {
						s -= 3600
					}
					return s
				}
			}), problems: []media.ProblemKind{media.TimeJumps},
		},
		{
			name: "one map with another codec", tape: h264,
			harm: func(f *footage) { f.data[lastMap(f)] = 0x24 },
		},
		{
			name: "packs twice, few stamps", tape: with(h264, func(r *tape) { r.sparse = 7 }), problems: duplicates, harm: twice(20, 26),
		},
		{
			name: "packs twice, few stamps, no numbers", tape: with(h264, func(r *tape) { r.sparse, r.noNumbers = 7, true }),
			problems: duplicates, harm: twice(21, 26),
		},
		{
			name: "B-frames, some without stamps", tape: with(plain("bframes.h264"), func(r *tape) { r.reorder, r.sparse = true, 2 }),
			refused: true, refusal: media.Reordered,
		},
		{
			name: "few B-frames without DTS", tape: with(plain("bframes.h264"), func(r *tape) { r.noDTS = true }),
			refused: true, refusal: media.Reordered, harm: func(f *footage) { f.data = f.data[:f.packs[8]] },
		},
		{
			name: "few packets, encrypted", tape: with(h264, func(r *tape) { r.scrambled = true }),
			refused: true, refusal: media.Encrypted, harm: func(f *footage) { f.data = f.data[:f.packs[1]] },
		},
		{
			name: "numbers that count something else, pictures come late", tape: with(h264, func(r *tape) {
				r.numberStep = 40
				r.at = func(i int, t int64) int64 { return t + int64(i/5)*36000 }
			}),
		},
	}
}

// lastMap returns the offset of the video type in the last map.
func lastMap(f *footage) int { return bytes.LastIndex(f.data, []byte{0x1B, 0xE0, 0, 0}) }

// TestSecondSound inserts a packet of another audio stream.
func TestSecondSound(t *testing.T) {
	t.Parallel()
	f := record(t, with(plain("plain.h264"), func(r *tape) { r.audio, r.sound = 0x90, tone() }))
	f.data = slices.Insert(f.data, f.packs[5], []byte("\x00\x00\x01\xC1\x00\x0A\x80\x80\x05\x21\x00\x01\x00\x03ab")...)
	checkSound(t, f, remuxed(t, f.data))
}

// TestDuplicateSound has packs twice: their sound must come only once.
func TestDuplicateSound(t *testing.T) {
	t.Parallel()
	f := record(t, with(plain("plain.h264"), func(r *tape) { r.audio, r.sound = 0x90, tone() }))
	again := bytes.Clone(f.data[f.packs[20]:f.packs[26]])
	f.data = slices.Insert(f.data, f.packs[26], again...)
	checkSound(t, f, remuxed(t, f.data))
}

func remuxed(t *testing.T, data []byte) mediatest.Movie {
	t.Helper()
	var dst mediatest.Memory
	if _, err := media.Remux(&dst, bytes.NewReader(data), media.Options{}); err != nil {
		t.Fatal(err)
	}
	m, err := dst.Movie()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestEncryptedIsNotReadOn refuses an encrypted recording without reading all
// of it.
func TestEncryptedIsNotReadOn(t *testing.T) {
	t.Parallel()
	f := record(t, with(plain("plain.h264"), func(r *tape) { r.scrambled, r.repeat = true, 30 }))
	src := bytes.NewReader(f.data)
	_, err := media.Remux(&mediatest.Memory{}, io.LimitReader(src, int64(len(f.data))), media.Options{})
	var refusal *media.Refusal
	if !errors.As(err, &refusal) || refusal.Kind != media.Encrypted || src.Len() == 0 {
		t.Errorf("%v, %d of %d bytes were not read", err, src.Len(), len(f.data))
	}
}

// TestStampUnits uses the recorder's clock to detect stamps that do not count
// 1/90000 s.
func TestStampUnits(t *testing.T) {
	t.Parallel()
	for _, rate := range []int64{1000, 8000, 1000000} {
		f := record(t, with(plain("plain.h264"), func(r *tape) {
			r.repeat, r.audio, r.sound = 3, 0x90, tone()
			count := func(_ int, s int64) int64 { return s * rate / 90000 }
			r.stamp, r.soundStamp = count, count
		}))
		r := scan(t, f.data)
		if r.StampRate != rate || r.Duration != 6*time.Second || r.FPS != 25 || r.KeyInterval != 480*time.Millisecond || !r.WallEnd.Equal(noon.Add(6*time.Second)) {
			t.Errorf("%d: %d units make a second, %v of %v pictures a second: %s", rate, r.StampRate, r.Duration, r.FPS, r.Reason())
		}
		checkProblems(t, r, []media.ProblemKind{media.StampUnits})
		var dst mediatest.Memory
		r, err := media.Remux(&dst, bytes.NewReader(f.data), media.Options{StampRate: r.StampRate})
		if err != nil {
			t.Fatal(err)
		}
		m, err := dst.Movie()
		if err != nil {
			t.Fatal(err)
		}
		checkProblems(t, r, []media.ProblemKind{media.StampUnits})
		checkVideo(t, trial{}, f, m, r)
		checkSound(t, f, m)
	}
}

// TestStampUnitsWithoutClock detects them by a frame rate that no camera has.
func TestStampUnitsWithoutClock(t *testing.T) {
	t.Parallel()
	f := record(t, with(plain("plain.h264"), func(r *tape) {
		r.wall = time.Time{}
		r.stamp = func(_ int, s int64) int64 { return s / 90 }
	}))
	if r := scan(t, f.data); r.StampRate != 1000 || r.Duration != 2*time.Second {
		t.Errorf("%d units make a second, %v: %s", r.StampRate, r.Duration, r.Reason())
	}
}

// TestGapThatStampsDoNotTell does not take a gap for wrong units, whatever the
// ratio.
func TestGapThatStampsDoNotTell(t *testing.T) {
	t.Parallel()
	f := record(t, with(plain("plain.h264"), func(r *tape) {
		r.at = func(i int, t int64) int64 {
			if i >= 24 {
				t += 178 * 90000
			}
			return t
		}
		r.stamp = func(i int, _ int64) int64 { return 900000 + int64(i)*3600 }
	}))
	r := scan(t, f.data)
	checkProblems(t, r, []media.ProblemKind{media.WallJumps})
	if r.StampRate != 0 {
		t.Errorf("%d units make a second", r.StampRate)
	}
}

// TestSlowStamps detects that stamps and the recorder's clock drift apart,
// although never by much between two key frames.
func TestSlowStamps(t *testing.T) {
	t.Parallel()
	f := record(t, with(plain("plain.h264"), func(r *tape) {
		r.repeat = 30
		r.stamp = func(_ int, s int64) int64 { return s * 9 / 10 }
	}))
	r := scan(t, f.data)
	checkProblems(t, r, []media.ProblemKind{media.WallRate})
	if r.StampRate != 0 {
		t.Errorf("%d units make a second", r.StampRate)
	}
}

// TestNoVPS keeps H.265 without a video parameter set, and reports it.
func TestNoVPS(t *testing.T) {
	t.Parallel()
	f := record(t, plain("plain.h265"))
	data := bytes.ReplaceAll(f.data, []byte("\x00\x00\x00\x01\x40\x01"), []byte("\x00\x00\x00\x01\x52\x01"))
	if r := scan(t, data); r.Problem(media.NoVPS).Count != 1 || r.Verdict() != media.Odd || r.Frames != 50 {
		t.Errorf("%d pictures, %v: %s", r.Frames, r.Verdict(), r.Reason())
	}
}

// TestCodecChanges needs a second map to be sure of the change.
func TestCodecChanges(t *testing.T) {
	t.Parallel()
	f := record(t, plain("plain.h264"))
	f.data[lastMap(&f)] = 0x24
	f.data[bytes.LastIndex(f.data[:lastMap(&f)], []byte{0x1B, 0xE0, 0, 0})] = 0x24
	if r := scan(t, f.data); r.Unfit == nil || r.Unfit.Kind != media.ForeignCodec {
		t.Errorf("%v, want a refusal", r.Unfit)
	}
}

func TestKeyInterval(t *testing.T) {
	t.Parallel()
	f := record(t, with(plain("plain.h264"), func(r *tape) {
		r.at = func(i int, t int64) int64 { return t + int64(min(i, 12))*3600 }
	}))
	if r := scan(t, f.data); !r.Clean() || r.KeyInterval != 24*40*time.Millisecond {
		t.Errorf("%v, %s", r.KeyInterval, r.Reason())
	}
}

// TestResized replaces later sequence parameter sets with one of 320 by 96.
func TestResized(t *testing.T) {
	t.Parallel()
	f := record(t, plain("plain.h264"))
	set := []byte{0, 0, 0, 1, 0x67, 0x42, 0, 0x1E, 0xDA, 0x05, 0x0D, 0x90}
	for _, at := range []int{24, 36} {
		k := f.packs[at] + bytes.Index(f.data[f.packs[at]:], []byte{0, 0, 0, 1, 0x67})
		n := bytes.Index(f.data[k+4:], []byte{0, 0, 1, 0xE0}) + 4
		copy(f.data[k:k+n], append(bytes.Clone(set), bytes.Repeat([]byte{0xFF}, n)...))
	}
	var dst mediatest.Memory
	if _, err := media.Remux(&dst, bytes.NewReader(f.data), media.Options{}); err != nil {
		t.Fatal(err)
	}
	// Two sets with one number in the sample entry would contradict each other.
	if entry := dst.B[:bytes.Index(dst.B, []byte("mdat"))]; bytes.Contains(entry, set[4:]) || !bytes.Contains(entry, []byte("avcC")) {
		t.Error("a later set stands in the sample entry")
	}
	r := scan(t, f.data)
	if p := r.Problem(media.Resized); p.Count != 2 || r.Verdict() != media.Odd || r.Height != 180 {
		t.Errorf("%d changes, %v, %dx%d: %s", p.Count, r.Verdict(), r.Width, r.Height, r.Reason())
	}
}
