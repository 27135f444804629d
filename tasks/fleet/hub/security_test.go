package hub

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"example.com/hikgrab/tasks/fleet"
)

func TestWhoIsRefusedIsToldWhyAndKeepsNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	serve(t, r.open(t), echo)
	now := func() *Invitation { return r.invite(t) }
	other := newRig(t)
	foreign := *other.invite(t)
	foreign.Addresses = now().Addresses
	forged := *now()
	forged.Pin, forged.tag = r.id.pin, [32]byte{1}
	spread := *r.invite(t, "kazan")
	spread.Networks = []string{"spb"}
	late := *now()
	late.Expiry = time.Now().Add(-time.Minute)
	late.tag = r.id.tag(late.terms())
	for name, c := range map[string]struct {
		inv    *Invitation
		change func(*LinkOptions)
		want   string
	}{
		"the key of another coordinator":   {inv: &foreign, want: "another server answers"},
		"an invitation that nobody made":   {inv: &forged, want: "is not from this coordinator"},
		"networks that somebody added":     {inv: &spread, want: "is not from this coordinator"},
		"an invitation that expired":       {inv: &late, want: "expired at"},
		"another network than invited for": {inv: r.invite(t, "kazan"), change: func(o *LinkOptions) { o.Networks = []string{"spb"} }, want: "for the network kazan, not for spb"},
		"without an invitation":            {inv: &Invitation{Pin: r.id.pin, Addresses: now().Addresses}, want: "does not know this machine"},
	} {
		t.Run(name, func(t *testing.T) {
			out := t.TempDir()
			change := c.change
			if change == nil {
				change = func(*LinkOptions) {}
			}
			began := time.Now()
			if why := r.join(t, out, c.inv, nil, change).refused(t); !strings.Contains(why, c.want) {
				t.Errorf("it is told %q, want %q", why, c.want)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("after %v", took)
			}
			if left, _ := os.ReadDir(out); len(left) > 0 {
				t.Errorf("it keeps %v", left)
			}
		})
	}
	t.Run("the sixth in a minute hears nothing", func(t *testing.T) {
		if why := r.join(t, t.TempDir(), &forged, nil).refused(t); !strings.Contains(why, "gives no reason") {
			t.Errorf("it is told %q", why)
		}
	})
	t.Run("and who is invited gets in all the same", func(t *testing.T) {
		r.join(t, t.TempDir(), now(), nil).in(t)
	})
	if log := r.log.String(); !strings.Contains(log, "A machine was refused") || !strings.Contains(log, `msg="A machine joined" name=kazan-1`) || !strings.Contains(log, "from=127.0.0.1") {
		t.Error("the log says nothing of who came from where")
	}
}

func TestNobodyAtTheAddressIsSaidInASentence(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	inv := r.invite(t)
	closed := listenTCP(t)
	inv.Addresses = []string{closed.Addr().String()}
	_ = closed.Close() // nobody listens there any more
	out := t.TempDir()
	if why := r.join(t, out, inv, nil).refused(t); !strings.Contains(why, "no coordinator of this invitation answers at "+inv.Addresses[0]) {
		t.Errorf("it is told %q", why)
	}
	if left, _ := os.ReadDir(out); len(left) > 0 {
		t.Errorf("it keeps %v", left)
	}
}

func TestSilenceEndsAfterAMinute(t *testing.T) {
	t.Parallel()
	at := time.Now()
	a := admission{now: func() time.Time { return at }}
	for range wrongJoins {
		if !a.strike("10.0.0.5") {
			t.Error("it is silent too early")
		}
	}
	for range 3 {
		if a.strike("10.0.0.5") {
			t.Error("it goes on talking")
		}
	}
	if !a.strike("10.0.0.6") {
		t.Error("it is silent to another address")
	}
	if at = at.Add(wrongSpan + time.Second); !a.strike("10.0.0.5") || len(a.wrong) != 1 {
		t.Errorf("it is silent a minute later, or keeps %v", a.wrong)
	}
}

