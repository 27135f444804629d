package nvr_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

func wrongPassword(c *nvr.Config) { c.Login.Password = "not the password" }

func allowBasic(c *nvr.Config) { c.Address.Weakest = nvr.SchemeBasic }

func TestOneSignInForEverybody(t *testing.T) {
	bubble(t, func(t *testing.T) {
		device, client := plug(t, simulator.Config{Latency: 50 * time.Millisecond})
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := client.SignIn(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		s := device.Stats()
		if s.Auth.Challenges != 1 || s.Requests[simulator.DeviceInfo] != 1 || s.Auth.Stale != 0 {
			t.Errorf("20 callers cost %+v", s)
		}
	})
}

// TestWrongPassword keeps accounts from being locked: one refused login per
// run, however many goroutines and calls there are.
func TestWrongPassword(t *testing.T) {
	for _, body := range []simulator.LockBody{simulator.LongBody, simulator.ShortBody, simulator.HTMLBody, simulator.NoBody, simulator.StatusLock} {
		bubble(t, func(t *testing.T) {
			device, client := plug(t, simulator.Config{Channels: channels(1), Auth: simulator.Auth{LockAfter: 3, Body: body}}, wrongPassword)
			var all sync.WaitGroup
			for range 10 {
				all.Go(func() {
					for range 10 {
						_, err := client.SignIn(t.Context())
						checkKind(t, err, nvr.Auth)
						_, err = client.Channels(t.Context())
						checkKind(t, err, nvr.Auth)
						_, err = search(t.Context(), client, 101, day, day.AddDate(0, 0, 1))
						checkKind(t, err, nvr.Auth)
					}
				})
			}
			all.Wait()
			s := device.Stats()
			if s.Auth.Refused != 1 || s.Auth.Challenges != 1 || s.Auth.Locked {
				t.Errorf("body %d: %+v", body, s.Auth)
			}
		})
	}
}

func TestWrongPasswordByBasic(t *testing.T) {
	device, client := plug(t, simulator.Config{Auth: simulator.Auth{Scheme: simulator.BasicOnly}}, wrongPassword, allowBasic)
	for range 5 {
		_, err := client.SignIn(t.Context())
		checkKind(t, err, nvr.Auth)
	}
	if s := device.Stats().Auth; s.Refused != 1 {
		t.Errorf("%+v", s)
	}
}

func TestTriesLeftAreTold(t *testing.T) {
	device, client := plug(t, simulator.Config{Auth: simulator.Auth{LockAfter: 5}}, wrongPassword)
	_, err := client.SignIn(t.Context())
	if e := mustFail(t, err, nvr.Auth); e.TriesLeft != 4 || !strings.Contains(e.What(), "4 tries left") {
		t.Errorf("%d tries left: %v", e.TriesLeft, e)
	}
	if device.Stats().Auth.Refused != 1 {
		t.Error("more than one login was refused")
	}
}

// TestLastTryIsTheOperators starts a run with a wrong password again and again,
// as an operator would. The account must never be locked by that.
func TestLastTryIsTheOperators(t *testing.T) {
	device := simulator.New(simulator.Config{Auth: simulator.Auth{LockAfter: 3}})
	network := new(simulator.Network)
	network.Handle(host, device)
	defer func() { _ = network.Close() }()
	login := nvr.Login{User: "admin", Password: "wrong"}
	var last *nvr.Recorder
	for range 6 {
		last = nvr.New(nvr.Config{Address: nvr.Address{Host: "10.0.0.5", Port: 80}, Login: login, Dial: network.Dial})
		defer last.Close()
		_, err := last.SignIn(t.Context())
		checkKind(t, err, nvr.Auth)
	}
	if s := device.Stats().Auth; s.Locked || s.Refused != 2 {
		t.Fatalf("six runs: %+v", s)
	}
	last.Forgive() // the operator insists
	_, err := last.SignIn(t.Context())
	checkKind(t, err, nvr.Locked)
	if s := device.Stats().Auth; s.Refused != 3 {
		t.Errorf("after Forgive: %+v", s)
	}
}

func TestForgive(t *testing.T) {
	device, client := plug(t, simulator.Config{}, wrongPassword)
	_, err := client.SignIn(t.Context())
	checkKind(t, err, nvr.Auth)
	device.SetPassword("admin", "not the password")
	_, err = client.SignIn(t.Context())
	checkKind(t, err, nvr.Auth)
	client.Forgive()
	if _, err := client.SignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestLocked(t *testing.T) {
	for _, body := range []simulator.LockBody{simulator.LongBody, simulator.StatusLock} {
		bubble(t, func(t *testing.T) {
			device, client := plug(t, simulator.Config{Auth: simulator.Auth{LockAfter: 3, Body: body}})
			_, stranger := clientOf(t, device, wrongPassword)
			for range 3 {
				_, _ = stranger.SignIn(t.Context())
				stranger.Forgive()
			}
			if !device.Stats().Auth.Locked {
				t.Fatal("the simulator is not locked")
			}
			_, err := client.SignIn(t.Context())
			e := mustFail(t, err, nvr.Locked)
			if e.RetryAfter < 29*time.Minute || e.RetryAfter > 30*time.Minute {
				t.Errorf("locked for %v", e.RetryAfter)
			}
			before := device.Stats().Auth
			time.Sleep(10 * time.Minute)
			_, err = client.SignIn(t.Context())
			if e := mustFail(t, err, nvr.Locked); e.RetryAfter > 20*time.Minute {
				t.Errorf("locked for %v after 10 minutes", e.RetryAfter)
			}
			if device.Stats().Auth != before {
				t.Error("a locked recorder was asked")
			}
			time.Sleep(21 * time.Minute)
			if _, err := client.SignIn(t.Context()); err != nil {
				t.Errorf("after the lock: %v", err)
			}
			if s := device.Stats().Auth; s.WhenLocked != 0 {
				t.Errorf("a login was tried while locked: %+v", s)
			}
		})
	}
}

// clientOf returns another client for a device, on a new network.
func clientOf(t *testing.T, device *simulator.Recorder, change ...func(*nvr.Config)) (*simulator.Network, *nvr.Recorder) {
	t.Helper()
	network := new(simulator.Network)
	network.Handle(host, device)
	c := nvr.Config{
		Address: nvr.Address{Host: "10.0.0.5", Port: 80},
		Login:   nvr.Login{User: device.Config().User, Password: nvr.Secret(device.Config().Password)},
		Dial:    network.Dial,
	}
	for _, f := range change {
		f(&c)
	}
	client := nvr.New(c)
	t.Cleanup(func() {
		client.Close()
		_ = network.Close()
	})
	return network, client
}

func TestPasswordChangedWhileRunning(t *testing.T) {
	for _, a := range []simulator.Auth{{}, {NonceUses: 1}, {NonceBoundURL: true, Stale: simulator.StaleDenied}, {Scheme: simulator.BasicOnly}} {
		device, client := plug(t, simulator.Config{Channels: channels(1), Auth: a}, allowBasic)
		rec := first(t, client, 101)
		if _, err := client.Download(t.Context(), rec, new(memory)); err != nil {
			t.Fatal(err)
		}
		device.SetPassword("admin", "another")
		for range 10 {
			_, err := client.Download(t.Context(), rec, new(memory))
			checkKind(t, err, nvr.Auth)
			_, err = search(t.Context(), client, 101, day, day.AddDate(0, 0, 1))
			checkKind(t, err, nvr.Auth)
		}
		if s := device.Stats().Auth; s.Refused > 2 {
			t.Errorf("%+v: %d logins were refused", a, s.Refused)
		}
	}
}

// TestPasswordChangedBetweenDownloadsThatStartTogether must not lock an account
// on a recorder that locks after three refused logins.
func TestPasswordChangedBetweenDownloadsThatStartTogether(t *testing.T) {
	bubble(t, func(t *testing.T) {
		device, client := plug(t, simulator.Config{Channels: channels(1), Latency: 50 * time.Millisecond, Auth: simulator.Auth{LockAfter: 3}})
		rec := first(t, client, 101)
		together := func(check func(error)) {
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					_, err := client.Download(t.Context(), rec, new(memory))
					check(err)
				})
			}
			all.Wait()
		}
		together(func(err error) { // to get many nonces to reuse
			if err != nil {
				t.Error(err)
			}
		})
		time.Sleep(time.Minute)
		device.SetPassword("admin", "another")
		together(func(err error) {
			if nvr.KindOf(err) != nvr.Auth {
				t.Errorf("%v", err)
			}
		})
		if a := device.Stats().Auth; a.Refused > 2 || a.Locked {
			t.Errorf("%d logins were refused, locked: %t", a.Refused, a.Locked)
		}
	})
}

