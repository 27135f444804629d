package hub

import (
	"crypto/subtle"
	"encoding/base64"
	"log/slog"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"example.com/hikgrab/tasks/fleet"
)

// hallTime is how long a machine that is refused may stay to be told why.
const hallTime = 10 * time.Second

// gate lets machines in to the embedded server. A member gets the subjects of
// its own; whoever proves a key but is refused may ask why, unless its address
// was refused too often: that one hears nothing.
type gate struct {
	admission *admission
	subjects  subjects
	secret    string // of the coordinator's own connection
	log       *slog.Logger
	server    *server.Server // set before it starts
}

// Check implements the server's Authentication.
func (g *gate) Check(c server.ClientAuthentication) bool {
	opts, from := c.GetOpts(), hostOf(c.RemoteAddress())
	if subtle.ConstantTimeCompare([]byte(opts.Token), []byte(g.secret)) == 1 {
		c.RegisterUser(&server.User{Username: "coordinator"})
		return true
	}
	if c.Kind() != server.CLIENT || !signed(opts, c.GetNonce()) {
		g.refused(from, "it did not prove its key")
		return false
	}
	machine := fleet.MachineID(opts.Nkey)
	a, err := readApplication([]byte(opts.Token), g.admission.id.pin, opts.Nkey)
	if err == nil {
		err = g.admission.admit(a.applicant(opts.Nkey, from))
	}
	if err != nil {
		if !g.refused(from, err.Error()) {
			return false
		}
		c.RegisterUser(&server.User{Username: opts.Nkey, Permissions: g.subjects.hall(machine)})
		id := c.GetID()
		time.AfterFunc(hallTime, func() { _ = g.server.DisconnectClientByID(id) }) // it may have gone by itself
		return true
	}
	c.RegisterUser(&server.User{Username: opts.Nkey, Permissions: g.subjects.member(machine)})
	return true
}

// refused notes that somebody was, and tells whether it is told why.
func (g *gate) refused(from, why string) bool {
	if !g.admission.strike(from) {
		return false // nor does it fill the log
	}
	g.log.Warn("A machine was refused", "from", from, "reason", why)
	return true
}

// signed tells whether a client has the key that it names.
func signed(opts *server.ClientOpts, nonce []byte) bool {
	if !nkeys.IsValidPublicUserKey(opts.Nkey) || len(nonce) == 0 {
		return false
	}
	key, err := nkeys.FromPublicKey(opts.Nkey)
	if err != nil {
		return false
	}
	sig, err := base64.RawURLEncoding.DecodeString(opts.Sig)
	return err == nil && key.Verify(nonce, sig) == nil
}

func (g *gate) expel(m fleet.MachineID) {
	sessions, err := g.server.Connz(&server.ConnzOptions{Username: true, User: string(m), Limit: 1 << 10})
	if err != nil {
		g.log.Warn("The sessions of a machine cannot be listed", "machine", m, "error", err)
		return
	}
	for _, one := range sessions.Conns {
		_ = g.server.DisconnectClientByID(one.Cid) // it may have gone by itself
	}
}
