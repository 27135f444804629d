package hub

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

// guarded is a NATS server with its own certificates and credentials.
func guarded(t *testing.T) Cluster {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	must(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	must(err)
	ca := write("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))

	operator, err := nkeys.CreateOperator()
	must(err)
	account, err := nkeys.CreateAccount()
	must(err)
	user, err := nkeys.CreateUser()
	must(err)
	key := func(k nkeys.KeyPair) string { p, err := k.PublicKey(); must(err); return p }
	accountClaims := jwt.NewAccountClaims(key(account))
	accountClaims.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: -1, DiskStorage: -1, Streams: -1, Consumer: -1}
	accountJWT, err := accountClaims.Encode(operator)
	must(err)
	userJWT, err := jwt.NewUserClaims(key(user)).Encode(account)
	must(err)
	seed, err := user.Seed()
	must(err)
	creds, err := jwt.FormatUserConfig(userJWT, seed)
	must(err)
	operatorJWT, err := jwt.NewOperatorClaims(key(operator)).Encode(operator)
	must(err)
	trusted, err := jwt.DecodeOperatorClaims(operatorJWT)
	must(err)
	resolver := &server.MemAccResolver{}
	must(resolver.Store(key(account), accountJWT))
	system, err := nkeys.CreateAccount()
	must(err)
	systemJWT, err := jwt.NewAccountClaims(key(system)).Encode(operator)
	must(err)
	must(resolver.Store(key(system), systemJWT))

	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true, JetStream: true, StoreDir: filepath.Join(dir, "store"),
		TLS: true, TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: private}}},
		TrustedOperators: []*jwt.OperatorClaims{trusted}, AccountResolver: resolver, SystemAccount: key(system),
	})
	must(err)
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server does not get ready")
	}
	return Cluster{URL: fmt.Sprintf("nats://%s", s.Addr()), Creds: write("user.creds", creds), CA: ca}
}

func TestAGuardedClusterIsUsedAsItsAdministratorSays(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.cluster = guarded(t)
	h := r.open(t)
	serve(t, h, echo)
	log := r.log.String()
	if !strings.Contains(log, "is on one node only") || strings.Contains(log, "is not encrypted") {
		t.Errorf("the operator is told wrongly: %s", log)
	}
	inv := r.invite(t, "kazan")
	if !inv.Cluster || inv.Addresses[0] != strings.TrimPrefix(r.cluster.URL, "nats://") {
		t.Errorf("the invitation leads to %+v", inv)
	}
	with := func(o *LinkOptions) { o.Cluster = Cluster{Creds: r.cluster.Creds, CA: r.cluster.CA} }
	m := r.join(t, t.TempDir(), inv, nil, with).in(t)
	if got, err := m.Request(soon(t), "beat", nil); err != nil || string(got) != "beat kazan " {
		t.Errorf("got %q, %v", got, err)
	}
	if err := m.Report(soon(t), "1", []byte("one")); err != nil {
		t.Error(err)
	}
	if got, err := h.Reports(soon(t), 5); err != nil || len(got) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
	ca := func(o *LinkOptions) { o.Cluster = Cluster{CA: r.cluster.CA} }
	if why := r.join(t, t.TempDir(), inv, nil, ca).refused(t); !strings.Contains(why, "use the file of credentials") {
		t.Errorf("without credentials it is told %q", why)
	}
	// What the cluster's administrator can see is not enough to join.
	forged := *inv
	forged.tag = [32]byte{}
	if why := r.join(t, t.TempDir(), &forged, nil, with).refused(t); !strings.Contains(why, "does not know this machine") {
		t.Errorf("without the secret it is told %q", why)
	}
	foreign := *newRig(t).invite(t)
	foreign.Addresses, foreign.Cluster = inv.Addresses, true
	if why := r.join(t, t.TempDir(), &foreign, nil, with).refused(t); !strings.Contains(why, "no coordinator of this invitation answers") {
		t.Errorf("invited by another operator it is told %q", why)
	}
	// A revoked machine gets no answer, though the cluster lets it in.
	if err := r.id.Revoke("kazan-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	for err := error(nil); err == nil; time.Sleep(50 * time.Millisecond) { // it notices within a second
		_, err = m.Request(soon(t), "beat", nil)
	}
	if why := m.refused(t); !strings.Contains(why, "revoked") {
		t.Errorf("it is told %q", why)
	}
}

func TestAWrongClusterIsRefusedInWords(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	good := guarded(t)
	closed := listenTCP(t)
	_ = closed.Close() // nobody listens there any more
	for name, c := range map[string]struct {
		cluster Cluster
		want    string
	}{
		"no credentials":        {Cluster{URL: good.URL, CA: good.CA}, "connect to the NATS cluster at " + good.URL},
		"no certificates":       {Cluster{URL: good.URL, Creds: good.Creds}, "connect to the NATS cluster at " + good.URL},
		"credentials not there": {Cluster{URL: good.URL, Creds: "nowhere.creds", CA: good.CA}, "read the credentials"},
		"nobody there":          {Cluster{URL: "nats://" + closed.Addr().String()}, "connect to the NATS cluster"},
		"a password in it":      {Cluster{URL: "nats://user:pass@127.0.0.1:4222"}, "would show in the list of processes"},
		"no URL":                {Cluster{URL: "127.0.0.1:4222"}, "as nats://host:port"},
		"no port":               {Cluster{URL: "nats://127.0.0.1"}, "is not an address"},
	} {
		t.Run(name, func(t *testing.T) {
			opts := r.options(t)
			opts.Cluster = c.cluster
			h, err := Open(soon(t), opts)
			if err == nil {
				h.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
