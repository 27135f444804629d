package simulator

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

const downloadPath = "/ISAPI/ContentMgmt/download"

// oneFile is a recorder with one recording of 300,000 bytes.
func oneFile(k Quirks) *Recorder {
	return New(Config{Quirks: k, Channels: []Channel{{Recordings: []Recording{{Start: day, End: day.Add(time.Minute), Size: 300_000}}}}})
}

func TestDownload(t *testing.T) {
	for _, test := range []struct {
		name   string
		quirks Quirks
		method string
		length int64 // announced; -1 for none
	}{
		{"GET", Quirks{}, "GET", 300_000},
		{"POST", Quirks{}, "POST", 300_000},
		{"chunked", Quirks{Framing: Chunked}, "POST", -1},
		{"until close", Quirks{Framing: ByClose}, "POST", -1},
		{"line breaks", Quirks{URIBreaks: true}, "POST", 300_000},
		{"silent close", Quirks{KeepAlive: 1, SilentClose: true}, "POST", 300_000},
		{"wrong size", Quirks{WrongSize: -7}, "POST", 300_000},
		{"by time", Quirks{NoSize: true, ByTime: ByTimeRight}, "POST", 300_000},
	} {
		t.Run(test.name, func(t *testing.T) {
			rec := oneFile(test.quirks)
			c := start(t, rec)
			a := c.do(test.method, downloadPath, downloadBody(c.uriOf(101, 0)))
			want := read(t, rec.Content(101, rec.Recordings(101)[0].Name))
			if a.status != 200 || a.err != nil || !bytes.Equal(a.body, want) {
				t.Errorf("status %d, %d bytes, %v", a.status, len(a.body), a.err)
			}
			if got := a.header.Get("Content-Length"); (got == "") != (test.length < 0) {
				t.Errorf("announced %q", got)
			}
			if s := rec.Stats(); s.FullDeliveries != 1 || s.BytesSent < 300_000 || s.Requests[Download] != 1 {
				t.Errorf("stats %+v", s)
			}
		})
	}
}

func TestDownloadByQuery(t *testing.T) {
	rec := oneFile(Quirks{})
	c := start(t, rec)
	a := c.do("GET", downloadPath+"?playbackURI="+c.uriOf(101, 0)+"&onlyVerification=true", "")
	if a.status != 200 || len(a.body) != 300_000 {
		t.Errorf("status %d, %d bytes", a.status, len(a.body))
	}
}

