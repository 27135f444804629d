package nvr_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

func TestDeviceKinds(t *testing.T) {
	analog := []simulator.Channel{{Number: 1, Analog: true}, {Number: 2, Analog: true, NoVideo: true}, {Number: 5, Name: "Касса"}}
	bare := map[simulator.Endpoint]simulator.Fault{simulator.Capabilities: simulator.NotSupported}
	cases := []struct {
		config simulator.Config
		want   nvr.DeviceKind
	}{
		{simulator.Config{}, nvr.NVR},
		{simulator.Config{Always: bare}, nvr.NVR},
		{simulator.Config{Quirks: simulator.Quirks{NoDeviceType: true}}, nvr.NVR},
		{simulator.Config{Quirks: simulator.Quirks{NoDeviceType: true}, Always: bare}, nvr.NVR}, // by its model
		{simulator.Config{Kind: simulator.DVR, Channels: analog}, nvr.DVR},
		{simulator.Config{Kind: simulator.DVR, Channels: analog, Quirks: simulator.Quirks{NoDeviceType: true}}, nvr.DVR},
		{simulator.Config{Kind: simulator.Camera}, nvr.Camera},
		{simulator.Config{Kind: simulator.Camera, Always: bare}, nvr.Camera},
		{simulator.Config{Kind: simulator.Camera, Quirks: simulator.Quirks{NoDeviceType: true}}, nvr.Camera},
		{simulator.Config{Model: "OEM-1", Quirks: simulator.Quirks{NoDeviceType: true}, Always: bare}, nvr.UnknownDevice},
	}
	for _, c := range cases {
		_, client := plug(t, c.config)
		device, err := client.SignIn(t.Context())
		if err != nil || device.Kind != c.want || device.Model == "" || device.Serial == "" {
			t.Errorf("%+v: %+v, %v", c.config, device, err)
		}
	}
}

// TestLoginTries has recorders that say in one document or another how many bad
// logins they accept, and others that do not.
func TestLoginTries(t *testing.T) {
	for _, c := range []struct {
		config simulator.Config
		want   int
	}{
		{simulator.Config{Auth: simulator.Auth{LockAfter: 4}}, 4},
		{simulator.Config{Auth: simulator.Auth{LockAfter: 4}, Always: map[simulator.Endpoint]simulator.Fault{simulator.UserCheck: simulator.NotSupported}}, 4},
		{simulator.Config{Auth: simulator.Auth{LockAfter: -1}}, -1},
	} {
		_, client := plug(t, c.config)
		if n, err := client.LoginTries(t.Context()); err != nil || n != c.want {
			t.Errorf("%d tries, want %d, %v", n, c.want, err)
		}
	}
	for lockAfter, want := range map[int]int{0: 6, -1: -1} {
		for _, body := range []simulator.LockBody{simulator.LongBody, simulator.StatusLock} {
			_, client := plug(t, simulator.Config{Auth: simulator.Auth{LockAfter: lockAfter, Body: body}}, wrongPassword)
			_, err := client.LoginTries(t.Context())
			if e := mustFail(t, err, nvr.Auth); e.TriesLeft != want {
				t.Errorf("%d tries left, want %d: %v", e.TriesLeft, want, e)
			}
		}
	}
}