func TestARevokedMachineIsOut(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	gone := make(chan fleet.MachineID, 4)
	stop := serve(t, r.open(t), func(ctx context.Context, from fleet.Peer, kind fleet.Kind, data []byte) []byte {
		if kind == fleet.KindRevoked {
			gone <- from.Machine
		}
		return echo(ctx, from, kind, data)
	})
	inv := r.invite(t)
	out := t.TempDir()
	m := r.join(t, out, inv, nil).in(t)
	r.join(t, t.TempDir(), inv, nil, func(o *LinkOptions) { o.Name = "kazan-2" }).in(t)
	if err := r.id.Revoke("kazan-3", time.Now()); err == nil || !strings.Contains(err.Error(), "kazan-1, kazan-2") {
		t.Errorf("revoking nobody gives %v", err)
	}
	if err := r.id.Revoke("kazan-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	if got := <-gone; got != m.Machine() {
		t.Errorf("the coordinator hears of %s", got)
	}
	if why := m.refused(t); !strings.Contains(why, "revoked") {
		t.Errorf("it is told %q", why)
	}
	// Neither its key, its invitation nor a restart helps it.
	stop()
	gone = make(chan fleet.MachineID, 4)
	serve(t, r.open(t), echo)
	if why := r.join(t, out, nil, nil).refused(t); !strings.Contains(why, "revoked this machine") {
		t.Errorf("it is told %q", why)
	}
	if why := r.join(t, t.TempDir(), inv, nil).refused(t); !strings.Contains(why, "ended when a machine") {
		t.Errorf("it is told %q", why)
	}
	m2 := r.join(t, out, r.invite(t, "spb"), nil).in(t)
	if m2.Machine() != m.Machine() {
		t.Error("a new invitation makes another machine of it")
	}
	if got, err := m2.Request(soon(t), fleet.KindBeat, nil); err != nil || string(got) != "beat spb " {
		t.Errorf("got %q, %v", got, err)
	}
	if len(gone) > 0 {
		t.Error("an old revocation is told as news")
	}
}

func TestAMachineJoinsAgainWithoutAnInvitation(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	stop := serve(t, r.open(t), echo)
	out := t.TempDir()
	m := r.join(t, out, r.invite(t, "kazan"), nil).in(t)
	stop()
	if err := os.RemoveAll(filepath.Join(r.out, storeDir)); err != nil {
		t.Fatal(err)
	}
	brief, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := m.Request(brief, fleet.KindBeat, nil); !errors.Is(err, fleet.ErrAbsent) && !errors.Is(err, context.DeadlineExceeded) { // what is sent while the connection breaks gets no answer
		t.Errorf("without a coordinator: %v", err)
	}
	serve(t, r.open(t), echo)
	m.in(t) // by itself
	m.stop()
	m = r.join(t, out, nil, nil).in(t) // as a new process
	if got, err := m.Request(soon(t), fleet.KindBeat, nil); err != nil || string(got) != "beat kazan " {
		t.Errorf("got %q, %v", got, err)
	}
}