func TestRefusedDownloads(t *testing.T) {
	pruned := func(uri string) string { return uri[:strings.Index(uri, "&name=")] }
	for _, test := range []struct {
		name   string
		quirks Quirks
		method string
		change func(uri string) string
		status int
		sub    string
	}{
		{"no GET", Quirks{Verb: PostOnly}, "GET", nil, 403, "methodNotAllowed"},
		{"no POST", Quirks{Verb: GetOnly}, "POST", nil, 403, "methodNotAllowed"},
		{"no POST, 400", Quirks{Verb: GetOnly, WrongVerb400: true}, "POST", nil, 400, "badXmlContent"},
		{"by time", Quirks{}, "GET", pruned, 400, "badParameters"},
		{"another size", Quirks{}, "GET", func(uri string) string { return uri + "1" }, 400, "badParameters"},
		{"gone", Quirks{}, "GET", func(uri string) string { return strings.Replace(uri, "name=0", "name=1", 1) }, 404, "notFound"},
		{"gone, 400", Quirks{GoneForm: Gone400}, "GET", func(uri string) string { return strings.Replace(uri, "name=0", "name=1", 1) }, 400, "badParameters"},
		{"no URI", Quirks{}, "GET", func(string) string { return "" }, 400, "badXmlContent"},
		{"spurious", Quirks{SpuriousEvery: 1}, "GET", nil, 400, "badXmlContent"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, oneFile(test.quirks))
			uri := c.uriOf(101, 0)
			if test.change != nil {
				uri = test.change(uri)
			}
			a := c.do(test.method, downloadPath, downloadBody(uri))
			if a.status != test.status || !strings.Contains(string(a.body), test.sub) {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
}

// TestTrimmingIsIgnored gets the whole file even if it changes the times.
func TestTrimmingIsIgnored(t *testing.T) {
	c := start(t, oneFile(Quirks{}))
	uri := regexp.MustCompile(`starttime=\w+`).ReplaceAllString(c.uriOf(101, 0), "starttime=20261103T000030Z")
	if a := c.do("GET", downloadPath, downloadBody(uri)); a.status != 200 || len(a.body) != 300_000 {
		t.Errorf("status %d, %d bytes", a.status, len(a.body))
	}
}

// TestDownloadByTime gets data that begins with a key frame and has the
// pictures of the time range, or what the habit says.
func TestDownloadByTime(t *testing.T) {
	const size, whole, gop = 3_000_000, 4 * time.Minute, time.Second
	from, to := day.Add(time.Minute), day.Add(2*time.Minute)
	second := func(n int) time.Duration { return time.Duration(n) * time.Second }
	for _, test := range []struct {
		habit      ByTime
		status     int
		begins, to time.Duration // from the start of the file; to is the end
	}{
		{NotByTime, 400, 0, 0},
		{ByTimeRight, 200, second(60), second(120)},
		{ByTimeOffByGOP, 200, second(61), second(120)},
		{ByTimeWhole, 200, 0, whole},
		{ByTimeElsewhere, 200, 0, second(60)},
		{ByTimeRefused, 403, 0, 0},
	} {
		for _, codec := range []Codec{H264, H265} {
			rec := New(Config{Quirks: Quirks{ByTime: test.habit}, Channels: []Channel{{
				Codec: codec, Recordings: []Recording{{Start: day, End: day.Add(whole), Size: size}},
			}}})
			c := start(t, rec)
			track, _, _ := strings.Cut(c.uriOf(101, 0), "?")
			const layout = "20060102T150405Z"
			a := c.do("POST", downloadPath, downloadBody(track+"?starttime="+from.Format(layout)+"&endtime="+to.Format(layout)))
			ability := c.do("GET", downloadPath+"/capabilities", "")
			claims := strings.Contains(string(ability.body), "<isSupportDownloadbyTime>true<")
			if a.status != test.status || claims != (test.habit != NotByTime) {
				t.Errorf("%d: status %d, claims %v", test.habit, a.status, claims)
			}
			if test.status != 200 {
				continue
			}
			all, err := walk(read(t, rec.Content(101, rec.Recordings(101)[0].Name))[headerSize:])
			s, err2 := walk(a.body[headerSize:])
			if err != nil || err2 != nil || !bytes.HasPrefix(a.body, []byte("IMKH")) {
				t.Fatalf("%d: %v, %v", test.habit, err, err2)
			}
			at := func(stamp int64) time.Duration {
				return time.Duration(stamp-all.first) * time.Second / clockRate
			}
			if begins, ends := at(s.first), at(s.last); (begins-test.begins).Abs() > gop/10 || ends < test.to-gop/10 || ends > test.to+gop/2 && test.to < whole {
				t.Errorf("%d: from %v to %v, want %v to %v", test.habit, begins, ends, test.begins, test.to)
			}
		}
	}
}

func TestRange(t *testing.T) {
	for _, test := range []struct {
		kind    Range
		header  string
		status  int
		content string // Content-Range
		from    int
	}{
		{RangeIgnored, "bytes=1000-", 200, "", 0},
		{RangeHonored, "bytes=1000-", 206, "bytes 1000-299999/300000", 1000},
		{RangeHonored, "bytes=0-", 206, "bytes 0-299999/300000", 0},
		{RangeHonored, "bytes=299999-", 206, "bytes 299999-299999/300000", 299_999},
		{RangeHonored, "bytes=300000-", 416, "bytes */300000", 300_000},
		{RangeHonored, "bytes=-5", 200, "", 0},
		{RangeWrong, "bytes=1000-", 206, "bytes 0-299999/300000", 0},
		{RangeSilent, "bytes=1000-", 206, "", 1000},
	} {
		t.Run(fmt.Sprint(test.kind, test.header), func(t *testing.T) {
			rec := oneFile(Quirks{Range: test.kind})
			c := start(t, rec)
			a, err := c.try("POST", downloadPath, downloadBody(c.uriOf(101, 0)), http.Header{"Range": {test.header}})
			if err != nil {
				t.Fatal(err)
			}
			want := read(t, rec.Content(101, rec.Recordings(101)[0].Name))[test.from:]
			if a.status != test.status || a.header.Get("Content-Range") != test.content || !bytes.Equal(a.body, want) {
				t.Errorf("%d %q, %d bytes", a.status, a.header.Get("Content-Range"), len(a.body))
			}
		})
	}
}

// TestFaults checks every fault as net/http sees it.
func TestFaults(t *testing.T) {
	const whole = 300_000
	for _, test := range []struct {
		fault  Fault
		status int   // 0: no answer at all
		length int64 // bytes that arrive
		broken bool  // the body ends in an error
	}{
		{None, 200, whole, false},
		{DropAfter(0), 200, 0, true},
		{DropAfter(1000), 200, 1000, true},
		{DropAfter(whole), 200, whole, false},
		{ResetAfter(100_000), 200, 100_000, true},
		{StallAfter(1000, time.Minute), 200, whole, false},
		{TrickleAfter(299_000, 100), 200, whole, false},
		{TruncateChunked(5000), 200, 5000, true},
		{CloseDelimited(5000), 200, 5000, false},
		{CloseDelimited(-1), 200, whole, false},
		{NoLength, 200, whole, false},
		{ZeroLength, 200, 0, false},
		{WrongLength(10), 200, whole, true},
		{WrongLength(-10), 200, whole - 10, false},
		{ExtraBytes(100), 200, whole, false},
		{SlowHeaders(time.Minute), 200, whole, false},
		{Refuse, 0, 0, false},
		{CorruptHead, 200, whole, false},
		{Status(418, ""), 418, 0, false},
		{Status(418, "<a/>"), 418, 4, false},
		{Busy(3 * time.Second), 503, -1, false},
		{DeviceBusy400, 400, -1, false},
		{BusyWith200, 200, -1, false},
		{Spurious400, 400, -1, false},
		{DeviceError500, 500, -1, false},
		{DeviceError503, 503, -1, false},
		{Forbidden, 403, -1, false},
		{NotSupported, 403, -1, false},
		{Refusal(http.StatusUnauthorized, "lowPrivilege"), 401, -1, false},
		{DeviceErrorWith200, 200, -1, false},
		{Status(http.StatusNotFound, "<!DOCTYPE html>"), 404, 15, false},
		{Unauthorized, 401, 0, false},
		{XMLWith200, 200, -1, false},
		{HTMLWith200, 200, -1, false},
		{EmptyBody, 200, 0, false},
		{Gone404, 404, -1, false},
		{KeepOpenWithLength, 200, whole, false},
	} {
		t.Run(test.fault.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rec := oneFile(Quirks{})
				rec.ScriptTrack(Download, 101, test.fault)
				c := start(t, rec)
				// On a reused connection net/http would silently repeat the request.
				c.http.Transport.(*http.Transport).DisableKeepAlives = true
				body := downloadBody(c.uriOf(101, 0))
				a, err := c.try("GET", downloadPath, body, nil)
				if test.status == 0 {
					if err == nil {
						t.Errorf("an answer: %d", a.status)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if a.status != test.status || (a.err != nil) != test.broken {
					t.Errorf("status %d, %d bytes, %v", a.status, len(a.body), a.err)
				}
				if test.length >= 0 && int64(len(a.body)) != test.length {
					t.Errorf("%d bytes, want %d", len(a.body), test.length)
				}
				want := read(t, rec.Content(101, rec.Recordings(101)[0].Name))
				if test.status == 200 && test.length > 0 && bytes.HasPrefix(want, a.body) != (test.fault.String() != "corrupt head") {
					t.Error("the bytes differ")
				}
				if a, err = c.try("GET", downloadPath, body, nil); err != nil || len(a.body) != whole {
					t.Errorf("the next request: %d bytes, %v", len(a.body), err)
				}
			})
		})
	}
}

func TestResetLooksLikeOne(t *testing.T) {
	rec := oneFile(Quirks{})
	rec.Script(Download, ResetAfter(1000))
	c := start(t, rec)
	if a := c.do("GET", downloadPath, downloadBody(c.uriOf(101, 0))); !errors.Is(a.err, syscall.ECONNRESET) {
		t.Errorf("%v", a.err)
	}
}

// TestKeepOpen receives everything except the end.
func TestKeepOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := oneFile(Quirks{})
		rec.Script(Download, KeepOpenAtEnd, StallAfter(1000, 0))
		c := start(t, rec)
		body := downloadBody(c.uriOf(101, 0))
		for _, want := range []int{300_000, 1000} {
			c.http.Timeout = time.Hour
			a, err := c.try("GET", downloadPath, body, nil)
			if err != nil || a.err == nil || len(a.body) != want {
				t.Errorf("%d bytes, %v %v", len(a.body), err, a.err)
			}
		}
	})
}

