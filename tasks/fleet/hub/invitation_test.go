package hub

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAnInvitationIsReadAsItWasWritten(t *testing.T) {
	id, err := OpenIdentity(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		networks := rapid.SliceOfN(rapid.StringMatching(`[a-zа-я0-9 _-]{1,20}`), 0, 5).Draw(t, "networks")
		inv, err := id.Invite(time.Now(), time.Duration(rapid.Int64Range(1, 1e15).Draw(t, "valid")), networks)
		if err != nil {
			t.Fatal(err)
		}
		inv.Addresses = rapid.SliceOfN(rapid.SampledFrom([]string{"10.0.0.5:7422", "[fe80::1%eth0]:7422", "офис.example:1"}), 1, 4).Draw(t, "addresses")
		inv.Cluster = rapid.Bool().Draw(t, "cluster")
		got, err := ParseInvitation("\ufeff " + inv.String() + "\r\n")
		if err != nil {
			t.Fatal(err)
		}
		if !got.same(inv) || !got.Expiry.Equal(inv.Expiry) || !slices.Equal(got.Networks, inv.Networks) || got.tag != inv.tag {
			t.Fatalf("%+v became %+v", inv, got)
		}
	})
}

func TestWhatIsNoInvitationIsRefusedInWords(t *testing.T) {
	r := newRig(t)
	good := r.invite(t, "kazan").String()
	secret, at, _ := strings.Cut(strings.TrimPrefix(good, invitationScheme), "@")
	raw, err := base64.RawURLEncoding.DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	with := func(change func(raw []byte) []byte) string {
		return invitationScheme + base64.RawURLEncoding.EncodeToString(change(bytes.Clone(raw))) + "@" + at
	}
	for name, c := range map[string]struct{ text, want string }{
		"nothing":          {"", "is not an invitation"},
		"another text":     {"https://example.com/", "is not an invitation"},
		"cut":              {good[:60], "damaged"},
		"no addresses":     {invitationScheme + secret, "damaged"},
		"an odd address":   {invitationScheme + secret + "@10.0.0.5", "10.0.0.5"},
		"port 0":           {invitationScheme + secret + "@10.0.0.5:0", "damaged"},
		"a blank in it":    {strings.Replace(good, "@", " @", 1), "damaged"},
		"another version":  {with(func(b []byte) []byte { b[0] = 9; return b }), "version 9"},
		"a network more":   {with(func(b []byte) []byte { b[41]++; return b }), "damaged"},
		"a network less":   {with(func(b []byte) []byte { b[41]--; return b }), "damaged"},
		"bytes more":       {with(func(b []byte) []byte { return append(b, 0) }), "damaged"},
		"year 40000":       {with(func(b []byte) []byte { b[33] = 1; return b }), "damaged"},
		"controls in it":   {with(func(b []byte) []byte { b[43] = 27; return b }), "damaged"},
		"only the version": {invitationScheme + "AQ@10.0.0.5:1", "damaged"},
		"endless":          {good + strings.Repeat(",10.0.0.5:1", 1000), "damaged"},
		"too many ways":    {good + strings.Repeat(",10.0.0.5:1", 40), "too many"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseInvitation(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}

func FuzzInvitation(f *testing.F) {
	f.Add("hikgrab-join:AQ@10.0.0.5:7422")
	f.Add("hikgrab-join:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABl0dHRAQZrYXphbgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA@[::1]:1,nats://h:2")
	f.Fuzz(func(t *testing.T, text string) {
		inv, err := ParseInvitation(text)
		if err != nil {
			return
		}
		again, err := ParseInvitation(inv.String())
		if err != nil || !again.same(inv) || !again.Expiry.Equal(inv.Expiry) || !slices.Equal(again.Networks, inv.Networks) {
			t.Fatalf("%q is read as %+v and that as %+v, %v", text, inv, again, err)
		}
	})
}

func FuzzApplication(f *testing.F) {
	keys, err := newKeys()
	if err != nil {
		f.Fatal(err)
	}
	good, err := keys.apply(Invitation{}, "one", []string{"kazan"}, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"curve":"` + strings.Repeat("X", 500) + `"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := readApplication(text, Pin{}, keys.public)
		if err == nil && (a.Name != "one" || !slices.Equal(a.Networks, []string{"kazan"})) {
			t.Fatalf("%s was taken as signed", text)
		}
	})
}

func TestATicketIsGoodForItsMachineOnly(t *testing.T) {
	r := newRig(t)
	inv := r.invite(t, "kazan")
	ticket := inv.ticket([]byte("mine"))
	if got, err := r.id.admit(ticket, []byte("mine")); err != nil || got.label() != inv.label() {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := r.id.admit(ticket, []byte("another's")); !errors.Is(err, errForeign) {
		t.Errorf("with another machine's keys: %v", err)
	}
	if _, err := newRig(t).id.admit(ticket, []byte("mine")); !errors.Is(err, errForeign) {
		t.Errorf("at another operator's coordinator: %v", err)
	}
	for i := range ticket {
		ticket[i] ^= 1
		if _, err := r.id.admit(ticket, []byte("mine")); !errors.Is(err, errForeign) {
			t.Errorf("with byte %d changed: %v", i, err)
		}
		ticket[i] ^= 1
	}
}

func TestAnIdentityIsMadeOnceAndIsSecret(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "hikgrab", "fleet")
	pins := make(chan Pin, 8)
	for range cap(pins) { // several processes at once
		go func() {
			id, err := OpenIdentity(dir)
			if err != nil {
				t.Error(err)
				pins <- Pin{}
				return
			}
			pins <- id.pin
		}()
	}
	first := <-pins
	for range cap(pins) - 1 {
		if next := <-pins; next != first {
			t.Errorf("%x and %x", first, next)
		}
	}
	path := filepath.Join(dir, identityName)
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("there lie %v", left)
	}
	if err := os.WriteFile(path, []byte(`{"version":1,"key":"AA=="}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenIdentity(dir); err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("a damaged one gives %v", err)
	}
}

func TestKeysAreKeptOnlyOfWhoJoined(t *testing.T) {
	out := t.TempDir()
	k, err := OpenKeys(out)
	if err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(out); len(left) > 0 {
		t.Errorf("before it joins there lie %v", left)
	}
	inv := newRig(t).invite(t)
	if err := k.Keep(out, *inv); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(out, ownDir, keysName)
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	text, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(text, []byte(`"SU`)) || bytes.Contains(text, []byte(base64.StdEncoding.EncodeToString(inv.tag[:]))) {
		t.Errorf("it reads %s, %v", text, err)
	}
	again, err := OpenKeys(out)
	if err != nil || again.public != k.public || again.curvePublic != k.curvePublic || !again.Last.same(*inv) {
		t.Errorf("%+v became %+v, %v", k, again, err)
	}
	for _, damage := range []string{"", "{}", `{"version":2}`, strings.Replace(string(text), `"SU`, `"SX`, 1), strings.Replace(string(text), `"pin":"`, `"pin":"AA`, 1)} {
		if err := os.WriteFile(path, []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenKeys(out); err == nil || !strings.Contains(err.Error(), "is damaged") {
			t.Errorf("%q gives %v", damage, err)
		}
	}
}
