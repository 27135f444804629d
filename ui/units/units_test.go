package units_test

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"example.com/hikgrab/ui/units"
)

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 1: "1 B", 999: "999 B", 1023: "1023 B", 1024: "1.00 KiB",
		1 << 20: "1.00 MiB", 1004 << 20: "1004 MiB", 1<<30 - 1: "1.00 GiB",
		11*1<<30 + 1<<28: "11.2 GiB", 812 << 30: "812 GiB", 1870 << 30: "1.83 TiB",
		99_950 << 10: "97.6 MiB", math.MaxInt64: "8.00 EiB", -2048: "-2.00 KiB",
		math.MinInt64: "-8.00 EiB",
	} {
		if got := units.Size(n); got != want {
			t.Errorf("Size(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestRate(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0 B/s", 12.4: "12 B/s", 22.13 * (1 << 20): "22.1 MiB/s", 187 << 20: "187 MiB/s",
		-5: "0 B/s", math.Inf(1): "0 B/s",
	} {
		if got := units.Rate(v); got != want {
			t.Errorf("Rate(%v) = %q, want %q", v, got, want)
		}
	}
	if got := units.Rate(math.NaN()); got != "0 B/s" {
		t.Errorf("Rate(NaN) = %q", got)
	}
}

func TestSizeAndRateStayNarrow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Min(0).Draw(t, "n")
		if got := units.Size(n); utf8.RuneCountInString(got) > 8 {
			t.Fatalf("Size(%d) = %q is longer than 8", n, got)
		}
		if got := units.Rate(float64(n)); utf8.RuneCountInString(got) > 10 {
			t.Fatalf("Rate(%d) = %q is longer than 10", n, got)
		}
	})
}

func TestProgress(t *testing.T) {
	for _, c := range []struct {
		done, total int64
		want        string
	}{
		{0, 0, "0 / 0 B"},
		{388 << 20, 13*1<<30 + 700<<20, "0.38 / 13.7 GiB"},
		{1004 << 30, 1023 << 30, "1004 / 1023 GiB"},
		{5 << 20, 1 << 20, "5.00 / 5.00 MiB"},
		{-5, -7, "0 / 0 B"},
	} {
		if got := units.Progress(c.done, c.total); got != c.want {
			t.Errorf("Progress(%d, %d) = %q, want %q", c.done, c.total, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		done, total := rapid.Int64().Draw(t, "done"), rapid.Int64().Draw(t, "total")
		if got := units.Progress(done, total); utf8.RuneCountInString(got) > 15 {
			t.Fatalf("Progress(%d, %d) = %q is longer than 15", done, total, got)
		}
	})
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		done, total int64
		want        int
	}{
		{0, 0, 0},
		{5, 0, 0},
		{-1, 10, 0},
		{0, 10, 0},
		{1, 1000, 0},
		{47, 100, 47},
		{999_999, 1_000_000, 99},
		{math.MaxInt64 - 1, math.MaxInt64, 99},
		{10, 10, 100},
		{11, 10, 100},
	} {
		if got := units.Percent(c.done, c.total); got != c.want {
			t.Errorf("Percent(%d, %d) = %d, want %d", c.done, c.total, got, c.want)
		}
	}
}

func TestDurationAndWait(t *testing.T) {
	for _, c := range []struct {
		d              time.Duration
		duration, wait string
	}{
		{-time.Second, "00:00", "0s"},
		{0, "00:00", "0s"},
		{100 * time.Millisecond, "00:00", "1s"},
		{11*time.Second + 600*time.Millisecond, "00:12", "12s"},
		{4*time.Minute + 10*time.Second, "04:10", "4m10s"},
		{time.Hour + 12*time.Minute + 40*time.Second, "1:12:40", "1h12m"},
		{30 * time.Hour, "30:00:00", "30h00m"},
		{76 * time.Hour, "3d 04h", "3d"},
	} {
		if got := units.Duration(c.d); got != c.duration {
			t.Errorf("Duration(%v) = %q, want %q", c.d, got, c.duration)
		}
		if got := units.Wait(c.d); got != c.wait {
			t.Errorf("Wait(%v) = %q, want %q", c.d, got, c.wait)
		}
	}
}

