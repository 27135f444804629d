package mp4

import (
	"encoding/binary"

	"example.com/hikgrab/nvr/media/es"
)

// movie returns the index of the file.
func (w *Writer) movie() boxes {
	tracks := make([]*Track, 0, len(w.tracks))
	var longest int64
	for _, t := range w.tracks {
		if len(t.sizes) > 0 {
			tracks = append(tracks, t)
			longest = max(longest, t.length())
		}
	}
	var b boxes
	b.box("moov", func() {
		v := versionFor(longest)
		b.full("mvhd", v, 0, func() {
			b.epoch(v)
			b.u32(movieScale)
			b.duration(v, longest)
			b.u32(1 << 16)
			b.u16(1 << 8)
			b.zeros(10)
			b.matrix(es.Rotation{}, 0, 0)
			b.zeros(24)
			b.count(len(tracks) + 1)
		})
		for i, t := range tracks {
			b.track(t, uint32(i+1))
		}
	})
	return b
}

// epoch appends creation and modification time, both unset, so that the same
// recording always gives the same file.
func (b *boxes) epoch(version byte) { b.zeros(8 << version) }

// movieTime converts track units to movie units. It rounds up, so that no edit
// ends before its last sample.
func (t *Track) movieTime(d int64) int64 { return Rescale(d, int64(t.Timescale), movieScale, Up) }

// length is how long the movie must be for the track.
func (t *Track) length() int64 {
	_, shown := t.duration()
	return t.movieTime(t.Delay) + t.movieTime(shown)
}

func (b *boxes) track(t *Track, id uint32) {
	b.box("trak", func() {
		v := versionFor(t.length())
		b.full("tkhd", v, 3, func() {
			b.epoch(v)
			b.u32(id)
			b.u32(0)
			b.duration(v, t.length())
			b.zeros(8)
			b.u16(0) // layer
			if t.video {
				b.u16(0) // alternate group
				b.u16(0) // volume
			} else {
				b.u16(1)
				b.u16(1 << 8)
			}
			b.u16(0)
			b.matrix(t.Rotation, t.Width, t.Height)
			b.u32(t.shownWidth())
			b.u32(uint32(t.Height) << 16)
		})
		b.edits(t)
		b.box("mdia", func() { b.media(t) })
	})
}

// shownWidth is the display width, in 1/65536 pixels.
func (t *Track) shownWidth() uint32 {
	width := uint64(t.Width) << 16
	if p := t.Entry.visualBox("pasp"); len(p) >= 8 {
		w, h := uint64(binary.BigEndian.Uint32(p)), uint64(binary.BigEndian.Uint32(p[4:]))
		if h > 0 && w < 1<<16 && width*w/h < 1<<32 {
			width = width * w / h
		}
	}
	return uint32(width)
}

// edits appends the edit list, unless the track simply plays from beginning to
// end.
func (b *boxes) edits(t *Track) {
	if t.Delay <= 0 && t.Start <= 0 {
		return
	}
	_, shown := t.duration()
	b.box("edts", func() {
		b.full("elst", 1, 0, func() {
			n := 1
			if t.Delay > 0 {
				n = 2
			}
			b.count(n)
			if t.Delay > 0 {
				b.signed(t.movieTime(t.Delay))
				b.signed(-1)
				b.u32(1 << 16)
			}
			b.signed(t.movieTime(shown))
			b.signed(max(t.Start, 0))
			b.u32(1 << 16)
		})
	})
}

func (b *boxes) media(t *Track) {
	media, _ := t.duration()
	v := versionFor(media)
	b.full("mdhd", v, 0, func() {
		b.epoch(v)
		b.u32(uint32(t.Timescale))
		b.duration(v, media)
		b.u16(0x55C4) // language "und"
		b.u16(0)
	})
	handler, name := "soun", "sound"
	if t.video {
		handler, name = "vide", "video"
	}
	b.full("hdlr", 0, 0, func() {
		b.u32(0)
		b.text(handler)
		b.zeros(12)
		b.text(name + "\x00")
	})
	b.box("minf", func() {
		if t.video {
			b.full("vmhd", 0, 1, func() { b.zeros(8) })
		} else {
			b.full("smhd", 0, 0, func() { b.zeros(4) })
		}
		b.box("dinf", func() {
			b.full("dref", 0, 0, func() {
				b.u32(1)
				b.full("url ", 0, 1, func() {})
			})
		})
		b.box("stbl", func() { b.samples(t) })
	})
}

// samples appends the tables that describe and locate the samples.
func (b *boxes) samples(t *Track) {
	b.full("stsd", 0, 0, func() {
		b.u32(1)
		b.u8(t.Entry...)
	})
	times := append(runs(nil), t.times...)
	times.add(uint32(t.Last))
	b.runs("stts", times)
	if t.shown {
		b.runs("ctts", t.shifts)
	}
	if t.video && len(t.keys) < len(t.sizes) {
		b.full("stss", 0, 0, func() { b.list(t.keys) })
	}
	b.chunkRuns(t)
	// Write the size of each sample, even if all are the same: for G.711 with a
	// single size, readers that know QuickTime take one byte per packet.
	b.full("stsz", 0, 0, func() {
		b.u32(0)
		b.list(t.sizes)
	})
	b.offsets(t)
}

// list appends numbers after their count.
func (b *boxes) list(numbers []uint32) {
	b.count(len(numbers))
	for _, n := range numbers {
		b.u32(n)
	}
}

func (b *boxes) runs(kind string, list runs) {
	b.full(kind, 0, 0, func() {
		b.count(len(list))
		for _, r := range list {
			b.u32(r.count)
			b.u32(r.value)
		}
	})
}

func (b *boxes) chunkRuns(t *Track) {
	var rows boxes
	n, before := 0, uint32(0)
	for i, c := range t.chunks {
		if c.samples == before {
			continue
		}
		rows.count(i + 1)
		rows.u32(c.samples)
		rows.u32(1)
		before = c.samples
		n++
	}
	b.full("stsc", 0, 0, func() {
		b.count(n)
		b.u8(rows...)
	})
}

func (b *boxes) offsets(t *Track) {
	kind, wide := "stco", t.chunks[len(t.chunks)-1].offset > 1<<32-1
	if wide {
		kind = "co64"
	}
	b.full(kind, 0, 0, func() {
		b.count(len(t.chunks))
		for _, c := range t.chunks {
			if wide {
				b.signed(c.offset)
			} else {
				b.u32(uint32(c.offset))
			}
		}
	})
}