// raw connects as the machine m, bypassing all of our own code.
func (r *rig) raw(t *testing.T, m *guest) *nats.Conn {
	t.Helper()
	keys, to := m.opts.Keys, m.to
	nc, err := nats.Connect("nats://"+placeholder,
		nats.SetCustomDialer(&dialer{ctx: soon(t), pin: to.Pin, addresses: to.Addresses}), nats.SkipHostLookup(), nats.TLSHandshakeFirst(),
		nats.CustomInboxPrefix(inbox(m.me)), nats.PermissionErrOnSubscribe(true), nats.Nkey(keys.public, keys.user.Sign),
		nats.TokenHandler(func() string { text, _ := keys.apply(to, "raw", nil, nil); return string(text) }),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

func TestAMachineReachesNothingButItsOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	heard := make(chan string, 100)
	h := r.open(t)
	serve(t, h, func(ctx context.Context, from fleet.Peer, kind fleet.Kind, data []byte) []byte {
		heard <- string(from.Machine) + " " + string(kind)
		return echo(ctx, from, kind, data)
	})
	asked := make(chan fleet.Kind, 100)
	victim := r.join(t, t.TempDir(), r.invite(t), func(_ context.Context, _ fleet.Peer, kind fleet.Kind, _ []byte) []byte {
		asked <- kind
		return nil
	}).in(t)
	evil := r.join(t, t.TempDir(), r.invite(t), nil).in(t)
	if _, err := h.Save(soon(t), "lease.1", []byte("held"), 0); err != nil {
		t.Fatal(err)
	}
	nc := r.raw(t, evil)
	for _, subject := range []string{
		h.names.up(victim.me, fleet.KindBeat), h.names.up(victim.me, kindReport), h.names.down(victim.me, fleet.KindDetail), inbox(victim.me) + ".x",
		coordinatorInbox + ".x", "$JS.API.INFO", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.DELETE." + h.names.stream(), "$JS.API.DIRECT.GET.KV_" + h.names.bucket(),
		h.store.subject("lease.1"), "$SYS.REQ.SERVER.PING", "$JS.ACK." + h.names.stream() + ".catalogue.1.1.1.1.0", "_R_.x", ">",
	} {
		ctx, cancel := context.WithTimeout(soon(t), 100*time.Millisecond)
		if got, err := nc.RequestWithContext(ctx, subject, []byte("{}")); err == nil {
			t.Errorf("%s answers %q", subject, got.Data)
		}
		cancel()
		if err := nc.LastError(); !errors.Is(err, nats.ErrPermissionViolation) && subject != ">" {
			t.Errorf("publishing to %s: %v", subject, err)
		}
	}
	for _, subject := range []string{
		h.names.up("*", fleet.KindBeat), h.names.down(victim.me, ">"), h.names.down("*", ">"), "hg.>", ">", "_INBOX.>", inbox(victim.me) + ".>",
		coordinatorInbox + ".>", "$KV.>", "$JS.>", "$SYS.>",
	} {
		sub, err := nc.SubscribeSync(subject)
		if err != nil {
			t.Fatal(err)
		}
		_ = nc.Flush()
		if _, err := h.Ask(soon(t), victim.me, fleet.KindWake, []byte("secret")); err == nil {
			t.Error("the victim answers with nothing")
		}
		if msg, err := sub.NextMsg(20 * time.Millisecond); err == nil {
			t.Errorf("subscribed to %s it hears %s: %q", subject, msg.Subject, msg.Data)
		} else if !errors.Is(err, nats.ErrPermissionViolation) {
			t.Errorf("subscribing to %s gives %v", subject, err)
		}
	}
	for _, kind := range drain(asked) {
		if kind != fleet.KindWake {
			t.Errorf("the victim was asked %s", kind)
		}
	}
	// It tries to make the coordinator answer to another machine, and fails.
	if err := nc.PublishRequest(h.names.up(evil.me, fleet.KindBeat), h.names.down(victim.me, fleet.KindDetail), []byte("!")); err != nil {
		t.Fatal(err)
	}
	_ = nc.Flush()
	if got := <-heard; got != string(evil.me)+" beat" {
		t.Errorf("the coordinator heard %s", got)
	}
	time.Sleep(50 * time.Millisecond)
	if got := append(drain(heard), kinds(drain(asked))...); len(got) > 0 {
		t.Errorf("the others heard %v", got)
	}
	all, err := h.Load(soon(t))
	if err != nil || string(all["lease.1"].Value) != "held" || len(all) != 1 {
		t.Errorf("the store has %v, %v", all, err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(soon(t), 200*time.Millisecond)
	defer cancel()
	if _, err := js.KeyValue(ctx, h.names.bucket()); err == nil {
		t.Error("it opens the bucket")
	}
}

func drain[T any](from chan T) (all []T) {
	for {
		select {
		case one := <-from:
			all = append(all, one)
		default:
			return all
		}
	}
}

func kinds(of []fleet.Kind) (out []string) {
	for _, k := range of {
		out = append(out, string(k))
	}
	return out
}

func TestNothingIsSaidInClear(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	serve(t, r.open(t), echo)
	conn, err := dialTCP(r.listen)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
	if got, err := io.ReadAll(conn); len(got) > 0 || err == nil {
		t.Errorf("it says %q, %v", got, err)
	}
	if nc, err := nats.Connect("nats://"+r.listen, nats.Timeout(300*time.Millisecond)); err == nil {
		nc.Close()
		t.Error("a client without TLS gets in")
	}
	old := &tls.Config{MaxVersion: tls.VersionTLS12, InsecureSkipVerify: true}
	if conn, err := (&tls.Dialer{Config: old}).DialContext(soon(t), "tcp", r.listen); err == nil {
		_ = conn.Close() // it should not be there
		t.Error("TLS 1.2 is good enough")
	}
}

// tap is a proxy that records what passes.
type tap struct {
	net.Listener
	to string
	mu sync.Mutex
	bytes.Buffer
	wg sync.WaitGroup
}

func newTap(t *testing.T, to string) *tap {
	l := listenTCP(t)
	p := &tap{Listener: l, to: to}
	p.wg.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := dialTCP(p.to)
			if err != nil {
				_ = in.Close()
				continue
			}
			for _, ends := range [][2]net.Conn{{in, out}, {out, in}} {
				p.wg.Go(func() {
					_, _ = io.Copy(ends[0], io.TeeReader(ends[1], p))
					_ = ends[0].Close()
				})
			}
		}
	})
	t.Cleanup(func() { _ = l.Close(); p.wg.Wait() })
	return p
}

