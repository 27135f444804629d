package nvr_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// TestFaults is the fault matrix: what can go wrong with a download, and the
// result. None may pass as a complete recording.
func TestFaults(t *testing.T) {
	const size = 1_000_000
	cases := []struct {
		fault simulator.Fault
		kind  nvr.Kind // KindUnknown: it succeeds anyway
		kept  bool     // the sink may hold something
	}{
		{fault: simulator.None},
		{fault: simulator.DropAfter(0), kind: nvr.Short},
		{fault: simulator.DropAfter(3), kind: nvr.Short},
		{fault: simulator.DropAfter(300_000), kind: nvr.Short, kept: true},
		{fault: simulator.DropAfter(size - 1), kind: nvr.Short, kept: true},
		{fault: simulator.ResetAfter(300_000), kind: nvr.Short, kept: true},
		{fault: simulator.TruncateChunked(300_000), kind: nvr.Short, kept: true},
		{fault: simulator.CloseDelimited(300_000), kind: nvr.Short, kept: true},
		{fault: simulator.CloseDelimited(-1)},
		{fault: simulator.StallAfter(300_000, 0), kind: nvr.Timeout, kept: true},
		{fault: simulator.StallAfter(0, 0), kind: nvr.Timeout},
		{fault: simulator.StallAfter(300_000, 20*time.Second)},
		{fault: simulator.TrickleAfter(300_000, 250), kind: nvr.Slow, kept: true},
		{fault: simulator.SlowHeaders(20 * time.Second)},
		{fault: simulator.SlowHeaders(40 * time.Second), kind: nvr.Timeout},
		{fault: simulator.NoLength},
		{fault: simulator.ZeroLength},
		{fault: simulator.WrongLength(100)},
		{fault: simulator.WrongLength(-100)},
		{fault: simulator.ExtraBytes(100)},
		{fault: simulator.KeepOpenAtEnd},
		{fault: simulator.KeepOpenWithLength},
		{fault: simulator.Refuse, kind: nvr.Short},
		{fault: simulator.Busy(7 * time.Second), kind: nvr.Busy},
		{fault: simulator.DeviceBusy400, kind: nvr.Busy},
		{fault: simulator.BusyWith200, kind: nvr.Busy},
		{fault: simulator.DeviceError500, kind: nvr.Busy},
		{fault: simulator.DeviceError503, kind: nvr.Busy},
		{fault: simulator.Spurious400, kind: nvr.Busy},
		{fault: simulator.Forbidden, kind: nvr.Forbidden},
		{fault: simulator.XMLWith200, kind: nvr.Protocol},
		{fault: simulator.HTMLWith200, kind: nvr.Protocol},
		{fault: simulator.Gone404, kind: nvr.Gone},
		{fault: simulator.EmptyBody, kind: nvr.Short},
		{fault: simulator.Redirect("http://10.9.9.9/"), kind: nvr.Protocol},
		{fault: simulator.Status(500, ""), kind: nvr.Protocol},
		{fault: simulator.Status(503, ""), kind: nvr.Busy},
		{fault: simulator.Status(429, "<html/>"), kind: nvr.Busy},
		{fault: simulator.Status(410, ""), kind: nvr.Gone},
	}
	for _, c := range cases {
		t.Run(c.fault.String(), func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				device, client := plug(t, simulator.Config{Channels: []simulator.Channel{{
					Recordings: simulator.Span(day, day.Add(2*time.Hour), time.Hour, size),
				}}})
				rec := first(t, client, 101)
				if _, err := client.Download(t.Context(), rec, new(memory)); err != nil {
					t.Fatal(err) // from here on the method is proven
				}
				device.ScriptAlways(simulator.Download, c.fault)
				var m memory
				receipt, err := client.Download(t.Context(), rec, &m)
				if c.kind == nvr.KindUnknown {
					if err != nil {
						t.Fatal(err)
					}
					if !bytes.Equal(m.Bytes(), content(t, device, rec)) {
						t.Errorf("%d bytes came that differ from the recording's", m.Len())
					}
					if receipt.Received != size || receipt.Length != size || receipt.Unverified {
						t.Errorf("%+v", receipt)
					}
					return
				}
				checkKind(t, err, c.kind)
				if !c.kept && m.Len() > 0 {
					t.Errorf("the sink got %d bytes of what is no recording", m.Len())
				}
				if c.kept && !bytes.HasPrefix(content(t, device, rec), m.Bytes()) {
					t.Error("the sink holds what is not the beginning of the recording")
				}
			})
		})
	}
}