func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := New(Config{Rate: 100_000, Latency: time.Second, Channels: []Channel{{
			Recordings: []Recording{{Start: day, End: day.Add(time.Minute), Size: 300_000}},
		}}})
		c := start(t, rec)
		body := downloadBody(c.uriOf(101, 0))
		began := time.Now()
		c.do("GET", downloadPath, body)
		if took := time.Since(began); took.Round(100*time.Millisecond) != 5*time.Second {
			t.Errorf("took %s: two answers of a second each and three seconds of bytes", took)
		}
	})
}

func TestMaxDownloads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := New(Config{Rate: 10_000, MaxDownloads: 1, Channels: []Channel{{
			Recordings: []Recording{{Start: day, End: day.Add(time.Minute), Size: 100_000}},
		}}})
		c := start(t, rec)
		body := downloadBody(c.uriOf(101, 0))
		done := make(chan answer)
		go func() {
			a, _ := c.try("GET", downloadPath, body, nil)
			done <- a
		}()
		time.Sleep(time.Second)
		if a := c.do("GET", downloadPath, body); a.status != 503 || !strings.Contains(string(a.body), "deviceBusy") {
			t.Errorf("the second: %d %s", a.status, a.body)
		}
		if a := <-done; a.status != 200 || len(a.body) != 100_000 {
			t.Errorf("the first: %d, %d bytes", a.status, len(a.body))
		}
		if s := rec.Stats(); s.Refused != 1 || s.MaxDownloads != 1 {
			t.Errorf("stats %+v", s)
		}
	})
}

func TestPhotoDownload(t *testing.T) {
	rec := New(Config{Channels: []Channel{{Photos: []Recording{{Start: day, End: day.Add(time.Second), Size: 50_000}}}}})
	c := start(t, rec)
	a := c.do("GET", downloadPath, downloadBody(c.uriOf(103, 0)))
	if a.status != 200 || len(a.body) != 50_000 || a.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("%d %s, %d bytes", a.status, a.header.Get("Content-Type"), len(a.body))
	}
}
