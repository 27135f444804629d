package flags

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/tasks"
)

func TestLimits(t *testing.T) {
	night := tasks.Window{From: 22 * time.Hour, To: 7 * time.Hour}
	for text, want := range map[string]tasks.Timetable{
		"":                      {},
		"20M":                   {Usual: 20 << 20},
		"1,5M":                  {Usual: 3 << 19},
		"22:00-07:00 off, 2M":   {Usual: 2 << 20, Windows: []tasks.Window{night}},
		"2M,22:00-07:00 off":    {Usual: 2 << 20, Windows: []tasks.Window{night}},
		"08:00-18:30 500 KiB/s": {Windows: []tasks.Window{{From: 8 * time.Hour, To: 18*time.Hour + 30*time.Minute, Limit: 500 << 10}}},
		"off, 00:00–24:00 1M":   {Windows: []tasks.Window{{To: 24 * time.Hour, Limit: 1 << 20}}},
	} {
		if got, err := parseLimit(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q is %+v, %v; want %+v", text, got, err, want)
		}
	}
	for text, says := range map[string]string{
		"22:00-07:00":           "is not a bandwidth: write it like",
		"22:00-07:00 fast":      "not a bandwidth",
		"22:00 2M":              "is not a part of the day",
		"22:00-22:00 2M":        "is not a part of the day",
		"25:00-07:00 2M":        "is not a part of the day",
		"22:00-07:00 off,2M,3M": "two bandwidths",
	} {
		if got, err := parseLimit(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is %+v, %v; want an error with %q", text, got, err, says)
		}
	}
}

func FuzzLimit(f *testing.F) {
	f.Add("22:00-07:00 off, 2M")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := parseLimit(text)
		if err != nil {
			return
		}
		for _, w := range table.Windows {
			if w.From == w.To || w.From < 0 || w.To > 24*time.Hour || w.Limit < 0 {
				t.Errorf("%q has the window %+v", text, w)
			}
		}
	})
}
