package nvr_test

import (
	"bytes"
	"context"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const host = "10.0.0.5:80"

// day is the day of all recordings in these tests.
var day = time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)

// bubble runs a test with its own clock, some days after everything was
// recorded. Waiting in it costs no time.
func bubble(t *testing.T, test func(*testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(day.AddDate(0, 0, 17)))
		test(t)
	})
}

// plug returns a simulated recorder on its own network, and a client for it.
func plug(t *testing.T, c simulator.Config, change ...func(*nvr.Config)) (*simulator.Recorder, *nvr.Recorder) {
	t.Helper()
	device := simulator.New(c)
	network := new(simulator.Network)
	network.Handle(host, device)
	address, err := nvr.ParseAddress(host)
	if err != nil {
		t.Fatal(err)
	}
	config := nvr.Config{
		Address: address,
		Login:   nvr.Login{User: device.Config().User, Password: nvr.Secret(device.Config().Password)},
		Dial:    network.Dial,
	}
	for _, f := range change {
		f(&config)
	}
	client := nvr.New(config)
	t.Cleanup(func() {
		client.Close()
		if err := network.Close(); err != nil {
			t.Error(err)
		}
	})
	return device, client
}

// channels returns n channels, each with one day of hourly recordings.
func channels(n int) []simulator.Channel {
	list := make([]simulator.Channel, n)
	for i := range list {
		list[i] = simulator.Channel{Recordings: simulator.Day(day, time.Hour, 100_000)}
	}
	return list
}

// memory is a sink.
type memory struct {
	bytes.Buffer
	resets int
}

func (m *memory) Offset() int64 { return int64(m.Len()) }

func (m *memory) Tail(p []byte) error {
	copy(p, m.Bytes()[m.Len()-len(p):])
	return nil
}

func (m *memory) Reset() error {
	m.resets++
	m.Buffer.Reset()
	return nil
}

// search collects the results of a search.
func search(ctx context.Context, r *nvr.Recorder, track nvr.Track, from, to time.Time) ([]nvr.Recording, error) {
	var all []nvr.Recording
	for rec, err := range r.Search(ctx, track, from, to) {
		if err != nil {
			return all, err
		}
		all = append(all, rec)
	}
	return all, nil
}

// first returns the first recording of a track.
func first(t *testing.T, r *nvr.Recorder, track nvr.Track) nvr.Recording {
	t.Helper()
	for rec, err := range r.Search(t.Context(), track, day, day.AddDate(0, 0, 1)) {
		if err != nil {
			t.Fatal(err)
		}
		return rec
	}
	t.Fatal("no recordings")
	return nvr.Recording{}
}

// content returns the bytes of a recording.
func content(t *testing.T, device *simulator.Recorder, rec nvr.Recording) []byte {
	t.Helper()
	data, err := io.ReadAll(device.Content(int(rec.Track), rec.Name))
	if err != nil {
		t.Fatal(err)
	}
	if len(data) == 0 {
		t.Fatalf("the simulator has no recording %q on track %d", rec.Name, rec.Track)
	}
	return data
}

// checkFound compares the results of a search with the device's recordings.
func checkFound(t *testing.T, device *simulator.Recorder, track int, got []nvr.Recording) {
	t.Helper()
	want := device.Recordings(track)
	if len(got) != len(want) {
		t.Fatalf("%d recordings found, the device has %d", len(got), len(want))
	}
	for i, rec := range got {
		end := want[i].End
		if end.Before(want[i].Start) {
			end = want[i].Start
		}
		if rec.Name != want[i].Name && rec.Name != "" || !rec.Start.Equal(want[i].Start) || !rec.End.Equal(end) || rec.Track != nvr.Track(track) {
			t.Fatalf("recording %d is %+v, want %+v", i, rec, want[i])
		}
	}
}

// checkKind fails the test unless err is of a kind and has a useful text.
func checkKind(t *testing.T, err error, want nvr.Kind) {
	t.Helper()
	_ = mustFail(t, err, want)
}

// mustFail is checkKind, and returns the error for further checks.
func mustFail(t *testing.T, err error, want nvr.Kind) *nvr.Error {
	t.Helper()
	if nvr.KindOf(err) != want {
		t.Fatalf("the error is %q (%v), want kind %v", err, nvr.KindOf(err), want)
	}
	e, ok := err.(*nvr.Error) //nolint:errorlint // the package promises the type itself
	if !ok {
		t.Fatalf("the error is a %T", err)
	}
	if e.What() == "" || e.Remedy() == "" || e.Op == "" || e.Recorder == "" {
		t.Fatalf("the error lacks something: %+v", e)
	}
	return e
}
