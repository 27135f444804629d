package nvr

import (
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	pin := strings.Repeat("0f", 32)
	cases := []struct {
		text string
		want Address
		show string
	}{
		{"10.0.0.5", Address{Host: "10.0.0.5", Port: 80}, "10.0.0.5"},
		{" 10.0.0.5/ ", Address{Host: "10.0.0.5", Port: 80}, "10.0.0.5"},
		{"http://10.0.0.5:80", Address{Host: "10.0.0.5", Port: 80}, "10.0.0.5"},
		{"NVR.Site.local:8080", Address{Host: "nvr.site.local", Port: 8080}, "nvr.site.local:8080"},
		{"https://10.0.0.5", Address{HTTPS: true, Host: "10.0.0.5", Port: 443}, "https://10.0.0.5"},
		{"HTTPS://10.0.0.5:8443//", Address{HTTPS: true, Host: "10.0.0.5", Port: 8443}, "https://10.0.0.5:8443"},
		{"2001:db8::5", Address{Host: "2001:db8::5", Port: 80}, "[2001:db8::5]"},
		{"[2001:DB8::5]:81", Address{Host: "2001:db8::5", Port: 81}, "[2001:db8::5]:81"},
		{"https://[fe80::1%eth0]", Address{HTTPS: true, Host: "fe80::1%eth0", Port: 443}, "https://[fe80::1%eth0]"},
		{"https://10.0.0.5#sha256:" + pin, Address{HTTPS: true, Host: "10.0.0.5", Port: 443, Fingerprint: pin}, "https://10.0.0.5"},
		{"https://nvr#legacy", Address{HTTPS: true, Host: "nvr", Port: 443, LegacyTLS: true}, "https://nvr"},
		{"http+basic://10.0.0.5", Address{Host: "10.0.0.5", Port: 80, Weakest: SchemeBasic}, "10.0.0.5"},
		{"HTTP+MD5://nvr:81", Address{Host: "nvr", Port: 81, Weakest: SchemeMD5}, "nvr:81"},
		{"https+basic://10.0.0.5#legacy", Address{HTTPS: true, Host: "10.0.0.5", Port: 443, LegacyTLS: true, Weakest: SchemeBasic}, "https://10.0.0.5"},
		{"https://nvr #legacy, sha256:" + pin, Address{HTTPS: true, Host: "nvr", Port: 443, LegacyTLS: true, Fingerprint: pin}, "https://nvr"},
	}
	for _, c := range cases {
		got, err := ParseAddress(c.text)
		if err != nil || got != c.want || got.String() != c.show {
			t.Errorf("%q: %+v %q, %v", c.text, got, got, err)
		}
	}
}

func TestParseAddressRefuses(t *testing.T) {
	for _, text := range []string{
		"", "   ", "http://", ":80", "10.0.0.5:", "10.0.0.5:0", "10.0.0.5:65536", "10.0.0.5:http", "10.0.0", "10.0.0.256",
		"10,0,0,5", "10.0.0.5.", "rtsp://10.0.0.5", "10.0.0.5/doc/page/login.asp", "10.0.0.5?x=1", `10.0.0.5\share`,
		"admin:secret@10.0.0.5", "http://admin:secret@10.0.0.5", "secret@", "nvr..local", "nvr local", "регистратор",
		"10.0.0.5#legacy", "https://10.0.0.5#sha256:12", "https://10.0.0.5#md5:12", "http+ftp://10.0.0.5", "basic://10.0.0.5", "ftp+basic://10.0.0.5", "[::1", "[10.0.0.5]:80x", strings.Repeat("a", 300),
	} {
		a, err := ParseAddress(text)
		if err == nil {
			t.Errorf("%q was taken for %+v", text, a)
			continue
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error repeats the login: %v", err)
		}
	}
}

// TestStrictest combines two rows for one recorder. Neither may loosen the
// requirements of the other.
func TestStrictest(t *testing.T) {
	pin, other := strings.Repeat("0f", 32), strings.Repeat("f0", 32)
	for _, c := range []struct{ a, b, want string }{
		{"https://nvr", "https://nvr#sha256:" + pin, "https://nvr#sha256:" + pin},
		{"https://nvr#legacy,sha256:" + pin, "https://nvr", "https://nvr#sha256:" + pin},
		{"https://nvr#legacy", "https://nvr#legacy", "https://nvr#legacy"},
		{"http+basic://nvr", "nvr", "nvr"},
		{"http+basic://nvr", "http+md5://nvr", "http+md5://nvr"},
		{"http+basic://nvr", "http+basic://nvr", "http+basic://nvr"},
		{"https://nvr#sha256:" + other, "https://nvr#sha256:" + pin, ""},
	} {
		for _, pair := range [][2]string{{c.a, c.b}, {c.b, c.a}} {
			a, _ := ParseAddress(pair[0])
			b, _ := ParseAddress(pair[1])
			strict, ok := a.Strictest(b)
			want, _ := ParseAddress(c.want)
			if ok != (c.want != "") || ok && strict != want {
				t.Errorf("%s and %s: %+v, %t", pair[0], pair[1], strict, ok)
			}
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"10.0.0.5", "[2001:db8::5]:80", "https://nvr:8443#legacy,sha256:ab", "a@b", "::", "1.2.3.4:5"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAddress(text)
		if err != nil {
			return
		}
		if a.Host == "" || a.Port < 1 || a.Port > 65535 {
			t.Fatalf("%q gives %+v", text, a)
		}
		again, err := ParseAddress(a.String())
		if err != nil || again != a.Place() {
			t.Fatalf("%q gives %+v, which reads as %+v (%v)", text, a, again, err)
		}
	})
}
