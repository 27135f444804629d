package ps_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr/media/ps"
)

// diary records what a demuxer finds. It joins the pieces of a packet, because
// the demuxer does not promise where they are cut.
type diary struct{ lines []string }

func (d *diary) add(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *diary) Pack(p ps.Pack) { d.add("pack %d %d %v", p.Offset, p.Number, p.Numbered) }

func (d *diary) Map(m *ps.Map) {
	d.add("map %d %v %s %d", m.Offset, m.Streams, m.Wall.Format(time.DateTime), m.FrameInterval)
}

func (d *diary) Packet(p *ps.Packet) {
	if n := len(d.lines) - 1; p.Continued && n >= 0 && strings.HasPrefix(d.lines[n], "packet") {
		d.lines[n] += fmt.Sprintf("%x", p.Payload)
		return
	}
	d.add("packet %d %X pts %d %v dts %d %v %v %v: %x", p.Offset, p.ID, p.PTS, p.HasPTS, p.DTS, p.HasDTS, p.Scrambled, p.Damaged, p.Payload)
}

func (d *diary) Damage(g ps.Damage) { d.add("damage %d at %d, %d", g.Kind, g.Offset, g.Bytes) }

// demux returns what is found in b if it is written in pieces.
func demux(b []byte, piece int) []string {
	var d diary
	x := ps.New(&d, 0)
	for p := range slices.Chunk(b, max(piece, 1)) {
		x.Write(p)
	}
	x.Close()
	x.Close()
	return d.lines
}

const (
	pack     = "\x00\x00\x01\xBA\x44\x00\x04\x00\x04\x01\x03\xAC\xD3\xF8"
	numbered = "\x00\x00\x01\xBA\x44\x00\x04\x00\x04\x01\x03\xAC\xD3\xFE\xFF\xFF\x00\x00\x01\xBC"
	bare     = "\x00\x00\x01\xBA"
	oldPack  = "\x00\x00\x01\xBA\x21\x00\x01\x00\x01\x80\x00\x01"
	packet   = "\x00\x00\x01\xE0\x00\x0A\x8C\x80\x05\x21\x00\x01\x00\x03ab"
	private  = "\x00\x00\x01\xBF\x00\x08\x00\x00\x01\xE0\x00\x03xy"
	end      = "\x00\x00\x01\xB9"
)

