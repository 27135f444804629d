package simulator

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestNobodyAnswers(t *testing.T) {
	var n Network
	if _, err := n.Dial(t.Context(), "tcp", "10.0.0.9:80"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("%v", err)
	}
	n.Handle("10.0.0.9:80", New(Config{}))
	conn, err := n.Dial(t.Context(), "tcp", "10.0.0.9:80")
	if err != nil {
		t.Fatal(err)
	}
	n.Remove("10.0.0.9:80")
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("the connection outlived the recorder")
	}
	if _, err := n.Dial(t.Context(), "tcp", "10.0.0.9:80"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("after Remove: %v", err)
	}
	if err := n.Close(); err != nil {
		t.Error(err)
	}
}

// TestCloseEndsEverything checks that Close returns in time, whatever a handler
// waits for.
func TestCloseEndsEverything(t *testing.T) {
	for _, fault := range []Fault{StallAfter(1000, 0), StallAfter(1000, time.Hour), KeepOpenAtEnd, SlowHeaders(time.Hour), TrickleAfter(0, 1)} {
		t.Run(fault.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var n Network
				rec := oneFile(Quirks{})
				rec.Script(Download, fault)
				n.Handle("r:80", rec)
				transport := &http.Transport{DialContext: n.Dial}
				defer transport.CloseIdleConnections()
				c := &client{t: t, base: "http://r", http: &http.Client{Transport: transport}, user: DefaultUser, password: DefaultPassword}
				body := downloadBody(c.uriOf(101, 0))
				done := make(chan struct{})
				go func() {
					defer close(done)
					_, _ = c.try("GET", downloadPath, body, nil)
				}()
				time.Sleep(time.Second)
				began := time.Now()
				if err := n.Close(); err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took > 0 {
					t.Errorf("Close took %s", took)
				}
				<-done
			})
		})
	}
}

func TestManyAtOnce(t *testing.T) {
	rec := New(Config{Channels: []Channel{{Recordings: Day(day, time.Hour, 100_000)}, {Recordings: Day(day, time.Hour, 50_000)}}})
	c := start(t, rec)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 6 {
				track := 101 + 100*(g%2)
				list := rec.Recordings(track)
				r := list[(g*6+i)%len(list)]
				a := c.do("GET", downloadPath, downloadBody(c.uriOf(track, (g*6+i)%len(list))))
				if want := read(t, rec.Content(track, r.Name)); !bytes.Equal(a.body, want) {
					t.Errorf("track %d %s: %d bytes differ", track, r.Name, len(a.body))
				}
			}
		})
	}
	wg.Wait()
	if s := rec.Stats(); s.FullDeliveries != 48 || s.Auth.Refused != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestListen(t *testing.T) {
	for _, test := range []struct {
		name   string
		listen func(http.Handler) (*Server, error)
		scheme string
		config *tls.Config
	}{
		{"plain", func(h http.Handler) (*Server, error) { return Listen("127.0.0.1:0", h) }, "http://", nil},
		{"tls", func(h http.Handler) (*Server, error) { return ListenTLS("127.0.0.1:0", h, ModernTLS) }, "https://", &tls.Config{InsecureSkipVerify: true}},
		{"legacy", func(h http.Handler) (*Server, error) { return ListenTLS("127.0.0.1:0", h, LegacyTLS) }, "https://", &tls.Config{
			InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			rec := oneFile(Quirks{})
			rec.Script(Download, ResetAfter(100_000))
			s, err := test.listen(rec)
			if err != nil {
				t.Fatal(err)
			}
			var seen string
			if test.config != nil {
				test.config.VerifyConnection = func(state tls.ConnectionState) error {
					sum := sha256.Sum256(state.PeerCertificates[0].Raw)
					seen = hex.EncodeToString(sum[:])
					return nil
				}
			}
			transport := &http.Transport{TLSClientConfig: test.config}
			c := &client{t: t, base: test.scheme + s.Addr(), http: &http.Client{Transport: transport}, user: DefaultUser, password: DefaultPassword}
			body := downloadBody(c.uriOf(101, 0))
			if a := c.do("GET", downloadPath, body); a.err == nil {
				t.Error("the reset was not seen")
			}
			if a := c.do("GET", downloadPath, body); len(a.body) != 300_000 {
				t.Errorf("%d bytes", len(a.body))
			}
			if seen != s.Fingerprint {
				t.Errorf("fingerprint %q, certificate %q", s.Fingerprint, seen)
			}
			transport.CloseIdleConnections()
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if _, err := c.once("GET", "/", "", "", nil); err == nil {
				t.Error("an answer after Close")
			}
		})
	}
}

func TestDialHonoursContext(t *testing.T) {
	var n Network
	defer func() { _ = n.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	n.Handle("r:80", New(Config{}))
	for range 20 {
		conn, err := n.Dial(ctx, "tcp", "r:80")
		if err != nil {
			return
		}
		_ = conn.Close()
	}
	t.Error("a cancelled Dial always succeeds")
}

// BenchmarkDownload measures the simulator's own limit over loopback: one
// stream to a client that discards the bytes.
func BenchmarkDownload(b *testing.B) {
	const size = 256 << 20
	rec := New(Config{Channels: []Channel{{Audio: true, Recordings: []Recording{{Start: day, End: day.Add(15 * time.Minute), Size: size}}}}})
	uri := "rtsp://x/Streaming/tracks/101/?name=" + rec.Recordings(101)[0].Name + "&size=268435456"
	s, err := Listen("127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := &delivery{rec: rec, w: w, r: r, release: func() {}}
		out.send(rec.download(&request{Request: r, body: []byte(downloadBody(uri))}), Fault{})
	}))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	buf := make([]byte, 256<<10)
	b.SetBytes(size)
	for b.Loop() {
		r, err := http.NewRequestWithContext(b.Context(), "GET", "http://"+s.Addr(), nil)
		if err != nil {
			b.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			_, err = resp.Body.Read(buf)
		}
		_ = resp.Body.Close()
	}
	http.DefaultClient.CloseIdleConnections()
}
