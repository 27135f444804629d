package ps

import (
	"fmt"
	"testing"
	"time"
)

// TestPlausible checks where a stream can resume after damage.
func TestPlausible(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		b    string
		want bool
	}{
		{"\xBA\x44\x00\x04\x00\x04\x01", true},
		{"\xBA\x78\x00\x04\x00\x04\x01", false}, // not 01 and a marker
		{"\xBA\x40\x00\x04\x00\x04\x01", false},
		{"\xBA\xC4\x00\x04\x00\x04\x01", false},
		{"\xBA\x44\xFF\xFB\xFF\x04\x01", false},
		{"\xBA\x44\xFF\x04\xFF\xFB\x01", false},
		{"\xBA\x44\xFF\x04\xFF\x04\xFE", false},
		{"\xBA\x21\x00\x01\x00\x01\x00", true},
		{"\xBA\x20\x00\x01\x00\x01\x00", false},
		{"\xBA\x31\x00\x01\x00\x01\x00", false},
		{"\xBA\x21\xFF\xFE\xFF\x01\x00", false},
		{"\xBA\x21\xFF\x01\xFF\xFE\x00", false},
		{"\xBA\x00\x00\x01\xE0\x00\x00", true},
		{"\xBA\x01\x00\x01\xE0\x00\x00", false},
		{"\xBA\x00\x02\x01\xE0\x00\x00", false},
		{"\xBA\x00\x00\x02\xE0\x00\x00", false},
		{"\xE0\x00\x00\x80\x00\x00\x00", true},
		{"\xE0\x00\x00\xBF\x00\x00\x00", true},
		{"\xE0\x00\x00\xC0\x00\x00\x00", false},
		{"\xE0\x00\x00\xFF\x00\x00\x00", true},
		{"\xE0\x00\x00\xFE\x00\x00\x00", false},
		{"\xC0\x00\x00\x40\x00\x00\x00", true},
		{"\xC0\x00\x00\x7F\x00\x00\x00", true},
		{"\xC0\x00\x00\x21\x00\x00\x00", true},
		{"\xC0\x00\x00\x31\x00\x00\x00", true},
		{"\xC0\x00\x00\x11\x00\x00\x00", false},
		{"\xEF\x00\x00\x0F\x00\x00\x00", true},
		{"\xEF\x00\x00\x0E\x00\x00\x00", false},
		{"\xC0\x00\x00\x13\x00\x00\x00", false},
		{"\xBF\x00\x00\x13\x00\x00\x00", true},
		{"\xBD\x00\x00\x13\x00\x00\x00", true},
		{"\xF0\x00\x00\x13\x00\x00\x00", true},
		{"\xBD\x00\x00\x13\x00\x00", false},
	} {
		if got := plausible([]byte("\x00\x00\x01" + c.b)); got != c.want {
			t.Errorf("% x: %v", c.b, got)
		}
	}
}

func TestNextElement(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		b    string
		from int
		want int
	}{
		{"\x00\x00\x01\xB9", 0, 0},
		{"\x00\x00\x01\xB8", 0, 2},
		{"\x00\x00\x01\xB9", 1, 2},
		{"a\x00\x00\x01\xBAb", 0, 1},
		{"a\x00\x01\xBAb\x01\x00\x01\xBA", 0, 7},
		{"\x07\x00\x01\xBA\x00\x07\x01\xBA\x00\x00\x01\xBA", 0, 8},
		{"\x00\x00\x00\x01\xBA", 0, 1},
		{"abc\x00\x00\x01", 0, 3},
		{"abc\x00\x00", 0, 3},
		{"abcdef", 0, 4},
		{"abcdef", 5, 5},
		{"\x00\x00\x01\x65\x00\x00\x01\xE0", 0, 4},
		{"\x00\x00\x01\x65\x00\x00\x01\x01", 0, 6},
	} {
		if got := nextElement([]byte(c.b), c.from); got != c.want {
			t.Errorf("%q from %d: %d, want %d", c.b, c.from, got, c.want)
		}
	}
	for _, b := range []string{"\x07\x00\x01\xBA", "\x00\x07\x01\xBA", "\x00\x00\x02\xBA", "\x00\x00\x01\xB8", "\x00\x00\x01"} {
		if isElement([]byte(b)) {
			t.Errorf("%q is an element", b)
		}
	}
}

