package nvr

import (
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// checkClean fails unless a text is safe for a terminal.
func checkClean(t *testing.T, text string, cells int) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Fatalf("%q is not UTF-8", text)
	}
	for _, r := range text {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			t.Fatalf("%q holds %U", text, r)
		}
	}
	if cells > 0 && ansi.StringWidth(text) > cells {
		t.Fatalf("%q is wider than %d cells", text, cells)
	}
}

func FuzzCleanText(f *testing.F) {
	for _, seed := range []string{
		"Gate", "Ворота — север", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "a\u202eb\u2066c", "\xff\xfe", "line\nbreak\ttab",
		"日本語日本語日本語", "e\u0301\u0301\u0301", "\u009b31m", "👨‍👩‍👧", strings.Repeat("x", 300), "\x1b\xff[2J",
	} {
		f.Add(seed, 20)
	}
	f.Fuzz(func(t *testing.T, text string, cells int) {
		cells %= 200
		clean := CleanText(text, cells)
		checkClean(t, clean, cells)
		if again := CleanText(clean, cells); again != clean {
			t.Fatalf("%q becomes %q, then %q", text, clean, again)
		}
	})
}

const resultSample = `<?xml version="1.0" encoding="UTF-8"?><CMSearchResult version="1.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">
<searchID>{88c2cd4d-d3fa-4ad4-bd80-555c18205dcc}</searchID><responseStatus>true</responseStatus><responseStatusStrg>MORE</responseStatusStrg>
<numOfMatches>1</numOfMatches><matchList><searchMatchItem><trackID>101</trackID><timeSpan><startTime>2026-11-03T08:15:00Z</startTime>
<endTime>2026-11-03T08:30:00Z</endTime></timeSpan><mediaSegmentDescriptor><contentType>video</contentType><codecType>H.264-BP</codecType>
<playbackURI>
  rtsp://192.168.1.64:90/Streaming/tracks/101/?starttime=20261103T081500Z&amp;
  endtime=20261103T083000Z&amp;name=00000000101&amp;size=1064376612
</playbackURI></mediaSegmentDescriptor></searchMatchItem></matchList></CMSearchResult>`

func TestReadFound(t *testing.T) {
	f, err := readFound([]byte(resultSample))
	if err != nil || len(f.items) != 1 || f.more != moreToCome {
		t.Fatalf("%+v, %v", f, err)
	}
	rec := f.items[0].recording(101, time.Time{}, searchClock{}.wall)
	want := Recording{
		Track: 101, Size: 1064376612, Name: "00000000101", Codec: "H.264-BP",
		Start: time.Date(2026, 11, 3, 8, 15, 0, 0, time.UTC), End: time.Date(2026, 11, 3, 8, 30, 0, 0, time.UTC),
		URI: "rtsp://192.168.1.64:90/Streaming/tracks/101/?starttime=20261103T081500Z&endtime=20261103T083000Z&name=00000000101&size=1064376612",
	}
	if rec != want {
		t.Errorf("got  %+v\nwant %+v", rec, want)
	}
	for _, broken := range []string{"", "<html/>", resultSample[:400], "{}", "<CMSearchResult>"} {
		if f, err := readFound([]byte(broken)); err == nil {
			t.Errorf("%.40q was read as %+v", broken, f)
		}
	}
}

