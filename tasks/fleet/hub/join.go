package hub

import (
	"encoding/json"
	"errors"

	"github.com/nats-io/nkeys"

	"example.com/hikgrab/tasks/fleet"
)

// kindJoin is the first request on every connection of a machine: both sides
// prove who they are, however they connected.
const kindJoin fleet.Kind = "join"

const (
	challengeSize   = 32
	machineNameSize = 64 // cells on a screen
)

// application is what a machine says about itself to be admitted. It travels in
// the CONNECT to the embedded server, over TLS to a pinned key, and in the
// request to join, which may cross somebody else's cluster: nothing in it is a
// secret.
type application struct {
	Name      string   `json:"name"`
	Networks  []string `json:"networks,omitempty"`
	Curve     string   `json:"curve"`
	Ticket    []byte   `json:"ticket,omitempty"`
	Challenge []byte   `json:"challenge,omitempty"`
	Sig       []byte   `json:"sig,omitempty"` // of the rest, by the machine's key
}

// joined is the coordinator's answer to a request to join.
type joined struct {
	Refused string `json:"refused,omitempty"` // why, for the machine's operator
	Proof   proof  `json:"proof"`
}

var errApplication = errors.New("the request to join cannot be read: run the same hikgrab on all machines")

// apply builds an application with k's proofs for the coordinator behind inv.
func (k *Keys) apply(inv Invitation, name string, networks []string, challenge []byte) ([]byte, error) {
	a := application{Name: name, Networks: networks, Curve: k.curvePublic, Challenge: challenge}
	if inv.tag != [len(inv.tag)]byte{} {
		a.Ticket = inv.ticket(ticketKeys(k.public, k.curvePublic))
	}
	signing, err := a.statement(inv.Pin, k.public)
	if err != nil {
		return nil, err
	}
	if a.Sig, err = k.user.Sign(signing); err != nil {
		return nil, err
	}
	return json.Marshal(a)
}

func (a application) statement(pin Pin, key string) ([]byte, error) {
	a.Sig = nil
	rest, err := json.Marshal(a)
	return statement("machine", pin, key, rest), err
}

// readApplication reads the application of the holder of key.
func readApplication(text []byte, pin Pin, key string) (application, error) {
	var a application
	if len(text) > applicationLimit || json.Unmarshal(text, &a) != nil || len(a.Challenge) > challengeSize ||
		!nkeys.IsValidPublicCurveKey(a.Curve) || !nkeys.IsValidPublicUserKey(key) || checkNetworks(a.Networks) != nil {
		return application{}, errApplication
	}
	public, err := nkeys.FromPublicKey(key)
	if err != nil {
		return application{}, errApplication
	}
	signed, err := a.statement(pin, key)
	if err != nil || public.Verify(signed, a.Sig) != nil {
		return application{}, errors.New("the machine did not prove its key")
	}
	return a, nil
}
