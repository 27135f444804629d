package nvr_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// TestTrickledAnswers has recorders that send one byte of an answer every two
// seconds. None may block a caller for longer than a minute and a half.
func TestTrickledAnswers(t *testing.T) {
	for _, e := range []simulator.Endpoint{simulator.DeviceInfo, simulator.Search, simulator.Download, simulator.InputProxy, simulator.Challenge} {
		t.Run(string(e), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				device, client := plug(t, simulator.Config{Channels: channels(1), Latency: time.Millisecond})
				device.ScriptAlways(e, simulator.TrickleAfter(0, 1))
				began := time.Now()
				_, err := client.Channels(t.Context())
				if err == nil {
					err = downloadFirst(t.Context(), client)
				}
				if took := time.Since(began); took > 90*time.Second {
					t.Errorf("it took %v", took)
				}
				if e == simulator.Search || e == simulator.Download {
					checkKind(t, err, nvr.Slow) // one list is optional, and a challenge is in a header
				}
			})
		})
	}
}

// ledger is a sink that counts what it is promised and given.
type ledger struct {
	held, expected int64
	expectations   int
	resets         int
}

func (l *ledger) Write(p []byte) (int, error) {
	l.held += int64(len(p))
	return len(p), nil
}

func (l *ledger) Offset() int64     { return l.held }
func (l *ledger) Tail([]byte) error { return nil }

func (l *ledger) Reset() error {
	l.held = 0
	l.resets++
	return nil
}

func (l *ledger) Expect(bytes int64) error {
	if l.held > 0 {
		return errors.New("told after the first byte")
	}
	l.expected = bytes
	l.expectations++
	return nil
}

// TestMoreThanWasAnnounced cuts the body off and keeps nothing of it, because
// an endless body would fill the disk.
func TestMoreThanWasAnnounced(t *testing.T) {
	const least = 64 << 20
	for name, c := range map[string]struct {
		quirks   simulator.Quirks
		end      time.Duration
		expected int64
	}{
		"the search says 50 bytes":   {simulator.Quirks{WrongSize: 50 - 100_000}, 0, 50},
		"it says what there is":      {simulator.Quirks{}, 0, 100_000},
		"nothing says anything":      {simulator.Quirks{NoSize: true, ByTime: simulator.ByTimeRight}, time.Second - time.Hour, 0},
		"Content-Length is 0":        {simulator.Quirks{Framing: simulator.ZeroThen}, 0, 100_000},
		"a photo, nothing announced": {simulator.Quirks{NoSize: true, ByTime: simulator.ByTimeRight}, -time.Hour, 0},
	} {
		t.Run(name, func(t *testing.T) {
			device, client := plug(t, simulator.Config{Channels: channels(1), Quirks: c.quirks})
			rec := first(t, client, 101)
			rec.End = rec.End.Add(c.end)
			device.ScriptAlways(simulator.Download, simulator.Endless)
			var l ledger
			receipt, err := client.Download(t.Context(), rec, &l)
			checkKind(t, err, nvr.TooLarge)
			if l.held != 0 || receipt.Received < least || receipt.Received > least+(1<<20) || receipt.Length != 0 {
				t.Errorf("%d bytes are kept of %d", l.held, receipt.Received)
			}
			if l.expected != c.expected {
				t.Errorf("%d bytes were expected", l.expected)
			}
		})
	}
}

// TestSinksKnowWhatComes tells sinks the larger size of search and answer, even
// if it exceeds any disk.
func TestSinksKnowWhatComes(t *testing.T) {
	for name, c := range map[string]struct {
		quirks simulator.Quirks
		want   int64
	}{
		"both agree":             {simulator.Quirks{}, 100_000},
		"only the search":        {simulator.Quirks{Framing: simulator.Chunked}, 100_000},
		"only the answer":        {simulator.Quirks{NoSize: true, ByTime: simulator.ByTimeRight}, 100_000},
		"the answer says more":   {simulator.Quirks{WrongSize: -100}, 100_000},
		"the search says 1 PB":   {simulator.Quirks{WrongSize: 1 << 50}, 1<<50 + 100_000},
		"the answer says 1 PB":   {simulator.Quirks{WrongLength: 1 << 50}, 1<<50 + 100_000},
		"the search says 2^63-1": {simulator.Quirks{WrongSize: math.MaxInt64 - 100_000}, math.MaxInt64},
		"nothing says anything":  {simulator.Quirks{NoSize: true, ByTime: simulator.ByTimeRight, Framing: simulator.Chunked}, 0},
	} {
		_, client := plug(t, simulator.Config{Channels: channels(1), Quirks: c.quirks})
		var l ledger
		_, err := client.Download(t.Context(), first(t, client, 101), &l)
		if l.expected != c.want || l.expectations > 1 {
			t.Errorf("%s: %d bytes were expected, %v", name, l.expected, err)
		}
	}
}

// TestMoreForEver has a search that always offers another page of new items. It
// must end once there are more than the time range can hold.
func TestMoreForEver(t *testing.T) {
	_, client := plug(t, simulator.Config{Channels: channels(1), Quirks: simulator.Quirks{EndlessMore: true}})
	found, err := search(t.Context(), client, 101, day, day.Add(time.Hour))
	if e := mustFail(t, err, nvr.Protocol); !e.Final() {
		t.Errorf("%v is not final", e)
	}
	if len(found) > 3800 {
		t.Errorf("%d recordings of an hour", len(found))
	}
}

// TestSlowAnswersAreGood has a slow but honest uplink, and a recorder that
// pauses before it begins.
func TestSlowAnswersAreGood(t *testing.T) {
	for _, fault := range []simulator.Fault{simulator.TrickleAfter(0, 600), simulator.StallAfter(0, 25*time.Second), simulator.StallAfter(100, 25*time.Second)} {
		bubble(t, func(t *testing.T) {
			device, client := plug(t, simulator.Config{Channels: channels(1)})
			for _, e := range []simulator.Endpoint{simulator.DeviceInfo, simulator.Search} {
				device.ScriptAlways(e, fault)
			}
			if err := downloadFirst(t.Context(), client); err != nil {
				t.Errorf("%s: %v", fault, err)
			}
		})
	}
}
