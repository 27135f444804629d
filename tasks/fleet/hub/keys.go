package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/nats-io/nkeys"
)

const (
	ownDir      = ".hikgrab" // below a machine's output directory
	keysName    = "machine"
	keysVersion = 1
)

// Keys belong to a machine: the key that it proves itself with, the curve key
// that logins are sealed for, and whom it joined last, so that next time it
// needs no invitation.
type Keys struct {
	user, curve nkeys.KeyPair
	public      string // M of the subjects
	curvePublic string
	Last        *Invitation // without its secret; nil: it never joined
}

// keysFile is Keys on disk.
type keysFile struct {
	Version   int      `json:"version"`
	Seed      string   `json:"seed"`  // SU…
	Curve     string   `json:"curve"` // SX…
	Pin       []byte   `json:"pin"`
	Addresses []string `json:"addresses"`
	Cluster   bool     `json:"cluster,omitempty"`
}

// OpenKeys reads the keys of the machine with the output directory out, or
// makes some. Keep writes them, not OpenKeys, so that a refused machine leaves
// nothing behind.
func OpenKeys(out string) (*Keys, error) {
	text, err := readSecret(filepath.Join(out, ownDir), keysName)
	if errors.Is(err, fs.ErrNotExist) {
		return newKeys()
	}
	if err != nil {
		return nil, fmt.Errorf("read this machine's keys: %w", err)
	}
	k, err := parseKeys(text)
	if err != nil {
		return nil, fmt.Errorf("%s is damaged (%w): remove it and join with a new invitation", filepath.Join(out, ownDir, keysName), err)
	}
	return k, nil
}

func newKeys() (*Keys, error) {
	user, err := nkeys.CreateUser()
	if err != nil {
		return nil, err
	}
	curve, err := nkeys.CreateCurveKeys()
	if err != nil {
		return nil, err
	}
	return keysOf(user, curve)
}

func keysOf(user, curve nkeys.KeyPair) (*Keys, error) {
	k := &Keys{user: user, curve: curve}
	var err error
	if k.public, err = user.PublicKey(); err != nil {
		return nil, err
	}
	if !nkeys.IsValidPublicUserKey(k.public) {
		return nil, errors.New("its seed is not a machine's")
	}
	k.curvePublic, err = curve.PublicKey()
	return k, err
}

func parseKeys(text []byte) (*Keys, error) {
	var f keysFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, errors.New("not JSON")
	}
	if f.Version != keysVersion {
		return nil, fmt.Errorf("version %d", f.Version)
	}
	user, err := nkeys.FromSeed([]byte(f.Seed))
	if err != nil {
		return nil, errors.New("its seed is not valid")
	}
	curve, err := nkeys.FromCurveSeed([]byte(f.Curve))
	if err != nil {
		return nil, errors.New("its curve key is not valid")
	}
	k, err := keysOf(user, curve)
	if err != nil {
		return nil, err
	}
	if len(f.Pin) != len(Pin{}) || len(f.Addresses) == 0 {
		return nil, errors.New("it names no coordinator")
	}
	k.Last = &Invitation{Pin: Pin(f.Pin), Addresses: f.Addresses, Cluster: f.Cluster}
	return k, nil
}

// Keep durably writes the keys, and whom they joined, to out.
func (k *Keys) Keep(out string, joined Invitation) error {
	seed, err := k.user.Seed()
	if err != nil {
		return err
	}
	curve, err := k.curve.Seed()
	if err != nil {
		return err
	}
	text, err := json.Marshal(keysFile{keysVersion, string(seed), string(curve), joined.Pin[:], joined.Addresses, joined.Cluster})
	if err != nil {
		return err
	}
	if err := writeSecret(filepath.Join(out, ownDir), keysName, text, true); err != nil {
		return fmt.Errorf("write this machine's keys: %w", err)
	}
	k.Last = &Invitation{Pin: joined.Pin, Addresses: joined.Addresses, Cluster: joined.Cluster}
	return nil
}