func FuzzReadFound(f *testing.F) {
	f.Add([]byte(resultSample))
	f.Add([]byte(`<CMSearchResult><responseStatusStrg>NO MATCHES</responseStatusStrg></CMSearchResult>`))
	f.Add([]byte(`<a:CMSearchResult xmlns:a="x"><a:matchList> </a:matchList></a:CMSearchResult>`))
	f.Add([]byte(`<ResponseStatus><statusCode>4</statusCode></ResponseStatus>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := readFound(body)
		if err != nil {
			checkClean(t, err.Error(), 0)
			return
		}
		for _, item := range page.items {
			rec := item.recording(101, earliest, searchClock{}.wall)
			checkClean(t, rec.Name, 128)
			checkClean(t, rec.Codec, 24)
			if rec.Size < 0 || rec.Track < 0 || rec.End.Before(rec.Start) || rec.Start.IsZero() || rec.URI == "" && rec.Note == "" || len(rec.URI) > maxURI {
				t.Fatalf("%+v", rec)
			}
		}
	})
}

func FuzzPlaybackURI(f *testing.F) {
	f.Add("rtsp://10.0.0.5/Streaming/tracks/101/?starttime=20261103T081500Z&endtime=20261103T083000Z&name=ch01_00&size=12")
	f.Add("rtsp://[::1]:80/Streaming/tracks/301?size=-1&size=99999999999999999999&name=%zz%1b")
	f.Fuzz(func(t *testing.T, uri string) {
		p := parsePlaybackURI(joinLines(uri))
		checkClean(t, p.name, 128)
		if p.size < 0 || p.track < 0 {
			t.Fatalf("%+v", p)
		}
		if text := downloadText(uri); strings.Count(text, "<") != 4 {
			t.Fatalf("the request breaks: %q", text)
		}
	})
}

func FuzzStatus(f *testing.F) {
	f.Add(400, []byte(`<ResponseStatus version="2.0" xmlns="x"><statusCode>2</statusCode><statusString>Device Busy</statusString><subStatusCode>deviceBusy</subStatusCode></ResponseStatus>`))
	f.Add(401, []byte(`<userCheck><statusValue>401</statusValue><lockStatus>lock</lockStatus><unlockTime>1800</unlockTime><retryLoginTime>0</retryLoginTime></userCheck>`))
	f.Add(403, []byte(`{"statusCode":4,"statusString":"Invalid Operation","subStatusCode":"methodNotAllowed","errorCode":1073741825}`))
	f.Add(200, []byte(`{"ResponseStatus":{"statusCode":"1"}}`))
	f.Add(302, []byte(``))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		e := refusal(status, http.Header{"Location": {string(body)}, "Retry-After": {string(body)}}, body)
		if e == nil {
			return
		}
		checkClean(t, e.What(), 0)
		if e.Kind == KindUnknown || e.RetryAfter < 0 {
			t.Fatalf("%+v", e)
		}
	})
}

func FuzzChallenge(f *testing.F) {
	f.Add(`Digest realm="DVRNVRDVS", domain="::", qop="auth", nonce="hex:epoch", opaque="", algorithm="MD5", stale="FALSE"`)
	f.Add(`Digest qop="auth", realm="IP Camera(83813)", nonce="hex", stale="FALSE", Basic realm="x"`)
	f.Add(`Basic realm="a, b", Digest realm="x", nonce="y", algorithm=SHA-256, qop="auth-int, auth"`)
	f.Add(`Digest realm="\"`)
	f.Fuzz(func(t *testing.T, header string) {
		u := parseChallenges([]string{header})
		checkClean(t, u.offered, 60)
		if u.challenge == nil {
			return
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://10.0.0.5/", nil)
		if err != nil {
			t.Fatal(err)
		}
		n := nonce{challenge: u.challenge}
		if err := n.authorize(req, Login{User: "admin", Password: "secret password"}); err != nil {
			t.Fatalf("%+v cannot be answered: %v", u.challenge, err)
		}
		if strings.Contains(req.Header.Get("Authorization"), "secret") {
			t.Fatal("the password is in the header")
		}
	})
}

func TestChallenges(t *testing.T) {
	cases := []struct {
		headers   []string
		algorithm string
		none      bool
		basic     bool
	}{
		{headers: []string{`Digest realm="a", nonce="1", algorithm="MD5"`, `Digest realm="a", nonce="2", algorithm="SHA-256"`}, algorithm: "SHA-256"},
		{headers: []string{`Digest realm="a", nonce="2", algorithm=SHA-256, Digest realm="a", nonce="1", algorithm=MD5`}, algorithm: "SHA-256"},
		{headers: []string{`Basic realm="a", Digest realm="a", nonce="1"`}, basic: true},
		{headers: []string{`digest realm="a, b=c", nonce="1", qop="auth-int, auth"`}},
		{headers: []string{`Digest realm="a", nonce="1", algorithm=MD5-sess`, `Basic realm="x"`}, none: true, basic: true},
		{headers: []string{`Negotiate`, `Bearer`}, none: true},
		{headers: nil, none: true},
		// What no device sends is cut: a million parts take minutes to put together.
		{headers: []string{`Basic realm="x"`, strings.Repeat(`"a",`, 1<<20), `Digest realm="a", nonce="1"`}, none: true, basic: true},
		{headers: []string{`Digest realm="a", nonce="1"`, strings.Repeat(`"a",`, 1<<20)}},
	}
	for _, c := range cases {
		u := parseChallenges(c.headers)
		if (u.challenge == nil) != c.none || u.basic != c.basic || u.challenge != nil && u.challenge.Algorithm != c.algorithm {
			t.Errorf("%q: %+v", c.headers, u)
		}
	}
}

// TestFieldsAreBounded has a text in a million pieces.
func TestFieldsAreBounded(t *testing.T) {
	body := []byte("<DeviceInfo><model> " + strings.Repeat("x<?a?>", 200_000) + "</model><serialNumber> 1 </serialNumber></DeviceInfo>")
	f := fields(body, "model", "serialNumber")
	if len(f["model"]) > maxField || f["serialNumber"] != "1" || len(f) != 2 {
		t.Errorf("%d bytes, %q, %d fields", len(f["model"]), f["serialNumber"], len(f))
	}
}

func BenchmarkFieldInPieces(b *testing.B) {
	body := []byte("<DeviceInfo><model>" + strings.Repeat("x<?a?>", 233_000))
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		fields(body, "model", "serialNumber")
	}
}

func FuzzDevice(f *testing.F) {
	f.Add([]byte(`<DeviceInfo><deviceName>Lobby</deviceName><model>DS-7616NI-K2</model><deviceType>NVR</deviceType></DeviceInfo>`), []byte(`<DeviceCap><RacmCap><inputProxyNums>16</inputProxyNums></RacmCap></DeviceCap>`))
	f.Add([]byte("<storage><hddList><hdd><hddName>hdda\x1b[2J</hddName><status>ok</status><capacity>-1</capacity><freeSpace>9223372036854775807</freeSpace></hdd></hddList></storage>"), []byte{})
	f.Add([]byte("<a><model>\x1b[31m&#27;[2J</model>"), []byte("<videoInputPortNums>99999999999999999999</videoInputPortNums>"))
	f.Fuzz(func(t *testing.T, info, capabilities []byte) {
		d := readDevice(info, capabilities)
		for _, text := range []string{d.Name, d.Model, d.Serial, d.Firmware} {
			checkClean(t, text, maxName)
		}
		for _, c := range merge(readList(info), readList(capabilities), readList(info), readList(capabilities), readList(info)) {
			checkClean(t, c.Name, maxName)
			if c.Number < 1 || c.Number > maxChannels {
				t.Fatalf("channel %d", c.Number)
			}
		}
		if n := readTries(capabilities); n < -1 || n == 0 {
			t.Fatalf("%d tries", n)
		}
		_ = readClock(info)
		for _, disk := range readDisks(info) {
			checkClean(t, disk.Name, maxName)
			checkClean(t, disk.Status, maxName)
			if disk.Capacity < 0 || disk.Free < 0 {
				t.Fatalf("a disk of %d bytes, %d free", disk.Capacity, disk.Free)
			}
		}
	})
}

func FuzzZone(f *testing.F) {
	for _, seed := range []string{
		"CST-8:00:00", "CST-2:00:00DST01:00:00,M3.5.5/02:00:00,M10.5.0/02:00:00", "CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT4,M3.2.0,M11.1.0",
		"<+0330>-3:30", "NZST-12NZDT,M9.5.0,M4.1.0/3", "UTC0", "",
	} {
		f.Add(seed, int64(1_793_000_000))
	}
	f.Fuzz(func(t *testing.T, text string, seconds int64) {
		z := parseZone(text)
		if again := parseZone(z.String()); again != z {
			t.Fatalf("%q is written %q, which is %+v and not %+v", text, z, again, z)
		}
		at := time.Unix(seconds%4_000_000_000, 0).UTC()
		if off := z.offset(at); off.Abs() > 27*time.Hour {
			t.Fatalf("%q is %v from UTC", text, off)
		}
		// The wall clock at a time converts back to that time.
		first, last := z.moments(z.wall(at))
		if at.Before(first) || at.After(last) {
			t.Fatalf("%q: %v is not within %v and %v", text, at, first, last)
		}
	})
}

func TestParseZone(t *testing.T) {
	winter, summer := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC), time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)
	cases := []struct {
		text           string
		winter, summer time.Duration
		unknown        bool
	}{
		{text: "CST-8:00:00", winter: 8 * time.Hour, summer: 8 * time.Hour},
		{text: "CST+5:00:00", winter: -5 * time.Hour, summer: -5 * time.Hour},
		{text: "CST-5:30:00", winter: 5*time.Hour + 30*time.Minute, summer: 5*time.Hour + 30*time.Minute},
		{text: "CST-2:00:00DST01:00:00,M3.5.5/02:00:00,M10.5.0/02:00:00", winter: 2 * time.Hour, summer: 3 * time.Hour},
		{text: "CST-10:30:00DST00:30:00,M10.1.0/02:00:00,M4.1.0/02:00:00", winter: 11 * time.Hour, summer: 10*time.Hour + 30*time.Minute},
		{text: "CET-1CEST,M3.5.0,M10.5.0/3", winter: time.Hour, summer: 2 * time.Hour},
		{text: "EST5EDT4,M3.2.0,M11.1.0", winter: -5 * time.Hour, summer: -4 * time.Hour},
		{text: "NZST-12NZDT,M9.5.0,M4.1.0/3", winter: 13 * time.Hour, summer: 12 * time.Hour},
		{text: "<+0330>-3:30", winter: 3*time.Hour + 30*time.Minute, summer: 3*time.Hour + 30*time.Minute},
		{text: "CST-2:00:00DST01:00:00,nonsense", winter: 2 * time.Hour, summer: 2 * time.Hour},
		{text: "", unknown: true},
		{text: "Europe/Madrid", unknown: true},
	}
	for _, c := range cases {
		z := parseZone(c.text)
		if z.known == c.unknown || z.offset(winter) != c.winter || z.offset(summer) != c.summer {
			t.Errorf("%q: %+v, %v in January, %v in July", c.text, z, z.offset(winter), z.offset(summer))
		}
	}
}

