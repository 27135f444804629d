package nvr_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// TestEveryRequestIsBoundedInTime has recorders that go silent at every point.
func TestEveryRequestIsBoundedInTime(t *testing.T) {
	const timeout = 30 * time.Second
	for _, e := range []simulator.Endpoint{simulator.DeviceInfo, simulator.Time, simulator.InputProxy, simulator.Search, simulator.Download, simulator.Challenge} {
		for _, fault := range []simulator.Fault{simulator.SlowHeaders(time.Hour), simulator.StallAfter(2, 0)} {
			bubble(t, func(t *testing.T) {
				device, client := plug(t, simulator.Config{Channels: channels(1)})
				device.ScriptAlways(e, fault)
				began := time.Now()
				_, err := client.Channels(t.Context())
				if err == nil {
					err = downloadFirst(t.Context(), client)
				}
				least := timeout
				if e == simulator.Challenge {
					least = 10 * time.Second // it is not known yet whether this is a recorder
				}
				if took := time.Since(began); took < least || took > timeout+time.Second {
					t.Errorf("%s, %s: it took %v", e, fault, took)
				}
				if err == nil && (e == simulator.Challenge || e == simulator.Time || e == simulator.InputProxy) {
					return // a challenge is in the header, and one list is optional
				}
				checkKind(t, err, nvr.Timeout)
			})
		}
	}
}

func TestNobodyAnswersTheDial(t *testing.T) {
	bubble(t, func(t *testing.T) {
		_, client := handle(t, nil, func(c *nvr.Config) {
			c.Timeout = 10 * time.Second
			c.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}
		})
		began := time.Now()
		_, err := client.SignIn(t.Context())
		if e := mustFail(t, err, nvr.Unreachable); !strings.Contains(e.What(), "10s") {
			t.Errorf("%q", e.What())
		}
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("it took %v", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := client.SignIn(ctx); !errors.Is(err, context.DeadlineExceeded) || nvr.KindOf(err) != nvr.KindUnknown {
			t.Errorf("%v", err)
		}
	})
}

// TestEveryAnswerIsBoundedInSize has endless answers.
func TestEveryAnswerIsBoundedInSize(t *testing.T) {
	endless := func(w http.ResponseWriter) {
		block := strings.Repeat("<x>", 100_000)
		for range 200 {
			if _, err := fmt.Fprint(w, block); err != nil {
				return
			}
		}
	}
	cases := map[string]http.HandlerFunc{
		"a list":    func(w http.ResponseWriter, _ *http.Request) { endless(w) },
		"a refusal": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden); endless(w) },
		"a redirect": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", strings.Repeat("x", 10_000))
			w.WriteHeader(302)
		},
		"a header": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 300_000)) },
	}
	for name, h := range cases {
		t.Run(name, func(t *testing.T) {
			_, client := handle(t, h)
			_, err := client.Channels(t.Context())
			if e := mustFail(t, err, nvr.Protocol); len(e.Error()) > 600 {
				t.Errorf("an error of %d bytes", len(e.Error()))
			}
		})
	}
}

// TestEndlessRefusalOfADownload gets an endless web page instead of a
// recording.
func TestEndlessRefusalOfADownload(t *testing.T) {
	_, client := handle(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/ISAPI/ContentMgmt/download" {
			_, _ = fmt.Fprint(w, "<DeviceInfo><model>DS-7616NI-K2</model></DeviceInfo>")
			return
		}
		for range 500 {
			if _, err := fmt.Fprint(w, strings.Repeat("<html>", 10_000)); err != nil {
				return
			}
		}
	})
	var m memory
	_, err := client.Download(t.Context(), nvr.Recording{Track: 101, URI: "rtsp://x/Streaming/tracks/101"}, &m)
	checkKind(t, err, nvr.Protocol)
	if m.Len() > 0 {
		t.Errorf("the sink got %d bytes", m.Len())
	}
}
