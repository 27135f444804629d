package nvr_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// quirk is one habit of real devices. Whatever the habit, the result for an
// operator is the same: the channels are known, and every recording is found
// once and downloaded byte for byte.
type quirk struct {
	name    string
	text    string // what the device does, and where it was seen
	config  func(*simulator.Config)
	client  func(*nvr.Config)
	tries   int  // how often downloads and searches may fail with a temporary error
	unknown bool // channels cannot be listed
}

const summerZone = "CST-2:00:00DST01:00:00,M3.5.0/02:00:00,M10.5.0/03:00:00"

// combinations are habits beyond the catalogue: some for a family that the
// catalogue does not have them for, some worse than what was seen, some
// together.
var combinations = []quirk{
	{name: "a camera in summer time", config: func(c *simulator.Config) { c.Kind, c.Zone = simulator.Camera, summerZone }},
	{name: "an NVR that writes UTC, with the clock column set", config: func(c *simulator.Config) {
		c.Zone, c.Quirks.Clock = "CST-8:00:00", simulator.TrueUTC
	}, client: func(c *nvr.Config) { c.Clock = nvr.ClockUTC }},
	{name: "a camera that writes its wall clock, with the clock column set", config: func(c *simulator.Config) {
		c.Kind, c.Zone, c.Quirks.Clock = simulator.Camera, "CST-8:00:00", simulator.WallClock
	}, client: func(c *nvr.Config) { c.Clock = nvr.ClockLocal }},
	{name: "results carry an offset, in summer", config: func(c *simulator.Config) { c.Zone, c.Quirks.Offsets = summerZone, true }},
	{name: "a camera's results carry an offset", config: func(c *simulator.Config) {
		c.Kind, c.Zone, c.Quirks.Offsets = simulator.Camera, "CST-8:00:00", true
	}},
	{name: "a camera's time has the offset of winter", config: func(c *simulator.Config) {
		c.Kind, c.Zone, c.Quirks.StandardSuffix = simulator.Camera, summerZone, true
	}},
	{name: "a camera's time has no offset", config: func(c *simulator.Config) { c.Kind, c.Zone, c.Quirks.NoOffset = simulator.Camera, "CST-8:00:00", true }},
	{name: "only streams are listed", config: always(simulator.NotSupported, simulator.InputProxy, simulator.InputProxyStatus, simulator.VideoInputs, simulator.Tracks)},
	{name: "discovery is refused", config: quirks(simulator.Quirks{RefuseDiscovery: true}), unknown: true},
	{name: "discovery is refused with status 200", config: always(simulator.XMLWith200,
		simulator.InputProxy, simulator.InputProxyStatus, simulator.VideoInputs, simulator.StreamingChannels, simulator.Tracks), unknown: true},

	{name: "spans above a day are rejected", config: quirks(simulator.Quirks{MaxSpan: 24 * time.Hour})},
	{name: "spans above 5 hours are rejected", config: quirks(simulator.Quirks{MaxSpan: 5 * time.Hour})},
	{name: "the position is ignored on pages of one", config: quirks(simulator.Quirks{IgnorePosition: true, PageCap: 1})},
	{name: "no status and the position is ignored", config: quirks(simulator.Quirks{NoStatus: true, IgnorePosition: true, PageCap: 7})},
	{name: "every second search is bad XML", config: quirks(simulator.Quirks{SpuriousSearch: 2, PageCap: 7})},
	{name: "the first search fails with status 200", config: firstSearchFails, tries: 1},
	{name: "newest first on small pages", config: quirks(simulator.Quirks{Descending: true, PageCap: 7})},
	{name: "items of other tracks on small pages", config: quirks(simulator.Quirks{ForeignItems: true, PageCap: 7})},

	{name: "POST only, on a camera", config: func(c *simulator.Config) { c.Kind, c.Quirks.Verb = simulator.Camera, simulator.PostOnly }},
	{name: "POST only, on a camera, said with a plain 400", config: func(c *simulator.Config) {
		c.Kind, c.Quirks.Verb, c.Quirks.WrongVerb400 = simulator.Camera, simulator.PostOnly, true
	}},
	{name: "every recording is XML by its type", config: quirks(simulator.Quirks{ContentType: "application/xml"})},
	{name: "nonces of three uses", config: auth(simulator.Auth{NonceUses: 3})},
	{name: "nonces of three uses, without a word of stale", config: auth(simulator.Auth{NonceUses: 3, Stale: simulator.StaleAbsent})},
	{name: "one-time nonces bound to a URL, never called stale", config: auth(simulator.Auth{NonceBoundURL: true, NonceUses: 1, Stale: simulator.StaleDenied})},
	{name: "401 now and then", config: auth(simulator.Auth{Spurious: 5})},
	{name: "401 now and then, one-time nonces", config: auth(simulator.Auth{Spurious: 5, NonceUses: 1})},
}

