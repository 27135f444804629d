package simulator

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestSignIn(t *testing.T) {
	for _, test := range []struct {
		name string
		auth Auth
		algo string
		want []string // in the challenges
	}{
		{"recorder", Auth{}, "", []string{`opaque="", algorithm="MD5", stale="FALSE"`, `domain="::"`}},
		{"camera", Auth{Style: CameraStyle}, "", []string{`Digest qop="auth", realm="IP Camera(83813)"`}},
		{"sha256", Auth{Scheme: DigestSHA256}, "SHA-256", []string{`algorithm="SHA-256"`}},
		{"both, MD5", Auth{Scheme: DigestBoth}, "MD5", []string{`algorithm="MD5"`, `algorithm="SHA-256"`}},
		{"both, SHA-256", Auth{Scheme: DigestBoth}, "SHA-256", []string{`algorithm="MD5"`, `algorithm="SHA-256"`}},
		{"basic", Auth{Scheme: BasicOnly}, "", []string{`Basic realm=`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			rec := New(Config{Auth: test.auth, Password: `p@ss "word":/#ё`})
			c := start(t, rec)
			c.algo = test.algo
			bare, err := c.once("GET", "/ISAPI/System/deviceInfo", "", "", nil)
			if err != nil {
				t.Fatal(err)
			}
			challenges := strings.Join(bare.header["Www-Authenticate"], "\n")
			for _, want := range test.want {
				if !strings.Contains(challenges, want) {
					t.Errorf("challenge %q lacks %q", challenges, want)
				}
			}
			if a := c.do("GET", "/ISAPI/System/deviceInfo", ""); a.status != 200 {
				t.Errorf("status %d", a.status)
			}
			if s := rec.Stats().Auth; s.Accepted != 1 || s.Refused != 0 || s.Challenges != 2 {
				t.Errorf("stats %+v", s)
			}
			c.password = "wrong"
			if a := c.do("GET", "/ISAPI/System/deviceInfo", ""); a.status != 401 {
				t.Errorf("a wrong password: status %d", a.status)
			}
		})
	}
}

func TestLock(t *testing.T) {
	now := day
	rec := New(Config{Now: func() time.Time { return now }, Auth: Auth{LockAfter: 3, LockFor: 10 * time.Minute}})
	c := start(t, rec)
	right := c.password
	c.password = "wrong"
	for left := 2; left >= 0; left-- {
		a := c.do("GET", "/ISAPI/Security/userCheck", "")
		root, err := parseXML(string(a.body))
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := root.find("retryLoginTime"); got != string(rune('0'+left)) {
			t.Errorf("%s tries left, want %d", got, left)
		}
	}
	c.password = right
	now = now.Add(9 * time.Minute)
	a := c.do("GET", "/ISAPI/Security/userCheck", "")
	if a.status != 401 || !strings.Contains(string(a.body), "<lockStatus>lock</lockStatus>\n<unlockTime>60</unlockTime>") {
		t.Errorf("while locked: %d %s", a.status, a.body)
	}
	if s := rec.Stats().Auth; !s.Locked || s.Refused != 3 || s.WhenLocked != 1 {
		t.Errorf("stats %+v", s)
	}
	now = now.Add(2 * time.Minute)
	if a := c.do("GET", "/ISAPI/Security/userCheck", ""); a.status != 200 {
		t.Errorf("after the lock: %d", a.status)
	}
}

func TestBasicCountsAsARefusedLogin(t *testing.T) {
	rec := New(Config{})
	c := start(t, rec)
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(c.user, c.password)
	a, err := c.once("GET", "/ISAPI/System/deviceInfo", "", r.Header.Get("Authorization"), nil)
	if err != nil || a.status != 401 || rec.Stats().Auth.Refused != 1 {
		t.Errorf("%d %v, stats %+v", a.status, err, rec.Stats().Auth)
	}
}