// TestPasswordChangedBeforeFirstDownload must distinguish a wrong password from
// a missing right.
func TestPasswordChangedBeforeFirstDownload(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(1)})
	rec := first(t, client, 101)
	device.SetPassword("admin", "another")
	for range 5 {
		_, err := client.Download(t.Context(), rec, new(memory))
		checkKind(t, err, nvr.Auth)
	}
	if s := device.Stats().Auth; s.Refused > 2 {
		t.Errorf("%d logins were refused", s.Refused)
	}
}

func TestRequestsPerDownload(t *testing.T) {
	for name, a := range map[string]simulator.Auth{"strict counts": {}, "both algorithms": {Scheme: simulator.DigestBoth}} {
		t.Run(name, func(t *testing.T) {
			device, client := plug(t, simulator.Config{Channels: channels(1), Auth: a})
			rec := first(t, client, 101)
			before := device.Stats().Auth
			const workers, each = 4, 25
			var all sync.WaitGroup
			for range workers {
				all.Go(func() {
					for range each {
						if _, err := client.Download(t.Context(), rec, new(memory)); err != nil {
							t.Error(err)
						}
					}
				})
			}
			all.Wait()
			after := device.Stats().Auth
			extra := after.Challenges - before.Challenges + after.Stale - before.Stale
			if extra > workers {
				t.Errorf("%d downloads cost %d requests more", workers*each, extra)
			}
			if after.Refused+after.Stale > 0 {
				t.Errorf("%+v", after)
			}
		})
	}
}