// TestUnknownContainers passes on unknown containers if every length agrees; the
// caller finds out whether they are recordings. It never passes on text.
func TestUnknownContainers(t *testing.T) {
	for name, c := range map[string]struct {
		quirks simulator.Quirks
		kind   nvr.Kind
	}{
		"all lengths agree":       {simulator.Quirks{}, nvr.KindUnknown},
		"only the search has one": {simulator.Quirks{Framing: simulator.Chunked}, nvr.KindUnknown},
		"the search says another": {simulator.Quirks{WrongSize: -100}, nvr.Protocol},
		"it is XML by its type":   {simulator.Quirks{ContentType: "application/xml"}, nvr.Protocol},
	} {
		device, client := plug(t, simulator.Config{Channels: channels(1), Quirks: c.quirks})
		rec := first(t, client, 101)
		device.ScriptAlways(simulator.Download, simulator.CorruptHead)
		var m memory
		_, err := client.Download(t.Context(), rec, &m)
		if nvr.KindOf(err) != c.kind || (err == nil) != (c.kind == nvr.KindUnknown) || err != nil && m.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, m.Len())
		}
	}
}

func TestBusySaysForHowLong(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(1)})
	rec := first(t, client, 101)
	device.Script(simulator.Download, simulator.Busy(7*time.Second))
	_, err := client.Download(t.Context(), rec, new(memory))
	if e := mustFail(t, err, nvr.Busy); e.RetryAfter != 7*time.Second {
		t.Errorf("retry after %v", e.RetryAfter)
	}
}

// TestUnknownLength has neither Content-Length nor size: the data is accepted,
// with a note that nothing could be verified.
func TestUnknownLength(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(1), Quirks: simulator.Quirks{NoSize: true, ByTime: simulator.ByTimeRight, Framing: simulator.Chunked}})
	rec := first(t, client, 101)
	if rec.Size != 0 {
		t.Fatalf("size %d", rec.Size)
	}
	var m memory
	receipt, err := client.Download(t.Context(), rec, &m)
	if err != nil || !bytes.Equal(m.Bytes(), content(t, device, rec)) {
		t.Fatalf("%d bytes, %v", m.Len(), err)
	}
	if len(receipt.Notes) != 1 || !strings.Contains(receipt.Notes[0], "could not verify") || !receipt.Unverified || receipt.Length != int64(m.Len()) {
		t.Errorf("%+v", receipt)
	}
}

func TestLongerThanAnnouncedIsNoted(t *testing.T) {
	_, client := plug(t, simulator.Config{Channels: channels(1), Quirks: simulator.Quirks{WrongSize: -100}})
	receipt, err := client.Download(t.Context(), first(t, client, 101), new(memory))
	if err != nil || len(receipt.Notes) != 1 || !strings.Contains(receipt.Notes[0], "100 bytes longer") {
		t.Errorf("%+v, %v", receipt, err)
	}
}

// slowSink is slow, like a rate limit or a slow disk.
type slowSink struct {
	memory
	pause time.Duration
}

func (s *slowSink) Write(p []byte) (int, error) {
	time.Sleep(s.pause)
	return s.memory.Write(p)
}

func TestTimeInTheSinkDoesNotCount(t *testing.T) {
	bubble(t, func(t *testing.T) {
		device, client := plug(t, simulator.Config{Channels: channels(1)})
		rec := first(t, client, 101)
		s := slowSink{pause: 5 * time.Minute}
		if _, err := client.Download(t.Context(), rec, &s); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(s.Bytes(), content(t, device, rec)) {
			t.Error("it differs")
		}
	})
}