func TestLength(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second:                   "0s",
		2600 * time.Millisecond:        "3s",
		15 * time.Minute:               "15m",
		36*time.Minute + 5*time.Second: "36m05s",
		time.Hour:                      "1h",
		16*time.Hour + 6*time.Minute + 59*time.Second: "16h06m",
		47*time.Hour + 59*time.Minute:                 "47h59m",
		48 * time.Hour:                                "2d",
		76*time.Hour + 50*time.Minute:                 "3d 4h",
		9999*24*time.Hour + 23*time.Hour:              "9999d 23h",
	} {
		if got := units.Length(d); got != want {
			t.Errorf("Length(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestFinish(t *testing.T) {
	now := time.Date(2026, 11, 3, 18, 42, 7, 0, time.UTC)
	for after, want := range map[time.Duration]string{
		81 * time.Minute:    "20:03",
		8 * time.Hour:       "Wed 02:42",
		10 * 24 * time.Hour: "2026-11-13 18:42",
	} {
		if got := units.Finish(now, now.Add(after)); got != want {
			t.Errorf("Finish(+%v) = %q, want %q", after, got, want)
		}
	}
	if got := units.At(now, now.AddDate(0, 0, 7)); got != now.AddDate(0, 0, 7).Format("2006-01-02 15:04") {
		t.Errorf("a week later: %q", got)
	}
	if got := units.At(now, now.Add(time.Second)); got != "18:42:08" {
		t.Errorf("a second later: %q", got)
	}
	if got := units.Clock(now); got != "18:42:07" {
		t.Errorf("Clock = %q", got)
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 cameras", 1: "1 camera", 32: "32 cameras"} {
		if got := units.Count(n, "camera"); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestParseRate(t *testing.T) {
	for text, want := range map[string]int64{
		"": 0, "0": 0, " 20M ": 20 << 20, "20m": 20 << 20, "500K": 500 << 10, "1.5G": 3 << 29,
		"1,5 G": 3 << 29, "20 MiB/s": 20 << 20, "20MB": 20 << 20, "1048576": 1 << 20,
		"20М": 20 << 20, "2г": 2 << 30, "7B/s": 7,
	} {
		if got, err := units.ParseRate(text); err != nil || got != want {
			t.Errorf("ParseRate(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"M", "fast", "-1", "-0.5M", "1e9", "0x10", "1_000", "NaN", "Inf", "0.1", "99999999G", "20T", "/s", "B"} {
		got, err := units.ParseRate(text)
		if err == nil {
			t.Errorf("ParseRate(%q) = %d, want an error", text, got)
		} else if !strings.Contains(err.Error(), "20M") {
			t.Errorf("ParseRate(%q): %v does not say how to write it", text, err)
		}
	}
}

func TestParseDuration(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"90m": 90 * time.Minute, "6h": 6 * time.Hour, "2d": 2 * day, " 2w ": 14 * day, "1w2d": 9 * day, "1d12h30m": day + 12*time.Hour + 30*time.Minute, "0": 0,
	} {
		if got, err := units.ParseDuration(text); err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "2", "d", "2D", "2d1w", "1.5d", "soon", "2 d", "99999w", "-2d"} {
		if got, err := units.ParseDuration(text); err == nil || !strings.Contains(err.Error(), "2d") {
			t.Errorf("ParseDuration(%q) = %s, %v", text, got, err)
		}
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"2d", "1w2d3h", "90m", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := units.ParseDuration(text); err != nil && got != 0 {
			t.Errorf("ParseDuration(%q) = %d, %v", text, got, err)
		}
	})
}

func FuzzParseRate(f *testing.F) {
	for _, s := range []string{"20M", "1.5 GiB/s", "", "М", "9e99"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := units.ParseRate(text); got < 0 || (err != nil && got != 0) {
			t.Errorf("ParseRate(%q) = %d, %v", text, got, err)
		}
	})
}