func TestChannelsOfAHybrid(t *testing.T) {
	_, client := plug(t, simulator.Config{Kind: simulator.DVR, Channels: []simulator.Channel{
		{Number: 1, Name: "Gate", Analog: true},
		{Number: 2, Name: "", Analog: true, NoVideo: true},
		{Number: 9, Name: "Касса \x1b[1;31m№1\u202e\u0007\x1b]0;title\u0007\x1b"},
		{Number: 12, Name: "Stairs", Offline: true},
	}})
	got, err := client.Channels(t.Context())
	want := []nvr.Channel{
		{Number: 1, Name: "Gate"},
		{Number: 2, Name: "Camera 02", Offline: true},
		{Number: 9, Name: "Касса №1"},
		{Number: 12, Name: "Stairs", Offline: true},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestChannelsWithoutOnlineState has a device that does not say which cameras
// are online. They must not count as offline.
func TestChannelsWithoutOnlineState(t *testing.T) {
	_, client := plug(t, simulator.Config{Channels: channels(2), Quirks: simulator.Quirks{NoOnlineState: true}})
	got, err := client.Channels(t.Context())
	if err != nil || len(got) != 2 || got[0].Offline || got[1].Offline {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestClocks has devices with all kinds of clocks. The result must be the same,
// whatever they tell.
func TestClocks(t *testing.T) {
	const summer = "CST-2:00:00DST01:00:00,M3.5.0/02:00:00,M10.5.0/03:00:00"
	cases := []struct {
		zone   string
		at     time.Time
		quirks simulator.Quirks
		offset time.Duration // of the zone, at that time
		blind  bool          // the device does not tell its zone
	}{
		{zone: "CST-8:00:00", at: day, offset: 8 * time.Hour},
		{zone: "CST+5:30:00", at: day, offset: -5*time.Hour - 30*time.Minute},
		{zone: summer, at: day, offset: 2 * time.Hour},
		{zone: summer, at: day.AddDate(0, 7, 0), offset: 3 * time.Hour},
		{zone: summer, at: day.AddDate(0, 7, 0), offset: 3 * time.Hour, quirks: simulator.Quirks{StandardSuffix: true}},
		{zone: summer, at: day.AddDate(0, 7, 0), offset: 3 * time.Hour, quirks: simulator.Quirks{NoOffset: true}},
	}
	for _, c := range cases {
		for _, off := range []time.Duration{0, 10 * time.Minute, -3 * time.Hour} {
			bubble(t, func(t *testing.T) {
				time.Sleep(max(0, time.Until(c.at)))
				_, client := plug(t, simulator.Config{Zone: c.zone, ClockError: off, Quirks: c.quirks})
				d, err := client.SignIn(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if !d.ClockKnown || !d.ZoneKnown || (d.WallOffset-c.offset-off).Abs() > 2*time.Second || (d.ClockError-off).Abs() > 2*time.Second {
					t.Errorf("%s, %v ahead: %+v", c.zone, off, d)
				}
				if wall := d.WallClock(time.Now()); (wall.Sub(time.Now().UTC()) - c.offset - off).Abs() > 2*time.Second {
					t.Errorf("%s, %v ahead: the wall clock shows %v", c.zone, off, wall)
				}
			})
		}
	}
}

// TestClocksThatTellLittle has devices that give no zone, or no time at all.
func TestClocksThatTellLittle(t *testing.T) {
	const zone = 3 * time.Hour
	cases := map[string]struct {
		body  string // with the wall clock in place of "now"
		known bool
		error time.Duration
	}{
		"an offset":                  {body: "<Time><localTime>now+03:00</localTime></Time>", known: true},
		"an offset without summer":   {body: "<Time><localTime>now+02:00</localTime></Time>", known: true},
		"an offset, but a bad clock": {body: "<Time><localTime>now+02:30</localTime></Time>", known: true, error: 30 * time.Minute},
		"something behind it":        {body: "<Time><localTime>now o'clock</localTime></Time>"},
		"an offset behind a blank":   {body: "<Time><localTime>now +03:00</localTime></Time>", known: true},
		"no offset":                  {body: "<Time><localTime>now</localTime></Time>"},
		"an unreadable zone":         {body: "<Time><localTime>now</localTime><timeZone>Europe/Kyiv</timeZone></Time>"},
		"only the Date header":       {body: ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				_, client := handle(t, func(w http.ResponseWriter, r *http.Request) {
					wall := time.Now().UTC().Add(zone)
					w.Header().Set("Date", wall.Format(http.TimeFormat))
					switch {
					case r.URL.Path == "/ISAPI/System/deviceInfo":
						_, _ = w.Write([]byte("<DeviceInfo><model>DS-2CD2387G2-LU</model></DeviceInfo>"))
					case r.URL.Path == "/ISAPI/System/time" && c.body != "":
						_, _ = w.Write([]byte(strings.Replace(c.body, "now", wall.Format("2006-01-02T15:04:05"), 1)))
					default:
						w.WriteHeader(http.StatusForbidden)
					}
				})
				d, err := client.SignIn(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if !d.ClockKnown || d.ZoneKnown != c.known || (d.WallOffset-zone).Abs() > 2*time.Second || (d.ClockError-c.error).Abs() > 2*time.Second {
					t.Errorf("%+v", d)
				}
			})
		})
	}
}

// TestUTCOfCamerasWithWrongClocks has cameras with wrong clocks. Only the zone
// matters for recordings, not the error.
func TestUTCOfCamerasWithWrongClocks(t *testing.T) {
	device, client := plug(t, simulator.Config{Kind: simulator.Camera, Zone: "CST-8:00:00", ClockError: 3 * time.Hour, Channels: channels(1)})
	found, err := search(t.Context(), client, 101, day, day.AddDate(0, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	checkFound(t, device, 101, found)
}
