package splice_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/mediatest"
	"example.com/hikgrab/nvr/media/mp4"
	"example.com/hikgrab/nvr/media/splice"
)

// later returns a camera with all pictures later by d.
func (c *camera) later(d int64) *camera {
	n := *c
	n.pictures, n.sounds = nil, nil
	for _, p := range c.pictures {
		p.decoded, p.shown = p.decoded+d, p.shown+d
		n.pictures = append(n.pictures, p)
	}
	for _, s := range c.sounds {
		s.at += d * c.soundRate / clock
		n.sounds = append(n.sounds, s)
	}
	return &n
}

// TestNewFile begins another file if the current one cannot hold what follows.
func TestNewFile(t *testing.T) {
	t.Parallel()
	const length = 48 * 3600 // of a recording
	one := see(t, lens{source: "plain.h264", sound: "alaw"})
	quiet := see(t, lens{source: "plain.h264"})
	whole := span{0, 48}
	larger := func(c *camera) *camera {
		n := *c
		n.video = bytes.Clone(c.video)
		n.video[33], n.width = n.video[33]+16, n.width+16
		return &n
	}
	type take struct {
		camera *camera
		after  int64
	}
	for _, c := range []struct {
		name  string
		takes []take
		want  [][]int // takes in each file
	}{
		{"another codec", []take{{one, 0}, {see(t, lens{source: "plain.h265", sound: "alaw"}), length}, {one, 2 * length}}, [][]int{{0}, {1}, {2}}},
		{"another size", []take{{one, 0}, {larger(one), length}, {larger(one), 2 * length}, {one, 3 * length}}, [][]int{{0}, {1, 2}, {3}}},
		{"another sound", []take{{one, 0}, {see(t, lens{source: "plain.h264", sound: "aac"}), length}}, [][]int{{0}, {1}}},
		{"no sound", []take{{one, 0}, {quiet, length}, {one, 2 * length}}, [][]int{{0, 1, 2}}},
		{"no sound at first", []take{{quiet, 0}, {quiet, length}, {one, 2 * length}}, [][]int{{0, 1, 2}}},
		{"another sound behind none", []take{{one, 0}, {quiet, length}, {see(t, lens{source: "plain.h264", sound: "mp2"}), 2 * length}}, [][]int{{0, 1}, {2}}},
		{"gap of 13 hours", []take{{one, 0}, {one, 13 * 3600 * clock}}, [][]int{{0}, {1}}},
		{"gap of just 12 hours", []take{{one, 0}, {one, 12*3600*clock + length}}, [][]int{{0, 1}}},
		{"other parameter sets and B-frames", []take{{one, 0}, {see(t, lens{source: "bframes.h264", reorder: true, sound: "alaw"}), length}}, [][]int{{0, 1}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var pieces []splice.Piece
			var cams []*camera
			for _, k := range c.takes {
				cam := k.camera.later(k.after)
				cams = append(cams, cam)
				p, _ := cam.file(t, whole)
				pieces = append(pieces, p)
			}
			list, left := splices(t, pieces, splice.Span{})
			if len(list) != len(c.want) || len(left) != 0 {
				t.Fatalf("%d files, want %d, left out: %v", len(list), len(c.want), left)
			}
			for i, f := range list {
				all := &camera{step: 3600, soundRate: 8000}
				var spans []span
				for _, n := range c.want[i] {
					k := len(all.pictures)
					all.pictures = append(all.pictures, cams[n].pictures[:48]...)
					spans = append(spans, span{k, k + 48})
					all.sounds = append(all.sounds, cams[n].sounds...)
					if cams[n].soundRate > 0 {
						all.soundRate = cams[n].soundRate
					}
				}
				all.shows(t, f, spans...)
			}
		})
	}
}

// TestCodecName names known codecs, and lets nothing else reach a terminal.
func TestCodecName(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "plain.h264"})
	_, dst := c.file(t, span{0, 48})
	for kind, want := range map[string]string{"avc1": "H.264", "mp4v": "mp4v", "\x1b[2J": "unknown", "\xE2\x80\xAEx": "unknown"} {
		b := mediatest.Edit(dst.B, func(m *mediatest.Box) {
			entry := m.Table("stsd").Body[8:]
			if copy(entry[4:], kind); kind != "avc1" {
				copy(entry[86+4:], "none")
			}
		})
		if list, _ := splices(t, []splice.Piece{pieceOf(b, noon)}, splice.Span{}); list[0].plan.Codec != want {
			t.Errorf("%q: %q, want %q", kind, list[0].plan.Codec, want)
		}
	}
}

// TestSoundTimescale begins another file for sound of the same format in other
// units.
func TestSoundTimescale(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "plain.h264", frames: 96, sound: "alaw"})
	_, dst := c.file(t, span{48, 96})
	other := mediatest.Edit(dst.B, func(m *mediatest.Box) { m.Boxes[2].Find("mdia", "mdhd").Put32(12, 16000) })
	pieces := append(c.files(t, span{0, 48}), pieceOf(other, at(c.pictures[48].shown)))
	if list, _ := splices(t, pieces, splice.Span{}); len(list) != 2 {
		t.Errorf("%d files", len(list))
	}
}

