package nvr_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// secure serves a simulated recorder with TLS on loopback and returns its
// address in the sheet's form.
func secure(t *testing.T, p simulator.TLSProfile) (device *simulator.Recorder, address, fingerprint string) {
	t.Helper()
	device = simulator.New(simulator.Config{Channels: channels(1)})
	s, err := simulator.ListenTLS("127.0.0.1:0", device, p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return device, "https://" + s.Addr(), s.Fingerprint
}

func signIn(t *testing.T, address string, insecure bool) error {
	t.Helper()
	a, err := nvr.ParseAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	client := nvr.New(nvr.Config{
		Address: a, Insecure: insecure,
		Login: nvr.Login{User: simulator.DefaultUser, Password: simulator.DefaultPassword},
	})
	defer client.Close()
	_, err = client.SignIn(t.Context())
	return err
}

func TestCertificates(t *testing.T) {
	device, address, fingerprint := secure(t, simulator.ModernTLS)

	e := mustFail(t, signIn(t, address, false), nvr.TLS)
	if !strings.Contains(e.What(), fingerprint) || e.Remedy() != nvr.TrustThis {
		t.Errorf("%q, %q", e.What(), e.Remedy())
	}
	if device.Stats().Auth.Challenges > 0 {
		t.Error("a request went to a recorder whose certificate was refused")
	}
	if err := signIn(t, address, true); err != nil {
		t.Errorf("--insecure: %v", err)
	}
	if err := signIn(t, address+"#sha256:"+fingerprint, false); err != nil {
		t.Errorf("pinned: %v", err)
	}
	if err := signIn(t, address+"#SHA256:"+colons(strings.ToUpper(fingerprint)), false); err != nil {
		t.Errorf("pinned, as browsers show it: %v", err)
	}
	// A pin takes precedence over --insecure.
	other := strings.Repeat("ab", 32)
	for _, insecure := range []bool{false, true} {
		e = mustFail(t, signIn(t, address+"#sha256:"+other, insecure), nvr.TLS)
		if !strings.Contains(e.What(), fingerprint) {
			t.Errorf("%q", e.What())
		}
	}
}

func colons(digits string) string {
	var pairs []string
	for ; digits != ""; digits = digits[2:] {
		pairs = append(pairs, digits[:2])
	}
	return strings.Join(pairs, ":")
}

func TestLegacyTLS(t *testing.T) {
	_, address, fingerprint := secure(t, simulator.LegacyTLS)
	e := mustFail(t, signIn(t, address, true), nvr.TLS)
	if e.Remedy() != nvr.AllowOldTLS {
		t.Errorf("remedy %q", e.Remedy())
	}
	if err := signIn(t, address+"#legacy", true); err != nil {
		t.Errorf("legacy: %v", err)
	}
	if err := signIn(t, address+"#legacy,sha256:"+fingerprint, false); err != nil {
		t.Errorf("legacy and pinned: %v", err)
	}
}

func TestSchemesMixedUp(t *testing.T) {
	_, address, _ := secure(t, simulator.ModernTLS)
	e := mustFail(t, signIn(t, strings.Replace(address, "https", "http", 1), true), nvr.Protocol)
	if e.Remedy() != nvr.UseHTTPS {
		t.Errorf("remedy %q", e.Remedy())
	}
	s, err := simulator.Listen("127.0.0.1:0", simulator.New(simulator.Config{}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	e = mustFail(t, signIn(t, "https://"+s.Addr(), true), nvr.TLS)
	if e.Remedy() != nvr.UseHTTP {
		t.Errorf("remedy %q", e.Remedy())
	}
}

// TestDownloadOverTLS also works around a wrong Content-Length.
func TestDownloadOverTLS(t *testing.T) {
	device, address, _ := secure(t, simulator.ModernTLS)
	a, err := nvr.ParseAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	client := nvr.New(nvr.Config{Address: a, Insecure: true, Login: nvr.Login{User: simulator.DefaultUser, Password: simulator.DefaultPassword}})
	defer client.Close()
	rec := first(t, client, 101)
	device.Script(simulator.Download, simulator.None, simulator.ZeroLength, simulator.ZeroLength)
	for range 2 {
		var m memory
		if _, err := client.Download(t.Context(), rec, &m); err != nil || int64(m.Len()) != rec.Size {
			t.Errorf("%d bytes, %v", m.Len(), err)
		}
	}
}

// TestLoginGoesNowhereElse checks every request of a run.
func TestLoginGoesNowhereElse(t *testing.T) {
	inner := simulator.New(simulator.Config{Channels: channels(1), Password: "secret password"})
	_, client := handle(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.String(), "secret") {
			t.Errorf("the password is in %s", r.URL)
		}
		for name, values := range r.Header {
			if strings.Contains(strings.Join(values, " "), "secret") {
				t.Errorf("the password is in the header %s", name)
			}
		}
		if strings.HasPrefix(r.Header.Get("Authorization"), "Basic") {
			t.Error("Basic was used although Digest is offered")
		}
		inner.ServeHTTP(w, r)
	})
	if _, err := client.Download(context.Background(), first(t, client, 101), new(memory)); err != nil {
		t.Error(err)
	}
}