// TestWallClock reads every possible time and nothing else.
func TestWallClock(t *testing.T) {
	t.Parallel()
	type fields [8]uint64 // year, month, day, hour, minute, second, marker, milliseconds
	for _, c := range []struct {
		f    fields
		want string // empty: no time
	}{
		{fields{26, 11, 22, 19, 30, 15, 1, 123}, "2026-11-22 19:30:15.123"},
		{fields{0, 1, 1, 0, 0, 0, 1, 0}, "2000-01-01 00:00:00"},
		{fields{255, 12, 31, 23, 59, 59, 1, 999}, "2255-12-31 23:59:59.999"},
		{fields{28, 2, 29, 1, 2, 3, 1, 4}, "2028-02-29 01:02:03.004"},
		{fields{26, 12, 31, 23, 59, 60, 1, 0}, "2027-01-01 00:00:00"}, // a leap second
		{fields{26, 2, 29, 1, 2, 3, 1, 4}, ""},
		{fields{26, 0, 22, 0, 0, 0, 1, 0}, ""},
		{fields{26, 13, 22, 0, 0, 0, 1, 0}, ""},
		{fields{26, 11, 0, 0, 0, 0, 1, 0}, ""},
		{fields{26, 11, 31, 0, 0, 0, 1, 0}, ""},
		{fields{26, 11, 22, 24, 0, 0, 1, 0}, ""},
		{fields{26, 11, 0, 0, 0, 60, 1, 0}, ""},
		{fields{26, 11, 22, 24, 0, 60, 1, 0}, ""},
		{fields{26, 11, 22, 0, 60, 0, 1, 0}, ""},
		{fields{26, 11, 22, 0, 0, 61, 1, 0}, ""},
		{fields{26, 11, 22, 0, 0, 0, 0, 0}, ""},
		{fields{26, 11, 22, 0, 0, 0, 1, 1000}, ""},
	} {
		v := uint64(0)
		for i, bits := range []int{8, 4, 5, 5, 6, 6, 1, 10} {
			v = v<<bits | c.f[i]
		}
		v = v<<3 | 7
		got := wallClock([]byte{byte(v >> 40), byte(v >> 32), byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
		if s := got.Format("2006-01-02 15:04:05.999"); c.want == "" && !got.IsZero() || c.want != "" && (s != c.want || got.Location() != time.UTC) {
			t.Errorf("%v: %s, want %q", c.f, s, c.want)
		}
	}
}

// TestMapParts reads maps that are cut short or have unknown contents.
func TestMapParts(t *testing.T) {
	t.Parallel()
	const head = "\x00\x00\x01\xBC\x00\x00\xE0\xFF"
	const clock = "\x40\x0AHK\x01\x00\x1A\xB5\x93\x40\x20\x00"
	const video = "\x42\x0Eabcdefghijk\x01\x02\x05"
	for _, c := range []struct {
		name, b, want string
	}{
		{"nothing", head, "[] false 0"},
		{"empty", head + "\x00\x00\x00\x00", "[] false 0"},
		{"no entries", head + "\x00\x00", "[] false 0"},
		{"an entry", head + "\x00\x00\x00\x04\x1B\xE0\x00\x00", "[{224 27}] false 0"},
		{"half an entry", head + "\x00\x00\x00\x04\x1B\xE0\x00", "[] false 0"},
		{"entries shorter than told", head + "\x00\x00\x00\x08\x1B\xE0\x00\x00\x90", "[{224 27}] false 0"},
		{"entries longer than told", head + "\x00\x00\x00\x04\x1B\xE0\x00\x00\x90\xC0\x00\x00", "[{224 27}] false 0"},
		{"a clock", head + "\x00\x0C" + clock + "\x00\x00", "[] true 0"},
		{"a clock behind another descriptor", head + "\x00\x10\x99\x02ab" + clock + "\x00\x00", "[] true 0"},
		{"a clock cut short", head + "\x00\x0C" + clock[:11], "[] false 0"},
		{"a clock of nobody", head + "\x00\x0C\x40\x0AhK" + clock[4:] + "\x00\x00", "[] false 0"},
		{"a clock of another", head + "\x00\x0C\x40\x0AHk" + clock[4:] + "\x00\x00", "[] false 0"},
		{"another descriptor like a clock", head + "\x00\x0C\x41\x0AHK" + clock[4:] + "\x00\x00", "[] false 0"},
		{"an interval", head + "\x00\x00\x00\x14\x1B\xE0\x00\x10" + video, "[{224 27}] false 33026"},
		{"an interval cut short", head + "\x00\x00\x00\x14\x1B\xE0\x00\x10" + video[:15], "[{224 27}] false 0"},
		{"another descriptor like an interval", head + "\x00\x00\x00\x14\x1B\xE0\x00\x10\x43" + video[1:], "[{224 27}] false 0"},
	} {
		// Everything from the previous map is forgotten.
		m := Map{Streams: []Stream{{1, 2}}, FrameInterval: 7, Wall: time.Unix(0, 0)}
		m.parse([]byte(c.b))
		if got := fmt.Sprint(m.Streams, !m.Wall.IsZero(), m.FrameInterval); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestHeaders reads the headers of packets, of MPEG-2 and MPEG-1.
func TestHeaders(t *testing.T) {
	t.Parallel()
	const pts, dts = "\x21\x00\x01\x00\x05", "\x11\x00\x01\x00\x03"
	const most = "\x2F\xFF\xFF\xFF\xFF"
	for _, c := range []struct {
		name, body, want string
	}{
		{"neither stamp", "\x80\x00\x00z", "0 false 0 false false false z"},
		{"a stamp", "\x80\x80\x05" + pts + "z", "2 true 2 false false false z"},
		{"two stamps", "\x80\xC0\x0A" + "\x31" + pts[1:] + dts + "z", "2 true 1 true false false z"},
		{"the greatest stamp", "\x80\x80\x05" + most + "z", "8589934591 true 8589934591 false false false z"},
		{"a bit in each place", "\x80\x80\x05\x23\x01\x03\x02\x03z", "1077969153 true 1077969153 false false false z"},
		{"only a decoding stamp: forbidden", "\x80\x40\x0A" + pts + dts + "z", "0 false 0 false false false z"},
		{"a stamp that does not fit", "\x80\x80\x04" + pts[:4] + "z", "0 false 0 false false false z"},
		{"a stamp of two that fits", "\x80\xC0\x09" + pts + dts[:4] + "z", "2 true 2 false false false z"},
		{"stuffing", "\x80\x80\x07" + pts + "\xFF\xFFz", "2 true 2 false false false z"},
		{"scrambled", "\xA0\x00\x00z", "0 false 0 false true false z"},
		{"scrambled otherwise", "\x90\x00\x00z", "0 false 0 false true false z"},
		{"a header longer than the packet", "\x80\x00\x09z", "0 false 0 false false false "},
		{"no header", "\x80\x00", "0 false 0 false false false "},
		{"MPEG-1, nothing", "\x0Fz", "0 false 0 false false false z"},
		{"MPEG-1, a stamp", pts + "z", "2 true 2 false false false z"},
		{"MPEG-1, two stamps", "\x31" + pts[1:] + dts + "z", "2 true 1 true false false z"},
		{"MPEG-1, stuffing and a buffer", "\xFF\xFF\x60\x20" + pts + "z", "2 true 2 false false false z"},
		{"MPEG-1, a buffer cut short", "\x60", "0 false 0 false false true `"},
		{"MPEG-1, a stamp cut short", pts[:4], "0 false 0 false false false "},
		{"MPEG-1, two stamps cut short", "\x31" + pts[1:] + dts[:4], "2 true 2 false false false "},
		{"MPEG-1, stuffing only", "\xFF\xFF", "0 false 0 false false false "},
		{"neither", "\x13z", "0 false 0 false false true \x13z"},
	} {
		var p Packet
		p.parse([]byte("\x00\x00\x01\xE0\x00\x00" + c.body))
		if got := fmt.Sprintf("%d %v %d %v %v %v %s", p.PTS, p.HasPTS, p.DTS, p.HasDTS, p.Scrambled, p.Damaged, p.Payload); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	var p Packet
	if p.parse([]byte("\x00\x00\x01\xE0\x00\x00")); len(p.Payload) != 0 {
		t.Errorf("a packet without anything holds %q", p.Payload)
	}
	for id := range 256 {
		p := Packet{ID: byte(id)}
		if p.Video() != (id >= 0xE0 && id <= 0xEF) || p.Audio() != (id >= 0xC0 && id <= 0xDF) {
			t.Errorf("%#x: video %v, audio %v", id, p.Video(), p.Audio())
		}
	}
}