func TestDemuxer(t *testing.T) {
	t.Parallel()
	const ab = "E0 pts 1 true dts 1 false false false: 6162"
	for _, c := range []struct {
		name, stream string
		want         []string
	}{
		{"nothing", "", nil},
		{"pack and packet", pack + packet, []string{"pack 0 0 false", "packet 14 " + ab}},
		{"a number that looks like a map", numbered + packet, []string{"pack 0 444 true", "packet 20 " + ab}},
		{"stuffing without a number", numbered[:14] + "\x00\x00\x00\x00\x01\xBC" + packet, []string{"pack 0 0 false", "packet 20 " + ab}},
		{"half a mark of a number", numbered[:15] + "\x00\x00\x00\x01\xBC" + packet, []string{"pack 0 0 false", "packet 20 " + ab}},
		{"the other half", numbered[:14] + "\x00\xFF\x00\x00\x01\xBC" + packet, []string{"pack 0 0 false", "packet 20 " + ab}},
		{"a pack inside a packet of another kind", "\x00\x00\x01\xF3\x00\x0E" + pack, nil},
		{"more than padding", packet + strings.Repeat("\x00", 17) + packet, []string{"packet 0 " + ab, "damage 0 at 16, 17", "packet 33 " + ab}},
		{"what looks like a packet in garbage", "no\x00\x00\x01\xE0\x00\x02\x13\x00\x00\x00\x00" + pack, []string{"damage 0 at 0, 13", "pack 13 0 false"}},
		{"a map that swallows a pack", "\x00\x00\x01\xBC\x00\x20\xFA\xFF\x00\x00\x00\x00" + pack + packet, []string{
			"damage 1 at 0, 12", "pack 12 0 false", "packet 26 " + ab,
		}},
		{"scrambled with the odd key", "\x00\x00\x01\xE1\x00\x04\x90\x00\x00z", []string{"packet 0 E1 pts 0 false dts 0 false true false: 7a"}},
		{"DTS without PTS", "\x00\x00\x01\xE0\x00\x0E\x80\x40\x0A\x31\x00\x01\x00\x05\x11\x00\x01\x00\x03z", []string{
			"packet 0 E0 pts 0 false dts 0 false false false: 7a",
		}},
		{"no length, MPEG-1", "\x00\x00\x01\xE0\x00\x00\x0Fabcd" + pack, []string{
			"packet 0 E0 pts 0 false dts 0 false false true: 0f61626364", "pack 11 0 false",
		}},
		{"bare pack", bare + packet, []string{"pack 0 0 false", "packet 4 " + ab}},
		{"MPEG-1 pack", oldPack + packet, []string{"pack 0 0 false", "packet 12 " + ab}},
		{"end code, and on", packet + end + packet, []string{"packet 0 " + ab, "packet 20 " + ab}},
		{"a start code in a private packet", private + packet, []string{"packet 14 " + ab}},
		{"padding", packet + "\x00\x00\x00" + packet, []string{"packet 0 " + ab, "packet 19 " + ab}},
		{"padding at the end", packet + "\x00\x00\x00\x00\x00", []string{"packet 0 " + ab}},
		{"garbage", packet + "garbage" + packet, []string{
			"packet 0 " + strings.Replace(ab, "false: ", "true: ", 1), "damage 1 at 0, 16", "damage 0 at 16, 7", "packet 23 " + ab,
		}},
		{"a bare pack at the end", packet + bare, []string{"packet 0 " + ab}},
		{"a bare pack and zeros at the end", packet + bare + "\x00\x00", []string{"packet 0 " + ab}},
		{"a bare pack and half a start code at the end", packet + bare + "\x00\x00\x01", []string{"packet 0 " + ab, "damage 2 at 20, 3"}},
		{"a bare pack and garbage at the end", packet + bare + "abc", []string{"packet 0 " + ab, "damage 2 at 16, 7"}},
		{"garbage at the end", packet + "\x00\x00\x00ab\x01", []string{"packet 0 " + ab, "damage 0 at 16, 6"}},
		{"garbage and an end code", packet + "\x00\x00\x00ab" + end + pack, []string{"packet 0 " + ab, "damage 0 at 16, 5", "pack 25 0 false"}},
		{"garbage and half a start code", packet + "\x00\x00\x00ab\x00\x00\x01", []string{
			"packet 0 " + ab, "damage 0 at 16, 5", "damage 2 at 21, 3",
		}},
		{"a system header", pack + "\x00\x00\x01\xBB\x00\x06\x81\xD6\x69\x04\xE1\x7F" + packet, []string{"pack 0 0 false", "packet 26 " + ab}},
		{"a packet of another kind", "\x00\x00\x01\xF0\x00\x02ab" + packet, []string{"packet 8 " + ab}},
		{"an empty packet of another kind", "\x00\x00\x01\xF0\x00\x00" + packet, []string{"packet 6 " + ab}},
		{"a private packet that swallows a pack", "\x00\x00\x01\xBD\x00\x18\xFA\xFF" + pack + packet, []string{
			"damage 1 at 0, 8", "pack 8 0 false", "packet 22 " + ab,
		}},
		{"a private packet that ends nowhere", "\x00\x00\x01\xBD\x00\xFF\xFA\xFF" + pack, []string{"damage 2 at 0, 22"}},
		{"a packet without a length, of MPEG-1", "\x00\x00\x01\xE0\x00\x00\x0Fab\x00\x00\x01\x65cd" + pack, []string{
			"packet 0 E0 pts 0 false dts 0 false false true: 0f61620000016563" + "64", "pack 15 0 false",
		}},
		{"a scrambled packet without a length", "\x00\x00\x01\xE0\x00\x00\xA0\x00\x00ab" + packet, []string{
			"packet 0 E0 pts 0 false dts 0 false true false: 6162", "packet 11 " + ab,
		}},
		{"garbage first", "no" + pack, []string{"damage 0 at 0, 2", "pack 2 0 false"}},
		{"a packet that swallows a pack", packet[:5] + "\x14" + packet[6:] + pack + packet, []string{
			"packet 0 " + strings.Replace(ab, "false: ", "true: ", 1), "damage 1 at 0, 16", "pack 16 0 false", "packet 30 " + ab,
		}},
		{"cut in a packet", pack + packet[:15], []string{
			"pack 0 0 false", "packet 14 E0 pts 1 true dts 1 false false true: 61", "damage 2 at 14, 15",
		}},
		{"cut in a pack", packet + pack[:9], []string{"packet 0 " + ab, "damage 2 at 16, 9"}},
		{"cut in a start code", packet + "\x00\x00\x01", []string{"packet 0 " + ab, "damage 2 at 16, 3"}},
		{"no length", "\x00\x00\x01\xE0\x00\x00\x8C\x80\x05\x21\x00\x01\x00\x03ab\x00\x00\x01\x65cd" + pack, []string{
			"packet 0 E0 pts 1 true dts 1 false false false: 6162000001656364", "pack 22 0 false",
		}},
		{"no length and no end", "\x00\x00\x01\xE0\x00\x00\x8C\x00\x00ab\x00\x00", []string{
			"packet 0 E0 pts 0 false dts 0 false false false: 61620000",
		}},
		{"scrambled, DTS", "\x00\x00\x01\xE1\x00\x0E\xA0\xC0\x0A\x31\x00\x01\x00\x05\x11\x00\x01\x00\x03z", []string{
			"packet 0 E1 pts 2 true dts 1 true true false: 7a",
		}},
		{"MPEG-1 packet", "\x00\x00\x01\xC0\x00\x0A\xFF\xFF\x40\x20\x21\x00\x01\x00\x03z", []string{
			"packet 0 C0 pts 1 true dts 1 false false false: 7a",
		}},
		{"length below 3", "\x00\x00\x01\xE0\x00\x01\x80" + pack, []string{
			"packet 0 E0 pts 0 false dts 0 false false false: ", "pack 7 0 false",
		}},
		{"header longer than the packet", "\x00\x00\x01\xE0\x00\x04\x80\x80\xFFa" + pack, []string{
			"packet 0 E0 pts 0 false dts 0 false false false: ", "pack 10 0 false",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, piece := range []int{1, 2, 3, 5, 7, 16, 1000} {
				if got := demux([]byte(c.stream), piece); !slices.Equal(got, c.want) {
					t.Errorf("pieces of %d:\ngot  %q\nwant %q", piece, got, c.want)
				}
			}
		})
	}
}

