package hub

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/fleet"
)

// refuse returns the error that a machine may not join or stay: a sentence for
// its operator.
func refuse(format string, args ...any) error {
	return &fleet.RefusedError{Reason: fmt.Sprintf(format, args...)}
}

var (
	errRevoked = refuse("the coordinator's operator revoked this machine; with a new invitation it can join again")
	errUnknown = refuse("the coordinator does not know this machine: give it an invitation, made there with: hikgrab invite")
)

// admission decides who may join: whoever shows an invitation of this operator,
// and whoever has joined and was not revoked since.
type admission struct {
	id      *Identity
	members *members
	now     func() time.Time
	mu      sync.Mutex
	wrong   map[string][]time.Time // recent refusals by address
}

const (
	wrongJoins = 5           // refusals that an address is told of …
	wrongSpan  = time.Minute // … in this time; after that it hears nothing
)

// ticketKeys returns the keys that a ticket is made for.
func ticketKeys(key, curve string) []byte { return []byte(key + "\n" + curve) }

// admit makes the machine with an already proven key a member. Otherwise it
// returns a *fleet.RefusedError.
func (a *admission) admit(key, from string, who application) error {
	known, joined := a.members.lookup(key)
	as := member{
		Key: key, Curve: who.Curve, Name: nvr.CleanText(who.Name, machineNameSize), Networks: known.Networks, Invited: known.Invited, From: from, At: a.now(),
	}
	switch invited, err := a.invited(key, who); {
	case err == nil:
		as.Networks, as.Invited = invited.Networks, invited.label()
	case joined && known.Revoked:
		return errRevoked
	case !joined:
		return err
	}
	if err := fleet.CheckNetworks(as.Networks, who.Networks); err != nil {
		return err
	}
	if as.equal(known) {
		a.members.moved(key, from)
		return nil
	}
	return a.members.put(as)
}

// invited reads the invitation that who shows.
func (a *admission) invited(key string, who application) (Invitation, error) {
	if len(who.Ticket) == 0 {
		return Invitation{}, errUnknown
	}
	inv, err := a.id.admit(who.Ticket, ticketKeys(key, who.Curve))
	switch {
	case err != nil:
		return Invitation{}, refuse("%v: ask for a new one, made there with: hikgrab invite", err)
	case !a.now().Before(inv.Expiry):
		return Invitation{}, refuse("the invitation expired at %s, and the coordinator's clock shows %s: ask for a new one, made there with: hikgrab invite",
			inv.Expiry.Format("2006-01-02 15:04:05 MST"), a.now().In(inv.Expiry.Location()).Format("2006-01-02 15:04:05"))
	case a.members.over(inv.label()):
		return Invitation{}, refuse("the invitation ended when a machine that had joined by it was revoked: ask for a new one, made there with: hikgrab invite")
	}
	return inv, nil
}

// strike counts a refusal at from and reports whether that address is still
// answered.
func (a *admission) strike(from string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	if a.wrong == nil {
		a.wrong = map[string][]time.Time{}
	}
	for host, times := range a.wrong { // trying again does not prolong the silence
		if times = slices.DeleteFunc(times, func(t time.Time) bool { return now.Sub(t) > wrongSpan }); len(times) == 0 {
			delete(a.wrong, host)
		} else {
			a.wrong[host] = times
		}
	}
	if len(a.wrong[from]) >= wrongJoins {
		return false
	}
	a.wrong[from] = append(a.wrong[from], now)
	return true
}

func hostOf(addr net.Addr) string {
	if addr == nil {
		return ""
	}
	host, _, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	return host
}

// refusalTime is how long a refused machine may stay to be told why.
const refusalTime = 10 * time.Second

// gate lets machines in to the embedded server. A member gets its own subjects.
// Whoever proves a key but is refused may ask why, unless its address was
// refused too often: that one hears nothing.
type gate struct {
	admission *admission
	subjects  subjects
	secret    string // for the coordinator's own connection
	log       *slog.Logger
	server    *server.Server // set before it starts
}

// Check implements server.Authentication.
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
		err = g.admission.admit(opts.Nkey, from, a)
	}
	if err != nil {
		if !g.refused(from, err.Error()) {
			return false
		}
		c.RegisterUser(&server.User{Username: opts.Nkey, Permissions: g.subjects.refusedOnly(machine)})
		id := c.GetID()
		time.AfterFunc(refusalTime, func() { _ = g.server.DisconnectClientByID(id) }) // it may already have gone
		return true
	}
	c.RegisterUser(&server.User{Username: opts.Nkey, Permissions: g.subjects.member(machine)})
	return true
}

// refused counts a refusal and reports whether the machine is told why.
func (g *gate) refused(from, why string) bool {
	if !g.admission.strike(from) {
		return false // and does not fill the log
	}
	g.log.Warn("A machine was refused", "from", from, "reason", why)
	return true
}

// signed reports whether a client has the key it names.
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
		_ = g.server.DisconnectClientByID(one.Cid) // it may already have gone
	}
}
