package mp4_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"example.com/hikgrab/nvr/media/mediatest"
	"example.com/hikgrab/nvr/media/mp4"
)

// TestVariants reads the variants that other programs write.
func TestVariants(t *testing.T) {
	t.Parallel()
	plain, err := read(small(t))
	if err != nil {
		t.Fatal(err)
	}
	const hidden = 1<<32 - 1 // an empty edit
	addShifts := func(version byte, values ...uint32) func(*box) {
		return func(m *box) {
			stbl := m.Find("trak", "mdia", "minf", "stbl")
			stbl.Boxes = append(stbl.Boxes, &box{Kind: "ctts", Body: mediatest.Full(version, uint32(len(values)/2), values...)})
		}
	}
	for _, c := range []struct {
		name                      string
		change                    func(m *box)
		start, delay, begin, lead int64
		keys                      int
	}{
		{"as it is", func(*box) {}, 0, 0, 0, 0, 2},
		{"wide offsets", func(m *box) {
			b := m.Table("stco")
			wide := mediatest.Full(0, uint32(len(b.Body)/4-2))
			for i := 8; i < len(b.Body); i += 4 {
				wide = append(append(wide, 0, 0, 0, 0), b.Body[i:i+4]...)
			}
			b.Kind, b.Body = "co64", wide
		}, 0, 0, 0, 0, 2},
		{"all are key frames", func(m *box) { m.Find("trak", "mdia", "minf", "stbl").Remove("stss") }, 0, 0, 0, 0, 12},
		{"none is a key frame", edit("stss", mediatest.Full(0, 0)), 0, 0, 0, 0, 0},
		{"key frames that are not there", edit("stss", mediatest.Full(0, 5, 0, 1, 1, 13, 7)), 0, 0, 0, 0, 1},
		{"a narrow trim", elst(mediatest.Full(0, 1, 90000, 3600, one)), 3600, 0, 3600, 0, 2},
		{"a wide trim", elst(mediatest.Full(1, 1, 0, 90000, 0, 5000, one)), 5000, 0, 7200, 0, 2},
		{"a trim of all", elst(mediatest.Full(0, 1, 0, 1000000, one)), 1000000, 0, 0, 0, 2},
		{"a delay", elst(mediatest.Full(0, 2, 900, hidden, one, 90000, 0, one)), 0, 900, 0, 0, 2},
		{"two delays and a trim", elst(mediatest.Full(0, 3, 900, hidden, one, 100, hidden, one, 0, 3600, one)), 3600, 1000, 3600, 0, 2},
		{"no edits", elst(mediatest.Full(0, 0)), 0, 0, 0, 0, 2},
		{"shifts", addShifts(0, 1, 7200, 1, 14400, 10, 3600), 0, 0, 7200, 0, 2},
		{"fewer shifts than samples", addShifts(0, 1, 7200), 0, 0, 3600, 0, 2},
		{"signed shifts", addShifts(1, 1, 0, 1, 7200, 1, 1<<32-3600, 9, 0), 0, 0, 0, 3600, 2},
		{"more times than samples", edit("stts", mediatest.Full(0, 2, 12, 3600, 9, 1)), 0, 0, 0, 0, 2},
		{"times one by one", edit("stts", mediatest.Full(0, 14, slices.Concat([]uint32{0, 7, 0, 9}, slices.Repeat([]uint32{1, 3600}, 12))...)), 0, 0, 0, 0, 2},
		{"a box that nobody knows", func(m *box) { m.Boxes = append([]*box{{Kind: "what", Body: []byte("ever")}}, m.Boxes...) }, 0, 0, 0, 0, 2},
		{"a track of text", func(m *box) {
			text := &box{Kind: "mdia", Boxes: []*box{{Kind: "hdlr", Body: []byte("\x00\x00\x00\x00\x00\x00\x00\x00text\x00")}}}
			m.Boxes = append([]*box{{Kind: "trak", Boxes: []*box{text}}, {Kind: "trak"}}, m.Boxes...)
		}, 0, 0, 0, 0, 2},
		{"a second track of video", func(m *box) { m.Boxes = append(m.Boxes, m.Find("trak")) }, 0, 0, 0, 0, 2},
		{"no references", func(m *box) { m.Find("trak", "mdia", "minf").Remove("dinf") }, 0, 0, 0, 0, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m, err := read(mediatest.Edit(small(t), c.change))
			if err != nil {
				t.Fatal(err)
			}
			v := m.Video
			if v.Samples != 12 || v.Bytes != plain.Video.Bytes || v.Usual != 3600 || v.Start != c.start || v.Delay != c.delay || v.Begin != c.begin || v.Lead != c.lead {
				t.Errorf("%d samples of %d bytes, start %d, delay %d, begin %d, lead %d", v.Samples, v.Bytes, v.Start, v.Delay, v.Begin, v.Lead)
			}
			keys := 0
			was := plain.Video.Cursor()
			for now := v.Cursor(); now.Next() && was.Next(); {
				if now.Offset != was.Offset || now.Size != was.Size || now.At != was.At {
					t.Fatalf("%+v, was %+v", now.Sample, was.Sample)
				}
				if now.Key {
					keys++
				}
			}
			if keys != c.keys {
				t.Errorf("%d key frames, want %d", keys, c.keys)
			}
		})
	}
}