func TestMissingRight(t *testing.T) {
	for name, f := range map[string]simulator.Fault{
		"said with 403": simulator.Forbidden,
		"said with 401": simulator.Refusal(http.StatusUnauthorized, "lowPrivilege"),
	} {
		t.Run(name, func(t *testing.T) {
			device, client := plug(t, simulator.Config{Channels: channels(1)})
			device.ScriptAlways(simulator.Search, f)
			for range 3 {
				_, err := search(t.Context(), client, 101, day, day.AddDate(0, 0, 1))
				checkKind(t, err, nvr.Forbidden)
			}
			if _, err := client.SignIn(t.Context()); err != nil {
				t.Errorf("the login was latched: %v", err)
			}
			if s := device.Stats().Auth; s.Refused > 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestMissingRightWithoutReason has a device that answers a plain 401 to what
// the user may not do. A request that was allowed before reveals it.
func TestMissingRightWithoutReason(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(1)})
	device.ScriptAlways(simulator.Search, simulator.Unauthorized)
	for range 20 {
		_, err := search(t.Context(), client, 101, day, day.AddDate(0, 0, 1))
		checkKind(t, err, nvr.Forbidden)
	}
	if n := device.Stats().Requests[simulator.Search]; n > 6 {
		t.Errorf("what looks like a bad login was sent %d times", n)
	}
	device.ScriptAlways(simulator.Search, simulator.None)
	client.Forgive() // the operator has given the user the right
	if found, err := search(t.Context(), client, 101, day, day.AddDate(0, 0, 1)); err != nil || len(found) != 24 {
		t.Errorf("%d found, %v", len(found), err)
	}
}

func TestSpuriousRefusalOfAGoodLogin(t *testing.T) {
	device, client := plug(t, simulator.Config{Channels: channels(1)})
	rec := first(t, client, 101)
	if _, err := client.Download(t.Context(), rec, new(memory)); err != nil {
		t.Fatal(err)
	}
	device.Script(simulator.Download, simulator.Unauthorized)
	if _, err := client.Download(t.Context(), rec, new(memory)); err != nil {
		t.Errorf("one 401 without a word: %v", err)
	}
	device.ExpireNonces()
	if _, err := client.Download(t.Context(), rec, new(memory)); err != nil {
		t.Errorf("after nonces expired: %v", err)
	}
}

func TestAnyPassword(t *testing.T) {
	for _, password := range []string{"@#/:?&%", `"quoted\"`, "пароль", "  spaces  ", "日本語", "a:b:c", strings.Repeat("x", 200), "'\\,="} {
		for _, scheme := range []simulator.Scheme{simulator.DigestMD5, simulator.DigestSHA256, simulator.BasicOnly} {
			_, client := plug(t, simulator.Config{Password: password, Auth: simulator.Auth{Scheme: scheme}}, allowBasic)
			if _, err := client.SignIn(t.Context()); err != nil {
				t.Errorf("password %q, scheme %d: %v", password, scheme, err)
			}
		}
	}
}

func TestAnyUser(t *testing.T) {
	for _, user := range []string{"operator 1", `do"main\user`, "оператор"} {
		_, client := plug(t, simulator.Config{User: user})
		if _, err := client.SignIn(t.Context()); err != nil {
			t.Errorf("user %q: %v", user, err)
		}
	}
}

func TestUnknownKindOfSignIn(t *testing.T) {
	_, client := handle(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Digest realm="x", nonce="y", algorithm="MD5-sess"`)
		w.WriteHeader(http.StatusUnauthorized)
	})
	_, err := client.SignIn(t.Context())
	if e := mustFail(t, err, nvr.Protocol); e.Remedy() != nvr.UseDigest {
		t.Errorf("remedy %q", e.Remedy())
	}
}

// handle serves a handler on its own network, for the few cases about a single
// header.
func handle(t *testing.T, h http.HandlerFunc, change ...func(*nvr.Config)) (*simulator.Network, *nvr.Recorder) {
	t.Helper()
	network := new(simulator.Network)
	network.Handle(host, h)
	c := nvr.Config{Address: nvr.Address{Host: "10.0.0.5", Port: 80}, Login: nvr.Login{User: "admin", Password: "secret password"}, Dial: network.Dial}
	for _, f := range change {
		f(&c)
	}
	client := nvr.New(c)
	t.Cleanup(func() {
		client.Close()
		_ = network.Close()
	})
	return network, client
}

func TestRedirectIsExplainedNotFollowed(t *testing.T) {
	asked := 0
	network, client := handle(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://10.9.9.9"+r.URL.Path, http.StatusTemporaryRedirect)
	})
	network.Handle("10.9.9.9:80", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	_, err := client.SignIn(t.Context())
	if e := mustFail(t, err, nvr.Protocol); !strings.Contains(e.What(), "10.9.9.9") || e.Remedy() != nvr.UseNewAddress {
		t.Errorf("%q, %q", e.What(), e.Remedy())
	}
	if asked > 0 {
		t.Error("the redirect was followed")
	}
}

// TestRedirectToNowhere must not suggest such an address for the sheet.
func TestRedirectToNowhere(t *testing.T) {
	for _, location := range []string{"javascript:alert(1)", "ftp://10.9.9.9/", "/doc/page/login.asp", "", "https://", "http:evil"} {
		_, client := handle(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Location"] = []string{location}
			w.WriteHeader(http.StatusFound)
		})
		_, err := client.SignIn(t.Context())
		if e := mustFail(t, err, nvr.Protocol); e.Remedy() != nvr.CheckDevice {
			t.Errorf("%q: %q", location, e.Remedy())
		}
	}
}

func TestNotARecorder(t *testing.T) {
	_, client := handle(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>a printer</html>")) })
	_, err := client.SignIn(t.Context())
	if e := mustFail(t, err, nvr.Protocol); e.Remedy() != nvr.CheckDevice {
		t.Errorf("%q", e.Remedy())
	}
}

func TestUnreachable(t *testing.T) {
	client := nvr.New(nvr.Config{Address: nvr.Address{Host: "10.0.0.6", Port: 80}, Dial: new(simulator.Network).Dial})
	_, err := client.SignIn(t.Context())
	if e := mustFail(t, err, nvr.Unreachable); e.Detail != "connection refused" {
		t.Errorf("detail %q", e.Detail)
	}
}

func TestCancelledSignInDoesNotAffectOthers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		device, client := plug(t, simulator.Config{})
		device.Script(simulator.DeviceInfo, simulator.SlowHeaders(10*time.Second))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := client.SignIn(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the cancelled one got %v", err)
			}
		})
		time.Sleep(time.Millisecond)
		for range 3 {
			all.Go(func() {
				if _, err := client.SignIn(t.Context()); err != nil {
					t.Errorf("the others got %v", err)
				}
			})
		}
		all.Wait()
	})
}
