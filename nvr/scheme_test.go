package nvr_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// listener is an attacker on the way who records every password sent in clear.
func listener(t *testing.T, inner http.Handler) (h http.HandlerFunc, heard *int) {
	t.Helper()
	heard = new(int)
	return func(w http.ResponseWriter, r *http.Request) {
		if _, _, plain := r.BasicAuth(); plain {
			*heard++
		}
		inner.ServeHTTP(w, r)
	}, heard
}

// TestThePasswordIsNotSentInClear has an attacker, or an old unit, that accepts
// only Basic. It gets the password only if the sheet allows it, or if nobody on
// the way can read it.
func TestThePasswordIsNotSentInClear(t *testing.T) {
	device := simulator.New(simulator.Config{Auth: simulator.Auth{Scheme: simulator.BasicOnly}})
	for name, c := range map[string]struct {
		weakest nvr.Scheme
		sent    bool
	}{"nothing is said": {nvr.SchemeNone, false}, "MD5 is allowed": {nvr.SchemeMD5, false}, "Basic is allowed": {nvr.SchemeBasic, true}} {
		h, heard := listener(t, device)
		_, client := handle(t, h, func(n *nvr.Config) {
			n.Login.Password, n.Address.Weakest = simulator.DefaultPassword, c.weakest
		})
		for range 3 {
			_, err := client.Channels(t.Context())
			if (err == nil) != c.sent {
				t.Errorf("%s: %v", name, err)
			}
			if err != nil {
				if e := mustFail(t, err, nvr.Auth); !strings.Contains(e.What(), "not sent") {
					t.Errorf("%s: %q", name, e.What())
				}
			}
			client.Forgive()
		}
		if (*heard > 0) != c.sent {
			t.Errorf("%s: the password was heard %d times", name, *heard)
		}
	}
}

func TestBasicOverTLS(t *testing.T) {
	s, err := simulator.ListenTLS("127.0.0.1:0", simulator.New(simulator.Config{Auth: simulator.Auth{Scheme: simulator.BasicOnly}}), simulator.ModernTLS)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := signIn(t, "https://"+s.Addr()+"#sha256:"+s.Fingerprint, false); err != nil {
		t.Error(err)
	}
}

// TestAuthenticationNeverGetsWeaker has a recorder known to support a stronger
// scheme, from this run or before, and an attacker who offers a weaker one.
func TestAuthenticationNeverGetsWeaker(t *testing.T) {
	cases := []struct {
		name          string
		before, after simulator.Scheme
		weakest       nvr.Scheme
		good          bool
	}{
		{"SHA-256, then MD5", simulator.DigestSHA256, simulator.DigestMD5, nvr.SchemeNone, false},
		{"both, then MD5", simulator.DigestBoth, simulator.DigestMD5, nvr.SchemeNone, false},
		{"MD5, then Basic", simulator.DigestMD5, simulator.BasicOnly, nvr.SchemeNone, false},
		{"SHA-256, then Basic", simulator.DigestSHA256, simulator.BasicOnly, nvr.SchemeNone, false},
		{"SHA-256, then MD5, which is allowed", simulator.DigestSHA256, simulator.DigestMD5, nvr.SchemeMD5, true},
		{"SHA-256, then Basic, MD5 is allowed", simulator.DigestSHA256, simulator.BasicOnly, nvr.SchemeMD5, false},
		{"MD5, then SHA-256", simulator.DigestMD5, simulator.DigestSHA256, nvr.SchemeNone, true},
		{"MD5, then both", simulator.DigestMD5, simulator.DigestBoth, nvr.SchemeNone, true},
		{"MD5, then MD5 and Basic", simulator.DigestMD5, simulator.DigestBasic, nvr.SchemeNone, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			strong := simulator.New(simulator.Config{Channels: channels(1), Auth: simulator.Auth{Scheme: c.before}})
			weak := simulator.New(simulator.Config{Channels: channels(1), Auth: simulator.Auth{Scheme: c.after}})
			heard := 0
			now := http.Handler(strong)
			network, client := handle(t, func(w http.ResponseWriter, r *http.Request) {
				if _, _, plain := r.BasicAuth(); plain {
					heard++
				}
				now.ServeHTTP(w, r)
			}, func(n *nvr.Config) { n.Login.Password, n.Address.Weakest = simulator.DefaultPassword, c.weakest })
			if _, err := client.SignIn(t.Context()); err != nil {
				t.Fatal(err)
			}
			known := client.Facts()
			now = weak
			_, err := client.Channels(t.Context())
			check := func(err error) {
				t.Helper()
				if c.good && err != nil {
					t.Error(err)
				}
				if c.good {
					return
				}
				if e := mustFail(t, err, nvr.Auth); !strings.Contains(e.What(), "someone in between") {
					t.Errorf("%q", e.What())
				}
			}
			check(err)
			later := nvr.New(nvr.Config{
				Address: nvr.Address{Host: "10.0.0.5", Port: 80, Weakest: c.weakest}, Facts: known, Dial: network.Dial,
				Login: nvr.Login{User: "admin", Password: simulator.DefaultPassword},
			})
			defer later.Close()
			_, err = later.Channels(t.Context())
			check(err)
			// A login proven by another scheme may be tried once.
			if heard > 0 || weak.Stats().Auth.Refused > 1 {
				t.Errorf("the password was heard %d times, %d logins were tried", heard, weak.Stats().Auth.Refused)
			}
		})
	}
}