// TestNonces tests each rule with one nonce.
func TestNonces(t *testing.T) {
	type use struct {
		path string
		nc   int
		wait time.Duration
		ok   bool
	}
	const info, check = "/ISAPI/System/deviceInfo", "/ISAPI/Security/userCheck"
	for _, test := range []struct {
		name  string
		auth  Auth
		uses  []use
		stale string // in the last challenge
	}{
		{"rising", Auth{}, []use{{info, 1, 0, true}, {info, 2, 0, true}, {check, 9, 0, true}, {check, 9, 0, false}}, `stale="TRUE"`},
		{"out of order", Auth{}, []use{{info, 5, 0, true}, {info, 4, 0, false}}, `stale="TRUE"`},
		{"loose", Auth{LooseCount: true}, []use{{info, 5, 0, true}, {info, 4, 0, true}}, ""},
		{"uses", Auth{NonceUses: 2, Stale: StaleDenied}, []use{{info, 1, 0, true}, {info, 2, 0, true}, {info, 3, 0, false}}, `stale="FALSE"`},
		{"lifetime", Auth{NonceLifetime: time.Minute}, []use{{info, 1, 0, true}, {info, 2, 2 * time.Minute, false}}, `stale="TRUE"`},
		{"url", Auth{NonceBoundURL: true}, []use{{info, 1, 0, true}, {info, 2, 0, true}, {check, 3, 0, false}}, `stale="TRUE"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			now := day
			rec := New(Config{Auth: test.auth, Now: func() time.Time { return now }})
			c := start(t, rec)
			a, err := c.once("GET", info, "", "", nil)
			if err != nil {
				t.Fatal(err)
			}
			p := parseCredentials(strings.TrimPrefix(a.header.Get("Www-Authenticate"), "Digest "))
			for i, u := range test.uses {
				now = now.Add(u.wait)
				if a, err = c.once("GET", u.path, "", c.digest("GET", u.path, p, u.nc), nil); err != nil {
					t.Fatal(err)
				}
				if (a.status == 200) != u.ok {
					t.Errorf("use %d: status %d", i, a.status)
				}
			}
			if got := a.header.Get("Www-Authenticate"); !strings.Contains(got, test.stale) {
				t.Errorf("challenge %q lacks %q", got, test.stale)
			}
			if refused := rec.Stats().Auth.Refused; refused != 0 {
				t.Errorf("a used-up nonce counts as %d refused logins", refused)
			}
		})
	}
}

func TestPasswordChange(t *testing.T) {
	rec := New(Config{})
	c := start(t, rec)
	if a := c.do("GET", "/ISAPI/System/deviceInfo", ""); a.status != 200 {
		t.Fatalf("status %d", a.status)
	}
	rec.SetPassword(DefaultUser, "another")
	if a := c.do("GET", "/ISAPI/System/deviceInfo", ""); a.status != 401 {
		t.Errorf("the old password: %d", a.status)
	}
	c.password = "another"
	if a := c.do("GET", "/ISAPI/System/deviceInfo", ""); a.status != 200 {
		t.Errorf("the new password: %d", a.status)
	}
}

func TestBodiesOfRefusedLogins(t *testing.T) {
	for body, want := range map[LockBody]string{
		LongBody:   "<retryLoginTime>7</retryLoginTime>",
		ShortBody:  "<userCheck><statusValue>401</statusValue><statusString>Unauthorized</statusString></userCheck>",
		HTMLBody:   "<!DOCTYPE html>",
		NoBody:     "",
		StatusLock: "<retryTimes>7</retryTimes>",
	} {
		a, err := start(t, New(Config{Auth: Auth{Body: body}})).once("GET", "/ISAPI/Security/userCheck", "", "", nil)
		if err != nil || a.status != 401 || !strings.Contains(string(a.body), want) || (want == "") != (len(a.body) == 0) {
			t.Errorf("body %d: %d %s (%v)", body, a.status, a.body, err)
		}
	}
}