// TestAskingWithinTheRepeatedHour asks a camera for both times at which the
// clock shows the same digits in autumn.
func TestAskingWithinTheRepeatedHour(t *testing.T) {
	c := searchClock{utc: true, zone: parseZone("CST-2:00:00DST01:00:00,M3.5.0/02:00:00,M10.5.0/03:00:00")}
	day := time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC)
	from, to := c.ask(day.Add(2*time.Hour+15*time.Minute), day.Add(2*time.Hour+45*time.Minute))
	if want := day.Add(-45 * time.Minute); !from.Equal(want) {
		t.Errorf("from %v, want %v", from, want)
	}
	if want := day.Add(45 * time.Minute); !to.Equal(want) {
		t.Errorf("to %v, want %v", to, want)
	}
}

func FuzzTime(f *testing.F) {
	for _, seed := range []string{
		"2026-11-03T08:15:00Z", "20261103T081500Z", "2021-06-03 16:06:12", "2026-11-03T08:15:00+08:00", "2026-11-03T08:15:00.123-0530", "2026-13-03T08:15:00Z", "2025-03-10T10:00:0000:00",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if digits, _, explicit, ok := splitTime(text); ok && !explicit {
			if again, ok := (searchClock{}).wall(digits.Format("2006-01-02T15:04:05Z")); !ok || !again.Equal(digits) {
				t.Fatalf("%q is %v, then %v", text, digits, again)
			}
		}
	})
}

