package nvr_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// TestSpuriousRefusalsAreExcusedTwice has a recording that is always refused
// without a reason. The recorder must not count as busy for ever.
func TestSpuriousRefusalsAreExcusedTwice(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(1)})
	rec := first(t, client, 101)
	if _, err := client.Download(t.Context(), rec, new(memory)); err != nil {
		t.Fatal(err)
	}
	device.ScriptAlways(simulator.Download, simulator.Spurious400)
	for _, want := range []nvr.Kind{nvr.Busy, nvr.Busy, nvr.Protocol, nvr.Protocol} {
		_, err := client.Download(t.Context(), rec, new(memory))
		checkKind(t, err, want)
	}
}

// TestGoneRecordings has recordings that were overwritten after the search, on
// devices that say so in various ways. A new search decides.
func TestGoneRecordings(t *testing.T) {
	for _, form := range []simulator.GoneForm{simulator.GoneNotFound, simulator.Gone400, simulator.GoneEmpty} {
		for _, verb := range []simulator.Verb{simulator.AnyVerb, simulator.GetOnly} {
			device, client := plug(t, simulator.Config{Channels: channels(1), Quirks: simulator.Quirks{GoneForm: form, Verb: verb}})
			rec := first(t, client, 101)
			device.RemoveRecording(101, rec.Name)
			_, err := client.Download(t.Context(), rec, new(memory))
			checkKind(t, err, nvr.Gone)
		}
	}
}

// TestGoneAlthoughListed has a search that still lists the missing recording.
func TestGoneAlthoughListed(t *testing.T) {
	c := simulator.Config{Channels: channels(1)}
	failing(simulator.Refusal(http.StatusBadRequest, "badParameters"))(&c)
	_, client := plug(t, c)
	rec := first(t, client, 101)
	for _, want := range []nvr.Kind{nvr.Protocol, nvr.Protocol, nvr.Gone} {
		_, err := client.Download(t.Context(), rec, new(memory))
		checkKind(t, err, want)
	}
}

// TestErrorsOfTheDeviceAreNotOthers must not send an operator looking for other
// users of a recorder that has a fault of its own.
func TestErrorsOfTheDeviceAreNotOthers(t *testing.T) {
	for _, f := range []simulator.Fault{simulator.DeviceError500, simulator.DeviceError503, simulator.DeviceErrorWith200} {
		device, client := plug(t, simulator.Config{Channels: channels(1)})
		rec := first(t, client, 101)
		device.Script(simulator.Download, f)
		_, err := client.Download(t.Context(), rec, new(memory))
		if e := mustFail(t, err, nvr.Busy); strings.Contains(e.What(), "others") || e.Remedy() == nvr.AskLess {
			t.Errorf("%s: %q, %q", f, e.What(), e.Remedy())
		}
	}
}

// TestSpuriousRefusalsSayWhatHappened must not blame other users if the
// recorder has refused a valid request.
func TestSpuriousRefusalsSayWhatHappened(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(1)})
	rec := first(t, client, 101)
	if _, err := client.Download(t.Context(), rec, new(memory)); err != nil {
		t.Fatal(err)
	}
	device.Script(simulator.Download, simulator.Spurious400)
	_, err := client.Download(t.Context(), rec, new(memory))
	if e := mustFail(t, err, nvr.Busy); strings.Contains(e.What(), "others") || !strings.Contains(e.What(), "a valid request") {
		t.Errorf("%q", e.What())
	}
}