func (p *tap) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Buffer.Write(b)
}

// passed returns what has passed so far.
func (p *tap) passed() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return bytes.Clone(p.Bytes())
}

func TestASecretIsNowhere(t *testing.T) {
	t.Parallel()
	const secret = `Kam3ra&"№7<секрет>`
	r := newRig(t)
	h := r.open(t)
	stop := serve(t, h, echo)
	p := newTap(t, r.listen)
	inv := r.invite(t)
	inv.Addresses = []string{p.Addr().String()}
	out := t.TempDir()
	opened := make(chan string, 1)
	var m *guest
	ready := make(chan struct{})
	m = r.join(t, out, inv, func(_ context.Context, _ fleet.Peer, _ fleet.Kind, data []byte) []byte {
		<-ready
		text, err := m.Open(data)
		if err != nil {
			t.Error(err)
		}
		opened <- string(text)
		return []byte("thanks")
	}).in(t)
	close(ready)
	sealed, err := h.Seal(m.me, []byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Ask(soon(t), m.me, fleet.KindDetail, sealed); err != nil {
		t.Fatal(err)
	}
	if got := <-opened; got != secret {
		t.Errorf("it opened %q", got)
	}
	if err := m.Report(soon(t), "1", []byte("a report")); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Save(soon(t), "lease.1", []byte("a lease"), 0); err != nil {
		t.Fatal(err)
	}
	m.stop()
	stop()
	places := map[string][]byte{"the log": []byte(r.log.String()), "the wire": p.passed()}
	for _, dir := range []string{r.dir, r.out, out} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				places[path], err = os.ReadFile(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(places) < 8 {
		t.Errorf("only %d places were searched", len(places))
	}
	seed, err := m.opts.Keys.user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	whole := 0
	for place, text := range places {
		for _, form := range forms(secret) {
			if bytes.Contains(text, form) {
				t.Errorf("%s has %q", place, form)
			}
		}
		for what, secret := range map[string][]byte{"the secret of the invitation": inv.tag[:], "the root secret": r.id.root, "a machine's seed": seed} {
			for _, form := range forms(string(secret)) {
				if bytes.Contains(text, form) && filepath.Base(place) != identityName && filepath.Base(place) != keysName {
					t.Errorf("%s has %s", place, what)
				}
			}
		}
		if bytes.Contains(text, []byte("a report")) || bytes.Contains(text, []byte("a lease")) {
			whole++
		}
	}
	if whole == 0 {
		t.Error("not even what is no secret was found: the search is blind")
	}
	if seen := p.passed(); bytes.Contains(seen, []byte("INFO")) || bytes.Contains(seen, []byte("kazan-1")) || len(seen) < 1000 {
		t.Errorf("the wire is readable, or the tap saw nothing: %d bytes", p.Len())
	}
}

// forms returns the ways in which a secret could be written down.
func forms(secret string) [][]byte {
	return [][]byte{
		[]byte(secret), []byte(url.QueryEscape(secret)), []byte(url.PathEscape(secret)), []byte(hex.EncodeToString([]byte(secret))),
		fmt.Appendf(nil, "%q", secret), []byte(strings.Trim(fmt.Sprintf("%+q", secret), `"`)),
		[]byte(strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(secret)), "=")), []byte(base64.RawURLEncoding.EncodeToString([]byte(secret))),
	}
}

func TestAProofIsOfOneCoordinatorOnly(t *testing.T) {
	t.Parallel()
	r, other := newRig(t), newRig(t)
	challenge := []byte("never asked before")
	good, err := r.id.prove(challenge)
	if err != nil || good.verify(r.id.pin, challenge) != nil {
		t.Fatal(good, err)
	}
	stolen, err := other.id.prove(challenge)
	if err != nil {
		t.Fatal(err)
	}
	swapped, mixed := good, stolen
	swapped.Curve, mixed.Key = stolen.Curve, good.Key
	for name, p := range map[string]proof{"another's": stolen, "with another's curve key": swapped, "signed by another": mixed, "of nobody": {}} {
		if err := p.verify(r.id.pin, challenge); !errors.Is(err, errProof) {
			t.Errorf("the proof %s gives %v", name, err)
		}
	}
	if err := good.verify(r.id.pin, []byte("asked now")); !errors.Is(err, errProof) {
		t.Errorf("an old proof gives %v", err)
	}
}
