package hub

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nats-io/nkeys"
)

const (
	identityName    = "identity"
	identityVersion = 1
	rootSize        = 32 // bytes of the secret that makes invitations
)

// Pin is the SHA-256 of a coordinator's public key as encoded in its
// certificate (SubjectPublicKeyInfo). It tells a machine whom it talks to.
type Pin [sha256.Size]byte

// Fleet returns C of the subjects: the first 8 bytes of the pin in hex.
func (p Pin) Fleet() string { return hex.EncodeToString(p[:8]) }

// Identity belongs to an operator: the key that proves the coordinator, the
// secret that makes invitations, and the curve key that seals logins. It
// outlives runs; whoever has it can invite machines.
type Identity struct {
	dir   string
	key   ed25519.PrivateKey
	root  []byte
	curve nkeys.KeyPair
	spki  []byte
	pin   Pin
}

// identityFile is an Identity on disk.
type identityFile struct {
	Version int    `json:"version"`
	Key     []byte `json:"key"` // the Ed25519 seed
	Root    []byte `json:"root"`
	Curve   string `json:"curve"` // an nkeys seed, SX…
}

// Dir returns the directory of this operator's identity: hikgrab/fleet in the
// user's configuration directory.
func Dir() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the directory for your configuration: %w", err)
	}
	return filepath.Join(dir, "hikgrab", "fleet"), nil
}

// identityTries is how often to try to make a missing identity.
const identityTries = 5

// OpenIdentity reads the identity in dir, or makes one. Two processes that make
// it at once end up with the same one.
func OpenIdentity(dir string) (*Identity, error) {
	text, err := readSecret(dir, identityName)
	// Another process may be making the directory or the identity right now.
	for range identityTries {
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err = makeIdentity(dir); err == nil {
			text, err = readSecret(dir, identityName)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open this operator's identity: %w", err)
	}
	id, err := parseIdentity(text)
	if err != nil {
		return nil, fmt.Errorf("%s is damaged (%w): put it back from a backup, or remove it and invite every machine again", filepath.Join(dir, identityName), err)
	}
	id.dir = dir
	return id, nil
}

// Secret returns 32 bytes for a purpose, always the same, that only
// coordinators with this identity can compute.
func (id *Identity) Secret(purpose string) []byte {
	mac := hmac.New(sha256.New, id.root)
	mac.Write([]byte("secret " + purpose))
	return mac.Sum(nil)
}

func parseIdentity(text []byte) (*Identity, error) {
	var f identityFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, errors.New("not JSON")
	}
	if f.Version != identityVersion {
		return nil, fmt.Errorf("version %d", f.Version)
	}
	if len(f.Key) != ed25519.SeedSize || len(f.Root) != rootSize {
		return nil, errors.New("a key is cut short")
	}
	curve, err := nkeys.FromCurveSeed([]byte(f.Curve))
	if err != nil {
		return nil, errors.New("its curve key is not valid")
	}
	id := &Identity{key: ed25519.NewKeyFromSeed(f.Key), root: f.Root, curve: curve}
	if id.spki, err = x509.MarshalPKIXPublicKey(id.key.Public()); err != nil {
		return nil, err
	}
	id.pin = sha256.Sum256(id.spki)
	return id, nil
}

// makeIdentity writes a new identity, unless another process was faster.
func makeIdentity(dir string) error {
	secrets := make([]byte, ed25519.SeedSize+rootSize)
	_, _ = rand.Read(secrets) // it never fails
	curve, err := nkeys.CreateCurveKeys()
	if err != nil {
		return err
	}
	seed, err := curve.Seed()
	if err != nil {
		return err
	}
	text, err := json.Marshal(identityFile{identityVersion, secrets[:ed25519.SeedSize], secrets[ed25519.SeedSize:], string(seed)})
	if err != nil {
		return err
	}
	if err := writeSecret(dir, identityName, text, false); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// proof is what the coordinator shows a machine: its public key, the curve key
// that it seals logins with, and a signature that ties them together. It
// answers the machine's challenge, so that nobody can replay an old one.
type proof struct {
	Key   []byte `json:"key"` // SubjectPublicKeyInfo
	Curve string `json:"curve"`
	Sig   []byte `json:"sig"`
}

// errProof says that whoever answers is not the coordinator of the invitation.
var errProof = errors.New("whoever answers there is not the coordinator that this machine was invited by")

func (id *Identity) prove(challenge []byte) (proof, error) {
	curve, err := id.curve.PublicKey()
	if err != nil {
		return proof{}, err
	}
	return proof{Key: id.spki, Curve: curve, Sig: ed25519.Sign(id.key, statement("coordinator", id.pin, curve, challenge))}, nil
}

// verify reports whether the identity behind pin made p for challenge.
func (p proof) verify(pin Pin, challenge []byte) error {
	if Pin(sha256.Sum256(p.Key)) != pin || !nkeys.IsValidPublicCurveKey(p.Curve) {
		return errProof
	}
	key, err := x509.ParsePKIXPublicKey(p.Key)
	if err != nil {
		return errProof
	}
	public, ok := key.(ed25519.PublicKey)
	if !ok || !ed25519.Verify(public, statement("coordinator", pin, p.Curve, challenge), p.Sig) {
		return errProof
	}
	return nil
}

// statement returns the text to sign, so that no signature can be taken for
// another: who says it, to or as which coordinator, and the words.
func statement(who string, pin Pin, words string, rest []byte) []byte {
	return fmt.Appendf(nil, "hikgrab fleet %s\n%s\n%s\n%s", who, base64.RawURLEncoding.EncodeToString(pin[:]), words, base64.RawURLEncoding.EncodeToString(rest))
}