func TestMap(t *testing.T) {
	t.Parallel()
	// 2023-09-26 15:43:17, in the layout of public dumps.
	wall := "\x40\x0E" + "HK\x01\x00" + "\x17\x9D\x3E\xB4\x60\x07" + "\x00\xFF\xFF\xFF"
	video := "\x42\x0E\x07\x10\x10\xEA\x05\x00\x02\xD0\x11\x30\x00\x00\x1C\x21"
	body := "\xFA\xFF\x00\x10" + wall + "\x00\x18" + "\x24\xE0\x00\x10" + video + "\x90\xC0\x00\x00" + "\x01\x02\x03\x04"
	stream := "\x00\x00\x01\xBC\x00" + string(rune(len(body))) + body + packet
	want := "map 0 [{224 36} {192 144}] 2023-09-26 15:43:17 3600"
	if got := demux([]byte(stream), 3); len(got) != 2 || got[0] != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for i := range len(stream) - len(packet) {
		b := []byte(stream)
		b[i] ^= 0xFF
		demux(b, 1000) // must not fail
	}
	for was, becomes := range map[string]string{
		"\x17\x9D\x3E": "\x17\x2F\x3E", // the 30th of February
		"\xB4\x60\x07": "\xB4\x40\x07", // no marker
	} {
		if got := demux([]byte(strings.Replace(stream, was, becomes, 1)), 1000); !strings.Contains(got[0], "0001-01-01") {
			t.Errorf("% x is read as %q", becomes, got[0])
		}
	}
	nonsense := strings.Replace(stream, "\x17\x9D\x3E\xB4\x60\x07", "\x17\x0D\x3E\xB4\x60\x07", 1) // month 0
	if got := demux([]byte(nonsense), 1000); !strings.Contains(got[0], "0001-01-01") {
		t.Errorf("month 0 is read as %q", got[0])
	}
}

func FuzzDemuxer(f *testing.F) {
	for _, s := range []string{
		pack + packet + end, numbered + private + packet, bare + packet + "garbage" + packet, oldPack + packet[:9],
		"\x00\x00\x01\xE0\x00\x00\x8C\x80\x05\x21\x00\x01\x00\x03ab\x00\x00\x01\x65cd" + pack,
		"\x00\x00\x01\xBC\x00\x0A\xFA\xFF\x00\x00\x00\x00\x01\x02\x03\x04" + pack, "\x00\x00\x01\xE0\x00\x02\x80\x80",
	} {
		f.Add([]byte(s), 3)
	}
	f.Fuzz(func(t *testing.T, b []byte, piece int) {
		want := demux(b, len(b))
		if got := demux(b, min(max(piece, 1), 4096)); !slices.Equal(got, want) {
			t.Errorf("pieces of %d:\ngot  %q\nwant %q", piece, got, want)
		}
		var payload int
		for _, line := range want {
			if _, hex, ok := strings.Cut(line, ": "); ok {
				payload += len(hex) / 2
			}
		}
		if payload > len(b) {
			t.Errorf("%d bytes of payload in %d bytes", payload, len(b))
		}
		if bytes.HasPrefix(b, []byte(pack)) && len(want) == 0 {
			t.Error("a pack is not seen") // packs inside other elements must not be seen
		}
	})
}