// TestPlaces finds the index where other programs put it.
func TestPlaces(t *testing.T) {
	t.Parallel()
	b := small(t)
	n := int(binary.BigEndian.Uint32(b[28:]))
	moov := b[28 : 28+n]
	samples := bytes.Clone(b[28+n:])
	wide := slices.Concat([]byte("\x00\x00\x00\x01moov"), binary.BigEndian.AppendUint64(nil, uint64(n+8)), moov[8:])
	toEnd := slices.Concat(make([]byte, 4), moov[4:])
	pad := slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(n)), []byte("skip"), make([]byte, n-8))
	for name, file := range map[string][]byte{
		"behind the samples":           slices.Concat(b[:28], pad, samples, moov),
		"behind the samples, wide":     slices.Concat(b[:28], pad, samples, wide),
		"behind the samples, open":     slices.Concat(b[:28], pad, samples, toEnd),
		"in front, and rubbish behind": slices.Concat(b, []byte("rubbish that belongs to nothing")),
		"two of them":                  slices.Concat(b, moov),
	} {
		m, err := read(file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if m.Video.Samples != 12 || m.Sound.Samples != 12 {
			t.Errorf("%s: %d and %d samples", name, m.Video.Samples, m.Sound.Samples)
		}
	}
}

// TestBytesForSamples reads G.711 with one sample per byte as packets.
func TestBytesForSamples(t *testing.T) {
	t.Parallel()
	b := mediatest.Edit(small(t), func(m *box) {
		trak := m.Boxes[2]
		stbl := trak.Find("mdia", "minf", "stbl")
		stbl.Find("stsz").Body = mediatest.Full(0, 1, 12*320)
		stbl.Find("stts").Body = mediatest.Full(0, 1, 12*320, 1)
		stbl.Find("stsc").Body = mediatest.Full(0, 1, 1, 12*320, 1)
		stbl.Find("stco").Body = stbl.Find("stco").Body[:12]
		stbl.Find("stco").Put32(4, 1)
	})
	m, err := read(b)
	if err != nil {
		t.Fatal(err)
	}
	if m.Sound.Samples != 12 || m.Sound.Usual != 320 || m.Sound.Bytes != 12*320 {
		t.Errorf("%+v", m.Sound)
	}
	i := 0
	for c := m.Sound.Cursor(); c.Next(); i++ {
		if c.Size != 320 || c.At != int64(i)*320 || c.Length != 320 || b[c.Offset] != byte(100+i) || b[c.Offset+319] != byte(100+i) {
			t.Errorf("packet %d: %+v", i, c.Sample)
		}
	}
}

func TestRescale(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		t, from, to int64
		r           mp4.Rounding
		want        int64
	}{
		{3, 2, 1, mp4.Nearest, 2},
		{-3, 2, 1, mp4.Nearest, -2},
		{3, 2, 1, mp4.Down, 1},
		{-3, 2, 1, mp4.Down, -2},
		{3, 2, 1, mp4.Up, 2},
		{-3, 2, 1, mp4.Up, -1},
		{1001, 30000, 90000, mp4.Nearest, 3003},
		{1e9 - 1, 1e9, 90000, mp4.Up, 90000},
		{365 * 86400 * 1e9, 1e9, 90000, mp4.Nearest, 365 * 86400 * 90000},
		{7, 5, 5, mp4.Up, 7},
	} {
		if got := mp4.Rescale(c.t, c.from, c.to, c.r); got != c.want {
			t.Errorf("Rescale(%d, %d, %d, %d) = %d, want %d", c.t, c.from, c.to, c.r, got, c.want)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		scale := rapid.Int64Range(1, 1e9)
		from, to := scale.Draw(r, "from"), scale.Draw(r, "to")
		at := rapid.Int64Range(-366*86400, 366*86400).Draw(r, "seconds")*from + rapid.Int64Range(0, from-1).Draw(r, "rest")
		down, near, up := mp4.Rescale(at, from, to, mp4.Down), mp4.Rescale(at, from, to, mp4.Nearest), mp4.Rescale(at, from, to, mp4.Up)
		if down > near || near > up || up-down > 1 || mp4.Rescale(-at, from, to, mp4.Nearest) != -near || mp4.Rescale(-at, from, to, mp4.Down) != -up {
			r.Errorf("%d of %d is between %d and %d of %d, nearest %d", at, from, down, up, to, near)
		}
		if to >= from && mp4.Rescale(near, to, from, mp4.Nearest) != at {
			r.Errorf("%d of %d is %d of %d, and back again %d", at, from, near, to, mp4.Rescale(near, to, from, mp4.Nearest))
		}
	})
}

// FuzzRead gives Read arbitrary input. What it accepts must lie within the
// file.
func FuzzRead(f *testing.F) {
	b := small(f)
	f.Add(b)
	f.Add(b[28:])
	f.Add(mediatest.Edit(b, elst(mediatest.Full(0, 3, 900, 1<<32-1, one, 100, 1<<32-1, one, 0, 3600, one))))
	f.Add(mediatest.Edit(b, func(m *box) { m.Table("stco").Kind = "co64" }))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := read(b)
		if err != nil {
			return
		}
		var total int64
		for _, s := range []*mp4.Stream{m.Video, m.Sound} {
			if s == nil {
				continue
			}
			_, _ = s.Entry.Configuration()
			if !s.Entry.Same(s.Entry) {
				t.Error("an entry differs from itself")
			}
			n, bytes := 0, int64(0)
			for c := s.Cursor(); c.Next(); n++ {
				if c.Size < 0 || c.Offset < 0 || c.Offset+int64(c.Size) > int64(len(b)) || c.Size > mp4.SampleLimit {
					t.Fatalf("sample %d: %+v in %d bytes", n, c.Sample, len(b))
				}
				bytes += int64(c.Size)
			}
			if n != s.Samples || bytes != s.Bytes {
				t.Errorf("%d samples of %d bytes, told %d of %d", n, bytes, s.Samples, s.Bytes)
			}
			total += bytes
		}
		if total > int64(len(b)) {
			t.Errorf("%d bytes of samples in %d", total, len(b))
		}
	})
}
