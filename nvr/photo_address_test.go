package nvr_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// photoCamera lists photos with web addresses on another host.
func photoCamera(how simulator.PhotoURI, names ...string) simulator.Config {
	photos := simulator.Span(day, day.Add(time.Duration(len(names))*time.Minute), time.Minute, 20_000)
	for i, name := range names {
		photos[i].Name = name
		photos[i].End = photos[i].Start
	}
	return simulator.Config{
		Kind: simulator.Camera, Channels: []simulator.Channel{{Photos: photos}},
		Quirks: simulator.Quirks{PhotoURI: how, URIHost: "192.168.1.64"},
	}
}

// TestPhotosByAddress downloads photos from the camera in the sheet, in one
// request each, whatever characters their names contain.
func TestPhotosByAddress(t *testing.T) {
	names := []string{"ch01_00000000005000201", "a b  c", "user@site:80", "снимок №1 (копия)", "100% + 1", "50%zz", `quote"back\slash`, "#{x}|^`"}
	for _, how := range []simulator.PhotoURI{simulator.PhotoHTTP, simulator.PhotoNoHost} {
		device, client := plug(t, photoCamera(how, names...))
		found, err := search(t.Context(), client, 103, day, day.AddDate(0, 0, 1))
		if err != nil || len(found) != len(names) {
			t.Fatalf("%d photos, %v", len(found), err)
		}
		for i, rec := range found {
			var m memory
			if _, err := client.Download(t.Context(), rec, &m); err != nil || !bytes.Equal(m.Bytes(), content(t, device, simulatedName(rec, names[i]))) {
				t.Errorf("%q: %d bytes, %v", names[i], m.Len(), err)
			}
		}
		if n := device.Stats().Requests; n[simulator.PhotoAddress] != len(names) || n[simulator.Download] != 0 {
			t.Errorf("%+v", n)
		}
	}
}

// simulatedName gives a recording its name in the simulator.
func simulatedName(rec nvr.Recording, name string) nvr.Recording {
	rec.Name = name
	return rec
}

// TestPhotoAddressThatIsNone has a camera whose web addresses do not work, but
// whose download function accepts them.
func TestPhotoAddressThatIsNone(t *testing.T) {
	asked := []string{}
	_, client := handle(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path)
		switch r.URL.Path {
		case "/ISAPI/ContentMgmt/download":
			_, _ = w.Write(append([]byte{0xff, 0xd8, 0xff, 0xe0}, make([]byte, 96)...))
		case "/ISAPI/Streaming/tracks/103/":
			http.NotFound(w, r)
		default:
			_, _ = w.Write([]byte("<DeviceInfo><model>DS-2CD2185FWD-I</model></DeviceInfo>"))
		}
	})
	rec := nvr.Recording{Track: 103, Start: day, End: day, Size: 100, URI: "http://10.9.9.9/ISAPI/Streaming/tracks/103/?name=1&size=100"}
	if _, err := client.Download(t.Context(), rec, new(memory)); err != nil {
		t.Fatal(err)
	}
	if tail := asked[len(asked)-2:]; tail[0] != "GET /ISAPI/Streaming/tracks/103/" || tail[1] != "GET /ISAPI/ContentMgmt/download" {
		t.Errorf("asked %q", asked)
	}
}

// TestTheLoginStaysAtTheRecorder has photos with addresses on an attacker's
// host.
func TestTheLoginStaysAtTheRecorder(t *testing.T) {
	device := simulator.New(photoCamera(simulator.PhotoHTTP, "1", "2"))
	network, client := clientOf(t, device)
	for _, elsewhere := range []string{"192.168.1.64:80", "evil.example:80", "evil.example:443"} {
		network.Handle(elsewhere, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			t.Errorf("%s was asked, with %q", r.Host, r.Header.Get("Authorization"))
		}))
	}
	found, err := search(t.Context(), client, 103, day, day.AddDate(0, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	for _, prefix := range []string{"http://evil.example", "https://evil.example", "//evil.example", "HTTP://user:pw@evil.example:80", ""} {
		rec := found[0]
		rec.URI = prefix + rec.URI[strings.Index(rec.URI, "/ISAPI"):]
		if _, err := client.Download(t.Context(), rec, new(memory)); err != nil {
			t.Errorf("%s: %v", rec.URI, err)
		}
	}
}

// TestVanishedPhoto reports a missing photo as gone, not refused.
func TestVanishedPhoto(t *testing.T) {
	device, client := plug(t, photoCamera(simulator.PhotoHTTP, "1", "2"))
	found, err := search(t.Context(), client, 103, day, day.AddDate(0, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	device.RemoveRecording(103, "1")
	for range 2 {
		_, err := client.Download(t.Context(), found[0], new(memory))
		checkKind(t, err, nvr.Gone)
		if _, err := client.Download(t.Context(), found[1], new(memory)); err != nil {
			t.Error(err)
		}
	}
}
