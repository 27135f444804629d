package derive

import (
	"strings"
	"testing"
	"time"
)

func TestParseEvery(t *testing.T) {
	tests := []struct {
		text string
		want Every
		name string
	}{
		{"1s", Every{Time: time.Second}, "1s"},
		{" 500ms ", Every{Time: 500 * time.Millisecond}, "500ms"},
		{"0.5s", Every{Time: 500 * time.Millisecond}, "500ms"},
		{"2m", Every{Time: 2 * time.Minute}, "2m"},
		{"60s", Every{Time: time.Minute}, "1m"},
		{"90s", Every{Time: 90 * time.Second}, "1m30s"},
		{"10s", Every{Time: 10 * time.Second}, "10s"},
		{"600s", Every{Time: 10 * time.Minute}, "10m"},
		{"1500ms", Every{Time: 1500 * time.Millisecond}, "1.5s"},
		{"10h", Every{Time: 10 * time.Hour}, "10h"},
		{"1h10m", Every{Time: 70 * time.Minute}, "1h10m"},
		{"1h10s", Every{Time: time.Hour + 10*time.Second}, "1h0m10s"},
		{"24h", Every{Time: 24 * time.Hour}, "24h"},
		{"1f", Every{Frames: 1}, "1f"},
		{"010f", Every{Frames: 10}, "10f"},
	}
	for _, test := range tests {
		got, err := ParseEvery(test.text)
		if err != nil || got != test.want || got.String() != test.name {
			t.Errorf("%q is %+v, %q, %v", test.text, got, got, err)
		}
	}
	for _, bad := range []string{"", "1", "s", "f", "0s", "0f", "-1s", "-1f", "1.5f", "1 s", "25h", "1us", "1000001f", "1e3s", "1s\x1b[31m", "99999999999f", strings.Repeat("9", 1000) + "s"} {
		got, err := ParseEvery(bad)
		if err == nil || got != (Every{}) || !strings.Contains(err.Error(), "10f") {
			t.Errorf("%q is %+v, %v", bad, got, err)
			continue
		}
		if strings.Contains(err.Error(), "\x1b") || len(err.Error()) > 300 {
			t.Errorf("the message for %.20q is not fit to be shown", bad)
		}
	}
}

// Every accepted text has one spelling, which is accepted again and is a valid
// name.
func FuzzParseEvery(f *testing.F) {
	for _, text := range []string{"1s", "500ms", "2m", "10f", "1h0m0.5s", ".5s", "+1s"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		every, err := ParseEvery(text)
		if err != nil {
			return
		}
		again, err := ParseEvery(every.String())
		if err != nil || again != every || strings.ContainsAny(every.String(), "/\\: +-") {
			t.Errorf("%q is %+v, which is written %q, which is %+v, %v", text, every, every, again, err)
		}
	})
}
