package simulator

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestShapes checks that the answers match public dumps.
func TestShapes(t *testing.T) {
	now := func() time.Time { return day.Add(30 * time.Hour) }
	file := Recording{Start: day.Add(8 * time.Hour), End: day.Add(8*time.Hour + 15*time.Minute), Size: 1 << 20}
	nvr := Config{Now: now, Zone: "CST-2:00:00DST01:00:00,M3.5.5/02:00:00,M10.5.0/02:00:00", Channels: []Channel{
		{Name: "Ворота <1> & \"2\"", Recordings: []Recording{file}},
		{Number: 4, Name: "Lift", Offline: true, Codec: H265, SubRecordings: []Recording{file}},
	}}
	dvr := Config{Now: now, Kind: DVR, Channels: []Channel{{Name: "Analog", Analog: true}, {Analog: true, NoVideo: true}, {Name: "IP"}}}
	camera := Config{Now: now, Kind: Camera, Zone: "CST+5:00:00", Channels: []Channel{{Recordings: []Recording{file}, Photos: []Recording{file}}}}
	search := searchBody(searchID, 101, 40, 0, day, day.AddDate(0, 0, 1))
	for _, test := range []struct {
		name         string
		config       Config
		method, path string
		body         string
	}{
		{"nvr_deviceInfo", nvr, "GET", "/ISAPI/System/deviceInfo", ""},
		{"nvr_capabilities", nvr, "GET", "/ISAPI/System/capabilities", ""},
		{"camera_capabilities", camera, "GET", "/ISAPI/System/capabilities", ""},
		{"nvr_time", nvr, "GET", "/ISAPI/System/time", ""},
		{"nvr_userCheck", nvr, "GET", "/ISAPI/Security/userCheck", ""},
		{"nvr_inputProxy", nvr, "GET", "/ISAPI/ContentMgmt/InputProxy/channels", ""},
		{"nvr_inputProxyStatus", nvr, "GET", "/ISAPI/ContentMgmt/InputProxy/channels/status", ""},
		{"nvr_videoInputs", nvr, "GET", "/ISAPI/System/Video/inputs/channels", ""},
		{"nvr_streamingChannels", nvr, "GET", "/ISAPI/Streaming/channels", ""},
		{"nvr_tracks", nvr, "GET", "/ISAPI/ContentMgmt/record/tracks", ""},
		{"dvr_videoInputs", dvr, "GET", "/ISAPI/System/Video/inputs/channels", ""},
		{"dvr_inputProxy", dvr, "GET", "/ISAPI/ContentMgmt/InputProxy/channels", ""},
		{"camera_inputProxy", camera, "GET", "/ISAPI/ContentMgmt/InputProxy/channels", ""},
		{"camera_videoInputs", camera, "GET", "/ISAPI/System/Video/inputs/channels", ""},
		{"nvr_search", nvr, "POST", "/ISAPI/ContentMgmt/search", search},
		{"nvr_nothing", nvr, "POST", "/ISAPI/ContentMgmt/search", strings.Replace(search, "101", "401", 1)},
		{"camera_search", camera, "POST", "/ISAPI/ContentMgmt/search", search},
		{"camera_photos", camera, "POST", "/ISAPI/ContentMgmt/search", strings.Replace(search, "101", "103", 1)},
		{"nvr_downloadCapabilities", nvr, "GET", "/ISAPI/ContentMgmt/download/capabilities", ""},
		{"nvr_unknown", nvr, "GET", "/ISAPI/Nothing/here", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := start(t, New(test.config)).do(test.method, test.path, test.body)
			got := a.header.Get("Content-Type") + "\n" + string(a.body)
			path := filepath.Join("testdata", test.name+".golden")
			if *update {
				if err := os.MkdirAll("testdata", 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != strings.ReplaceAll(string(want), "\r\n", "\n") {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestZones(t *testing.T) {
	const europe = "CST-2:00:00DST01:00:00,M3.5.0/02:00:00,M10.5.0/03:00:00"
	const south = "CST-10:00:00DST01:00:00,M10.1.0/02:00:00,M4.1.0/03:00:00"
	for _, test := range []struct {
		zone, utc, wall, suffix, standard string
	}{
		{"CST-8:00:00", "2026-07-01 00:00", "2026-07-01 08:00", "+08:00", "+08:00"},
		{"CST+5:00:00", "2026-07-01 00:00", "2026-06-30 19:00", "-05:00", "-05:00"},
		{"CST-5:30:00", "2026-07-01 00:00", "2026-07-01 05:30", "+05:30", "+05:30"},
		{"CST3", "2026-07-01 12:00", "2026-07-01 09:00", "-03:00", "-03:00"},
		{europe, "2026-03-28 23:59", "2026-03-29 01:59", "", ""},
		{europe, "2026-03-29 00:00", "2026-03-29 03:00", "", ""},
		{europe, "2026-01-10 00:00", "2026-01-10 02:00", "+02:00", "+02:00"},
		{europe, "2026-07-10 00:00", "2026-07-10 03:00", "+03:00", "+02:00"},
		{europe, "2026-10-24 23:59", "2026-10-25 02:59", "", ""},
		{europe, "2026-10-25 00:00", "2026-10-25 02:00", "", ""},
		{south, "2026-01-10 00:00", "2026-01-10 11:00", "+11:00", "+10:00"},
		{south, "2026-07-10 00:00", "2026-07-10 10:00", "+10:00", "+10:00"},
	} {
		z, err := parseZone(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		const layout = "2006-01-02 15:04"
		utc, err := time.Parse(layout, test.utc)
		if err != nil {
			t.Fatal(err)
		}
		wall := z.wall(utc)
		if got := wall.Format(layout); got != test.wall {
			t.Errorf("%s: %s UTC is %s, want %s", test.zone, test.utc, got, test.wall)
		}
		if test.suffix == "" {
			continue
		}
		if got := z.suffix(wall, false); got != test.suffix {
			t.Errorf("%s: suffix %s", test.zone, got)
		}
		if got := z.suffix(wall, true); got != test.standard {
			t.Errorf("%s: standard suffix %s", test.zone, got)
		}
		if got := z.utc(wall); !got.Equal(utc) {
			t.Errorf("%s: %s is %s UTC", test.zone, test.wall, got.Format(layout))
		}
	}
	for _, bad := range []string{"", "Europe/Berlin", "-3", "CST", "CST-x", "CST-2:00:00DST01:00:00", "CST-2DST1,M13.1.0,M3.1.0", "CST-1:2:3:4"} {
		if _, err := parseZone(bad); err == nil {
			t.Errorf("%q is taken for a zone", bad)
		}
	}
}