// brokenSink fails like a full disk.
type brokenSink struct{ memory }

func (*brokenSink) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestErrorOfTheSinkStaysWhatItIs(t *testing.T) {
	_, client := plug(t, simulator.Config{Channels: channels(1)})
	_, err := client.Download(t.Context(), first(t, client, 101), new(brokenSink))
	if err != syscall.ENOSPC { //nolint:errorlint // as it is, says the contract
		t.Errorf("%v", err)
	}
}

func TestCancelledDownload(t *testing.T) {
	bubble(t, func(t *testing.T) {
		device, client := plug(t, simulator.Config{Channels: channels(1)})
		rec := first(t, client, 101)
		for _, fault := range []simulator.Fault{simulator.StallAfter(50_000, 0), simulator.SlowHeaders(20 * time.Second)} {
			device.Script(simulator.Download, fault)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			began := time.Now()
			_, err := client.Download(ctx, rec, new(memory))
			if !errors.Is(err, context.Canceled) || nvr.KindOf(err) != nvr.KindUnknown {
				t.Errorf("%s: %v", fault, err)
			}
			if took := time.Since(began); took != time.Second {
				t.Errorf("%s: it took %v to cancel", fault, took)
			}
		}
	})
}

func TestResume(t *testing.T) {
	cases := map[string]struct {
		quirks  simulator.Quirks
		resumed bool
		resets  int
		retry   bool // the first attempt fails, the next starts over
	}{
		"Range is honoured":                {quirks: simulator.Quirks{Range: simulator.RangeHonored}, resumed: true},
		"Range is honoured, no length":     {quirks: simulator.Quirks{Range: simulator.RangeHonored, Framing: simulator.Chunked}, resumed: true},
		"Range is ignored":                 {resets: 1},
		"206 from the beginning":           {quirks: simulator.Quirks{Range: simulator.RangeWrong}, resets: 1, retry: true},
		"206 without Content-Range":        {quirks: simulator.Quirks{Range: simulator.RangeSilent}, resets: 1, retry: true},
		"Range on a camera that wants GET": {quirks: simulator.Quirks{Range: simulator.RangeHonored, Verb: simulator.GetOnly}, resumed: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			device, client := plug(t, simulator.Config{Channels: channels(1), Quirks: c.quirks})
			rec := first(t, client, 101)
			whole := content(t, device, rec)
			var m memory
			m.Buffer.Write(whole[:60_000])
			receipt, err := client.Download(t.Context(), rec, &m)
			if c.retry {
				checkKind(t, err, nvr.Protocol)
				receipt, err = client.Download(t.Context(), rec, &m)
			}
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(m.Bytes(), whole) {
				t.Errorf("%d bytes that differ", m.Len())
			}
			if m.resets != c.resets {
				t.Errorf("%d resets", m.resets)
			}
			want := int64(len(whole))
			if c.resumed {
				want -= 60_000
			}
			if receipt.Received != want || receipt.Length != int64(len(whole)) {
				t.Errorf("%+v, want %d", receipt, want)
			}
		})
	}
}

// TestResumeComparesTheSeam resumes a file whose end is not what the recorder
// sent: every length is right, but the result would be wrong.
func TestResumeComparesTheSeam(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(1), Quirks: simulator.Quirks{Range: simulator.RangeHonored}})
	rec := first(t, client, 101)
	whole := content(t, device, rec)
	var m memory
	m.Buffer.Write(whole[:60_000])
	m.Bytes()[59_000] ^= 1
	_, err := client.Download(t.Context(), rec, &m)
	checkKind(t, err, nvr.Protocol)
	if m.resets != 1 || m.Len() != 0 {
		t.Fatalf("%d bytes stay after %d resets", m.Len(), m.resets)
	}
	if _, err := client.Download(t.Context(), rec, &m); err != nil || !bytes.Equal(m.Bytes(), whole) {
		t.Fatalf("the next try gives %d bytes, %v", m.Len(), err)
	}
}