// TestParameterSets joins files with different parameter sets if each has its
// own.
func TestParameterSets(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"plain.h264", "plain.h265"} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			const length = 48 * 3600
			own, bare := see(t, lens{source: source}), see(t, lens{source: source, bare: true})
			other := func(c *camera) *camera {
				n := c.later(length)
				n.video = withOtherSets(t, c.video)
				return n
			}
			profile := own.later(length)
			profile.video = withOtherProfile(t, own.video)
			late := other(bare)
			late.pictures[0].data = slices.Concat(late.pictures[0].data, own.pictures[0].data)
			third := func(c *camera) *camera { return c.later(2 * length) }
			for _, c := range []struct {
				name  string
				cams  []*camera
				files int
			}{
				{"each brings its own", []*camera{own, other(own), third(own)}, 1},
				{"the second does not", []*camera{own, other(bare)}, 2},
				{"the second does, too late", []*camera{own, late}, 2},
				{"another profile", []*camera{own, profile}, 2},
				{"the third does not", []*camera{own, other(own), third(bare)}, 2},
				{"none does, and all have the same", []*camera{bare, bare.later(length), third(bare)}, 1},
			} {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					var pieces []splice.Piece
					for _, cam := range c.cams {
						p, _ := cam.file(t, span{0, 48})
						pieces = append(pieces, p)
					}
					list, _ := splices(t, pieces, splice.Span{})
					if len(list) != c.files {
						t.Errorf("%d files, want %d", len(list), c.files)
					}
				})
			}
		})
	}
}

// withOtherSets changes the picture parameter set in an entry.
func withOtherSets(t *testing.T, e mp4.Entry) mp4.Entry {
	t.Helper()
	c, ok := e.Configuration()
	if !ok {
		t.Fatal("no configuration")
	}
	set := c.Sets.PPS[0]
	at := bytes.Index(e, set)
	n := bytes.Clone(e)
	n[at+len(set)-1] ^= 0x40
	return n
}

// withOtherProfile changes the profile in an entry's sequence parameter set.
func withOtherProfile(t *testing.T, e mp4.Entry) mp4.Entry {
	t.Helper()
	c, ok := e.Configuration()
	if !ok {
		t.Fatal("no configuration")
	}
	set := c.Sets.SPS[0]
	at, value := bytes.Index(e, set)+1, byte(110)
	if c.Codec == es.H265 {
		at, value = at+2, set[3]+1
	}
	n := bytes.Clone(e)
	n[at] = value
	if _, err := es.ParseSPS(c.Codec, n[bytes.Index(e, set):][:len(set)]); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestClockSetBack makes another file of the recordings for which the clock
// shows a time for the second time.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	summer := see(t, lens{source: "plain.h264", frames: 4 * 480, step: clock / 12, sound: "alaw"})
	winter := see(t, lens{source: "plain.h264", frames: 4 * 480, step: clock / 12})
	// The camera sees other things the second time, and has no sound.
	for i := range winter.pictures {
		winter.pictures[i].data = append(winter.pictures[i].data, 0, 0, 0, 2, 12, 12)
	}
	var pieces []splice.Piece
	for i := range 4 {
		s := span{i * 480, (i + 1) * 480}
		pieces = append(pieces, summer.files(t, s)...)
		pieces = append(pieces, winter.files(t, s)...)
	}
	list, left := splices(t, pieces, splice.Span{})
	if len(list) != 2 || len(left) != 0 {
		t.Fatalf("%d files, left out: %v", len(list), left)
	}
	all := span{0, 4 * 480}
	summer.shows(t, list[0], all)
	winter.shows(t, list[1], all)

	// The same recordings, listed twice, add nothing.
	list, left = splices(t, append(summer.files(t, span{0, 960}, span{960, 1920}), summer.files(t, span{0, 960}, span{960, 1920})...), splice.Span{})
	if len(list) != 1 || len(left) != 2 || !errors.Is(left[0].Reason, splice.ErrCovered) {
		t.Fatalf("%d files, left out: %v", len(list), left)
	}
	summer.shows(t, list[0], all)
}

// TestOverlapLimit distinguishes an overlap from a clock that was set back.
func TestOverlapLimit(t *testing.T) {
	t.Parallel()
	const second = 12 // pictures
	c := see(t, lens{source: "plain.h264", frames: 120 * second, step: clock / second})
	for _, k := range []struct{ overlap, files int }{{1, 1}, {29, 1}, {30, 1}, {31, 2}, {59, 2}} {
		list, left := splices(t, c.files(t, span{0, 60 * second}, span{(60 - k.overlap) * second, 120 * second}), splice.Span{})
		if len(list) != k.files || len(left) != 0 {
			t.Fatalf("%d files where %d s overlap, left out: %v", len(list), k.overlap, left)
		}
		if k.files == 1 {
			c.shows(t, list[0], span{0, 120 * second})
			continue
		}
		c.shows(t, list[0], span{0, 60 * second})
		c.shows(t, list[1], span{(60 - k.overlap) * second, 120 * second})
	}
}

// TestRotated joins rotated pictures only with pictures of the same rotation.
func TestRotated(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "plain.h264", frames: 144})
	turned := func(from, to int) splice.Piece {
		_, dst := c.file(t, span{from, to})
		return pieceOf(mediatest.Edit(dst.B, func(m *mediatest.Box) {
			header := m.Find("trak", "tkhd")
			for i, v := range []uint32{0, 1<<32 - 1<<16, 0, 1 << 16, 0} {
				header.Put32(40+4*i, v)
			}
		}), at(c.pictures[from].shown))
	}
	pieces := append(c.files(t, span{0, 48}), turned(48, 96), turned(96, 144))
	list, _ := splices(t, pieces, splice.Span{})
	if len(list) != 2 {
		t.Fatalf("%d files", len(list))
	}
	for i, want := range []es.Rotation{{}, {B: -1, C: 1}} {
		m, err := mp4.Read(bytes.NewReader(list[i].bytes), int64(len(list[i].bytes)))
		if err != nil || m.Video.Rotation != want || m.Video.Samples != 48*(i+1) {
			t.Errorf("%+v, %v", m, err)
		}
	}
}
