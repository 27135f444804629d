package hub

import (
	"errors"

	"github.com/nats-io/nkeys"
)

// errSealed is given for what was not sealed for this machine by its
// coordinator.
var errSealed = errors.New("what the coordinator sealed cannot be opened here: it was made for another machine, or changed on its way")

// seal closes text for the holder of the curve key to, so that nobody between
// can read or change it.
func seal(from nkeys.KeyPair, text []byte, to string) ([]byte, error) {
	if !nkeys.IsValidPublicCurveKey(to) { // Seal panics on a key that is too long
		return nil, errors.New("the machine has no curve key")
	}
	return from.Seal(text, to)
}

// unseal reads what the holder of the curve key from sealed for to.
func unseal(to nkeys.KeyPair, sealed []byte, from string) ([]byte, error) {
	if !nkeys.IsValidPublicCurveKey(from) {
		return nil, errSealed
	}
	text, err := to.Open(sealed, from)
	if err != nil {
		return nil, errSealed
	}
	return text, nil
}
