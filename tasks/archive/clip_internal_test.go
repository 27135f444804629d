package archive

import (
	"testing"
	"time"

	"example.com/hikgrab/nvr"
)

// Open ends, and ends beyond the recording, are those of the recording.
func TestClipEnds(t *testing.T) {
	start, end := someDay, someDay.Add(20*time.Second)
	second := func(n int) time.Time { return someDay.Add(time.Duration(n) * time.Second) }
	for name, tt := range map[string]struct {
		span Span
		want Span // zero for the whole
	}{
		"nothing asked":     {},
		"inside":            {Span{From: second(3), To: second(4)}, Span{From: second(3), To: second(4)}},
		"open end":          {Span{From: second(3)}, Span{From: second(3), To: end}},
		"open start":        {Span{To: second(3)}, Span{From: start, To: second(3)}},
		"beyond the end":    {Span{From: second(3), To: second(99)}, Span{From: second(3), To: end}},
		"before the start":  {Span{From: second(-9), To: second(3)}, Span{From: start, To: second(3)}},
		"exactly all of it": {Span{From: start, To: end}, Span{}},
		"more than all":     {Span{From: second(-1), To: second(21)}, Span{}},
		"beside it":         {Span{From: second(30), To: second(40)}, Span{}},
		"turned round":      {Span{From: second(9), To: second(3)}, Span{}},
		"another zone":      {Span{From: time.Date(2026, 11, 3, 8, 15, 3, 0, time.FixedZone("", 3600)), To: second(4)}, Span{From: second(3), To: second(4)}},
	} {
		it := Item{Recording: nvr.Recording{Track: 201, Start: start, End: end}, Format: MP4, Clip: tt.span}
		got := it.clip()
		if tt.want == (Span{}) {
			if got != (clip{}) || it.span() != (Span{From: start, To: end}) {
				t.Errorf("%s: %v", name, got.span())
			}
			continue
		}
		if got.span() != tt.want || it.span() != tt.want {
			t.Errorf("%s: %v, want %v", name, got.span(), tt.want)
		}
		var back clip
		if err := back.UnmarshalText([]byte(got.String())); err != nil || back != got {
			t.Errorf("%s: %v reads %v, %v", name, got, back, err)
		}
		it.Recording.Track = nvr.TrackOf(2, nvr.Photo)
		if it.clip() != (clip{}) {
			t.Errorf("%s: a photo is cut", name)
		}
	}
	for _, text := range []string{"", "1", "_", "1_", "a_b", "1_2_3"} {
		if err := new(clip).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is a clip", text)
		}
	}
}
