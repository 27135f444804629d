package nvr_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// otherServer returns a client for an address where something other than a
// recorder's web server answers. A bubble waits for everything that it starts.
func otherServer(t *testing.T, address string, serve func(net.Conn)) *nvr.Recorder {
	t.Helper()
	a, err := nvr.ParseAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	client := nvr.New(nvr.Config{Address: a, Insecure: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go serve(far)
		return near, nil
	}})
	t.Cleanup(client.Close)
	return client
}

// stranger answers one connection in some other way than a web server.
func stranger(name string, conn net.Conn) {
	defer func() { _ = conn.Close() }()
	first := make([]byte, 4096)
	if _, err := conn.Read(first); err != nil || name == "hangs up" {
		return
	}
	if name == "binary" { // the protocol of the vendor's own programs
		_, _ = conn.Write([]byte{0, 0, 0, 0x10, 0x63, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0})
	}
	_, _ = io.Copy(io.Discard, conn)
}

// TestWrongPort has ports that are not the recorder's web server. The error
// must come within 15 seconds and say what answers there.
func TestWrongPort(t *testing.T) {
	for _, address := range []string{"10.0.0.5:8000", "10.0.0.5:81", "https://10.0.0.5:8000", "https://10.0.0.5:81"} {
		for _, name := range []string{"silent", "hangs up", "binary"} {
			t.Run(address+" "+name, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					client := otherServer(t, address, func(conn net.Conn) { stranger(name, conn) })
					began := time.Now()
					_, err := client.SignIn(t.Context())
					if took := time.Since(began); took > 15*time.Second {
						t.Errorf("it took %v", took)
					}
					e, ok := err.(*nvr.Error) //nolint:errorlint // the package promises the type itself
					if !ok {
						t.Fatal(err)
					}
					t.Log(e.What())
					sdk := strings.Contains(address, "8000")
					if binaryTLS := e.Kind == nvr.TLS; !binaryTLS && (!strings.Contains(e.What(), "port "+address[strings.LastIndex(address, ":")+1:]) || e.Final() != sdk) {
						t.Errorf("%q, final %t", e.What(), e.Final())
					}
					_, err = client.SignIn(t.Context())
					if e, _ := err.(*nvr.Error); e == nil || !e.Final() && e.Kind != nvr.TLS { //nolint:errorlint // as above
						t.Errorf("the second time: %v", err)
					}
				})
			})
		}
	}
}

// TestTheOtherScheme has recorders that answer only on the other scheme, and do
// not say so.
func TestTheOtherScheme(t *testing.T) {
	device := simulator.New(simulator.Config{})
	tlsServer, err := simulator.ListenTLS("127.0.0.1:0", device, simulator.ModernTLS)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tlsServer.Close() }()
	// This one sends an alert, as firmware does, not a sentence in HTTP.
	client := otherServer(t, "http://10.0.0.5", func(conn net.Conn) {
		defer func() { _ = conn.Close() }()
		first := make([]byte, 4096)
		if n, err := conn.Read(first); err == nil && n > 0 {
			_, _ = conn.Write([]byte{0x15, 3, 3, 0, 2, 2, 70})
		}
	})
	_, err = client.SignIn(t.Context())
	if e := mustFail(t, err, nvr.Protocol); !strings.Contains(e.What(), "HTTPS") || !e.Final() {
		t.Errorf("%q, final %t", e.What(), e.Final())
	}
	// This one stays silent until it receives HTTP.
	client = otherServer(t, "https://10.0.0.5:80", func(conn net.Conn) {
		defer func() { _ = conn.Close() }()
		first := make([]byte, 4096)
		if n, err := conn.Read(first); err == nil && n > 3 && string(first[:3]) == "GET" {
			_, _ = conn.Write([]byte("HTTP/1.1 401 Unauthorized\r\n\r\n"))
		}
	})
	_, err = client.SignIn(t.Context())
	if e := mustFail(t, err, nvr.TLS); !strings.Contains(e.What(), "plain HTTP") {
		t.Errorf("%q", e.What())
	}
}

// TestSlowFirstAnswer has a slow recorder. The second request waits long
// enough.
func TestSlowFirstAnswer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		device, client := plug(t, simulator.Config{})
		device.ScriptAlways(simulator.Challenge, simulator.SlowHeaders(25*time.Second))
		_, err := client.SignIn(t.Context())
		checkKind(t, err, nvr.Timeout)
		if _, err := client.SignIn(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestNothingToFetchWith has devices that list recordings but lack a download
// function. The error must come at once and be final.
func TestNothingToFetchWith(t *testing.T) {
	for _, form := range []simulator.Fault{simulator.NotSupported, simulator.Status(http.StatusNotFound, notFoundPage)} {
		for _, kind := range []simulator.Kind{simulator.NVR, simulator.Camera} {
			device, client := plug(t, simulator.Config{Kind: kind, Channels: channels(1)})
			device.ScriptAlways(simulator.Download, form)
			found, err := search(t.Context(), client, 101, day, day.AddDate(0, 0, 1))
			if err != nil || len(found) < 4 {
				t.Fatal(len(found), err)
			}
			for _, rec := range found {
				_, err := client.Download(t.Context(), rec, new(memory))
				if e := mustFail(t, err, nvr.Protocol); !strings.Contains(e.What(), "no recordings over HTTP") || !e.Final() {
					t.Errorf("%q, final %t", e.What(), e.Final())
				}
			}
			if n := device.Stats().Requests[simulator.Download]; n > 3*len(found) {
				t.Errorf("%d requests for %d recordings", n, len(found))
			}
		}
	}
}

// TestISAPIOff has a recorder whose web server works but whose ISAPI does not.
func TestISAPIOff(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"a page": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Server", "App-webs/")
			http.NotFound(w, r)
		},
		"a verdict": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Server", "DNVRS-Webs")
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte("<ResponseStatus><statusCode>4</statusCode><statusString>Invalid Operation</statusString><subStatusCode>notSupport</subStatusCode></ResponseStatus>"))
		},
	} {
		_, client := handle(t, h)
		_, err := client.SignIn(t.Context())
		if e := mustFail(t, err, nvr.Protocol); !strings.Contains(e.What(), "ISAPI") {
			t.Errorf("%s: %q", name, e.What())
		}
	}
}