func TestResumeOfWhatIsWhole(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(1)})
	rec := first(t, client, 101)
	var m memory
	m.Buffer.Write(content(t, device, rec))
	if receipt, err := client.Download(t.Context(), rec, &m); err != nil || receipt.Received != 0 || receipt.Length != rec.Size || len(receipt.Notes) != 1 {
		t.Errorf("%+v, %v", receipt, err)
	}
	m.Buffer.WriteString("more than there is")
	if _, err := client.Download(t.Context(), rec, &m); err != nil || int64(m.Len()) != rec.Size {
		t.Errorf("%d bytes, %v", m.Len(), err)
	}
}

// TestInterruptedDownloadsContinue drops the connection at random places until
// a recording is complete.
func TestInterruptedDownloadsContinue(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(1), Quirks: simulator.Quirks{Range: simulator.RangeHonored}})
	rec := first(t, client, 101)
	var m memory
	for n := range int64(20) {
		device.Script(simulator.Download, simulator.DropAfter(7_001*n%9_973))
	}
	for try := 0; ; try++ {
		_, err := client.Download(t.Context(), rec, &m)
		if err == nil {
			break
		}
		checkKind(t, err, nvr.Short)
		if try == 25 {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(m.Bytes(), content(t, device, rec)) {
		t.Error("it differs")
	}
}

// TestTheEndIsNotWaitedFor has connections that stay open at 100 %. Once every
// announced byte has arrived, the client must not wait for a timeout.
func TestTheEndIsNotWaitedFor(t *testing.T) {
	for _, fault := range []simulator.Fault{simulator.KeepOpenAtEnd, simulator.KeepOpenWithLength} {
		bubble(t, func(t *testing.T) {
			device, client := plug(t, simulator.Config{Channels: channels(1)})
			rec := first(t, client, 101)
			device.Script(simulator.Download, fault)
			began := time.Now()
			if _, err := client.Download(t.Context(), rec, new(memory)); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("%s: it took %v", fault, took)
			}
		})
	}
}

// TestDownloadsCloseTheirConnections keeps surplus bytes of one answer out of
// the next.
func TestDownloadsCloseTheirConnections(t *testing.T) {
	_, client := handle(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/ISAPI/ContentMgmt/download" {
			_, _ = w.Write([]byte("<DeviceInfo><model>DS-7616NI-K2</model></DeviceInfo>"))
			return
		}
		if !r.Close {
			t.Error("a download came on a connection that is to be kept")
		}
		_, _ = w.Write([]byte("IMKH and so on"))
	})
	rec := nvr.Recording{Track: 101, Start: day, End: day.Add(time.Hour), URI: "rtsp://10.0.0.5/Streaming/tracks/101/?name=1"}
	if _, err := client.Download(t.Context(), rec, new(memory)); err != nil {
		t.Fatal(err)
	}
}

func TestVerbIsLearnedOnce(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(1), Quirks: simulator.Quirks{Verb: simulator.GetOnly}})
	rec := first(t, client, 101)
	for range 5 {
		if _, err := client.Download(t.Context(), rec, new(memory)); err != nil {
			t.Fatal(err)
		}
	}
	if n := device.Stats().Requests[simulator.Download]; n != 6 {
		t.Errorf("5 downloads cost %d requests", n)
	}
}

func TestPhotos(t *testing.T) {
	device, client := plug(t, simulator.Config{Kind: simulator.Camera, Channels: []simulator.Channel{{
		Photos: simulator.Span(day, day.Add(time.Hour), 10*time.Minute, 30_000),
	}}})
	found, err := search(t.Context(), client, nvr.TrackOf(1, nvr.Photo), day, day.AddDate(0, 0, 1))
	if err != nil || len(found) != 6 {
		t.Fatalf("%d photos, %v", len(found), err)
	}
	var m memory
	if _, err := client.Download(t.Context(), found[0], &m); err != nil || !bytes.Equal(m.Bytes(), content(t, device, found[0])) {
		t.Errorf("%d bytes, %v", m.Len(), err)
	}
}
