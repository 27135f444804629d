package hub

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"os"
	"time"

	"example.com/hikgrab/nvr"
)

// certificateLife is how long a run's certificate is valid. Machines check its
// key, not its dates.
const certificateLife = 10 * 365 * 24 * time.Hour

// serverTLS makes this run's certificate. It names the coordinator to whoever
// tries to start a second one on the same port.
func (id *Identity) serverTLS(now time.Time) (*tls.Config, error) {
	serial := make([]byte, 16)
	_, _ = rand.Read(serial) // it never fails
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial),
		Subject:      pkix.Name{CommonName: thisProcess()},
		NotBefore:    now.Add(-24 * time.Hour),
		NotAfter:     now.Add(certificateLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, id.key.Public(), id.key)
	if err != nil {
		return nil, fmt.Errorf("make the certificate: %w", err)
	}
	return &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: id.key}},
	}, nil
}

// thisProcess names a coordinator to the operator of another.
func thisProcess() string {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	return fmt.Sprintf("process %d on %s", os.Getpid(), nvr.CleanText(host, 64))
}

// errPin says that a server's certificate has another key than the
// invitation's.
var errPin = errors.New("another server answers there than the one that this machine was invited by (its key is a different one)")

// pinnedTLS trusts the key behind pin and nothing else; names and dates do not
// matter.
func pinnedTLS(pin Pin) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		InsecureSkipVerify: true, // VerifyConnection is stricter
		VerifyConnection: func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 {
				return errPin
			}
			if sum := sha256.Sum256(state.PeerCertificates[0].RawSubjectPublicKeyInfo); !bytes.Equal(sum[:], pin[:]) {
				return errPin
			}
			return nil
		},
	}
}