func FuzzContentRange(f *testing.F) {
	for _, seed := range []string{"bytes 100-199/200", "bytes 100-199/*", "bytes */200", "bytes 5-4/10", "Bytes 0-0/1", "bytes -1-2/3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseContentRange(text)
		if err != nil {
			checkClean(t, err.Error(), 0)
			return
		}
		if c.first < 0 || c.last < c.first || c.total >= 0 && c.last >= c.total {
			t.Fatalf("%q gives %+v", text, c)
		}
	})
}

func TestRoundUp(t *testing.T) {
	for d, want := range map[time.Duration]string{
		3 * time.Second: "3 s", 90 * time.Second: "2 min", 2 * time.Hour: "120 min", 47*time.Hour + 1: "48 h", 7 * day: "7 days", 49 * time.Hour: "3 days",
	} {
		if got := roundUp(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestErrorsReadWell(t *testing.T) {
	e := &Error{Op: "download", Recorder: "10.0.0.5", Track: 201, Kind: Locked, RetryAfter: 29*time.Minute + time.Second, TriesLeft: -1}
	if got := e.Error(); got != "10.0.0.5 track 201: download: the recorder refuses logins from this address after too many bad ones, for another 30 min" {
		t.Errorf("%q", got)
	}
	for _, k := range Kinds() {
		e := failure(k, "", nil)
		if e.What() == "" || e.Remedy() == "" || k.String() == "error" {
			t.Errorf("kind %d has no words: %q, %q, %q", k, k, e.What(), e.Remedy())
		}
		if text := e.What(); strings.HasSuffix(text, ".") || strings.ToLower(text[:1]) != text[:1] {
			t.Errorf("%q does not read well behind a colon", text)
		}
	}
}