// special holds what an operator sees differently for habits of the catalogue.
var special = map[string]quirk{
	"spurious-400":   {tries: 2},
	"size-too-large": {tries: 4}, // on the first download of each recording
	"quiet-time":     {tries: 2},
	"basic-only":     {client: allowBasic},
	"busy-searches":  {tries: 20},
}

// TestQuirks tries every known habit of real devices, by name.
func TestQuirks(t *testing.T) {
	all := slices.Clone(combinations)
	for _, known := range catalogue {
		q := special[known.name]
		q.name, q.config, q.text = known.name, known.apply, known.String()
		all = append(all, q)
	}
	for _, q := range all {
		t.Run(q.name, func(t *testing.T) {
			if q.text != "" {
				t.Log(q.text)
			}
			bubble(t, q.walk)
		})
	}
}

// walk does what a run does: sign in, list, search, download.
func (q quirk) walk(t *testing.T) {
	c := simulator.Config{Channels: make([]simulator.Channel, 3)}
	for _, i := range []int{0, 2} {
		c.Channels[i].Recordings = simulator.Day(day, 2*time.Hour, 20_000)
	}
	q.config(&c)
	var changes []func(*nvr.Config)
	if q.client != nil {
		changes = append(changes, q.client)
	}
	device, client := plug(t, c, changes...)
	if _, err := client.SignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := client.Channels(t.Context())
	switch {
	case q.unknown:
		checkKind(t, err, nvr.Protocol)
	case err != nil:
		t.Fatal(err)
	case len(list) != 3:
		t.Fatalf("channels %+v", list)
	}
	for _, track := range device.Tracks() {
		q.fetch(t, device, client, track)
	}
	if refused := device.Stats().Auth.Refused; refused > 0 {
		t.Errorf("%d logins were refused", refused)
	}
}

// fetch finds the recordings of a track in a range of several days, and
// downloads two of them.
func (q quirk) fetch(t *testing.T, device *simulator.Recorder, client *nvr.Recorder, track int) {
	t.Helper()
	var found []nvr.Recording
	q.patiently(t, func() (err error) {
		found, err = search(t.Context(), client, nvr.Track(track), day.AddDate(0, 0, -1), day.AddDate(0, 0, 3))
		return err
	})
	checkFound(t, device, track, found)
	for i, rec := range found[:min(2, len(found))] {
		var m memory
		q.patiently(t, func() error {
			m = memory{}
			_, err := client.Download(t.Context(), rec, &m)
			return err
		})
		if want := content(t, device, simulatedName(rec, device.Recordings(track)[i].Name)); !bytes.Equal(m.Bytes(), want) {
			t.Errorf("track %d: %d bytes came that differ from the recording's %d", track, m.Len(), len(want))
		}
	}
}

// patiently retries temporary failures, as a scheduler would.
func (q quirk) patiently(t *testing.T, do func() error) {
	t.Helper()
	for try := 0; ; try++ {
		err := do()
		if err == nil {
			return
		}
		if try >= q.tries || !nvr.KindOf(err).Temporary() {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
	}
}
