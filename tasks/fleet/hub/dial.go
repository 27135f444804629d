package hub

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	redialEvery = time.Second
	infoWait    = 500 * time.Millisecond // for a server to speak first
)

// dial connects to the coordinator's server, however long that takes if this
// machine has joined before. NATS does the reconnecting after that.
func (l *Link) dial(ctx context.Context, more ...nats.Option) (*nats.Conn, error) {
	d := &dialer{ctx: ctx, pin: l.to.Pin, addresses: l.to.Addresses}
	began := time.Now()
	for {
		conn, err := l.connect(ctx, d, more...)
		if err == nil {
			return conn, nil
		}
		if errors.Is(err, nats.ErrAuthorization) && l.to.Cluster {
			return nil, refuse("the NATS cluster at %s refuses this machine: use the file of credentials that its administrator gave for it", l.where())
		}
		if errors.Is(err, nats.ErrAuthorization) {
			return nil, refuse("the server refuses this machine and gives no reason: after five failed tries a minute from one address it says nothing more; wait a minute, then try with a new invitation")
		}
		foreign, why := d.failed()
		if foreign {
			return nil, refuse("at %s %v: ask for a new invitation", l.where(), errPin)
		}
		if l.hopeless(began) {
			return nil, l.nobody(cmp.Or(why, err))
		}
		l.opts.Log.Info("The coordinator does not answer", "at", l.to.Addresses, "error", err)
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(redialEvery):
		}
	}
}

func (l *Link) connect(ctx context.Context, d *dialer, more ...nats.Option) (*nats.Conn, error) {
	opts := slices.Concat(common(l.opts.Log), []nats.Option{nats.CustomInboxPrefix(inbox(l.me))}, more)
	if !l.to.Cluster && (l.opts.Cluster.URL == "" || !speaksFirst(ctx, l.to.Addresses)) {
		opts = append(opts, nats.Nkey(l.opts.Keys.public, l.opts.Keys.user.Sign), nats.TokenHandler(func() string {
			text, _ := l.opts.Keys.apply(l.to, l.opts.Name, l.opts.Networks, nil) // without it the server refuses
			return string(text)
		}))
		return nats.Connect("nats://"+placeholder, append(opts,
			nats.SetCustomDialer(d), nats.SkipHostLookup(), nats.IgnoreDiscoveredServers(), nats.TLSHandshakeFirst())...)
	}
	own, err := l.opts.Cluster.options()
	if err != nil {
		return nil, err
	}
	conn, err := nats.Connect(strings.Join(l.to.Addresses, ","), append(opts, own...)...)
	if err != nil {
		return nil, err
	}
	if _, err := conn.TLSConnectionState(); err != nil {
		l.opts.Notice(openWay(l.where()))
	}
	return conn, nil
}

// openWay returns a warning that the connection to a cluster is not encrypted.
func openWay(at string) string {
	return "The way to " + at + " is not encrypted; the recorders' logins are sealed all the same"
}

// placeholder stands for all of the coordinator's addresses; the dialer chooses
// one.
const placeholder = "coordinator:7422"

// dialer reaches a coordinator at the first of its addresses that answers and
// proves the pinned key. The others may be anybody's, in another network.
type dialer struct {
	ctx       context.Context // of Serve; NATS has none
	pin       Pin
	addresses []string

	mu      sync.Mutex
	foreign bool
	last    error // of the first address; nil if one answered
}

// failed reports whether at the last try another server answered at every
// address, and why none could be reached. NATS only says that none was.
func (d *dialer) failed() (foreign bool, why error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.foreign, d.last
}

// SkipTLSHandshake tells NATS that Dial has done it.
func (d *dialer) SkipTLSHandshake() bool { return true }

// Dial implements nats.CustomDialer.
func (d *dialer) Dial(string, string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(d.ctx, dialTime)
	defer cancel()
	type result struct {
		conn net.Conn
		err  error
	}
	results := make(chan result, len(d.addresses))
	for _, addr := range d.addresses {
		go func() {
			conn, err := (&tls.Dialer{Config: pinnedTLS(d.pin)}).DialContext(ctx, "tcp", addr)
			results <- result{conn, err}
		}()
	}
	var first net.Conn
	var errs []error
	foreign := 0
	for range d.addresses { // all of them end soon after the first
		r := <-results
		switch {
		case r.err == nil && first == nil:
			first = r.conn
			cancel()
		case r.err == nil:
			_ = r.conn.Close() // a second connection to the same server
		default:
			errs = append(errs, r.err)
			if errors.Is(r.err, errPin) {
				foreign++
			}
		}
	}
	d.mu.Lock()
	d.foreign, d.last = foreign > 0 && foreign == len(d.addresses), nil
	if first == nil && len(errs) > 0 {
		d.last = errs[0]
	}
	d.mu.Unlock()
	if first == nil {
		return nil, errors.Join(errs...)
	}
	return first, nil
}

// speaksFirst reports whether some server sends INFO unasked, as those of a
// cluster do and an embedded one never does.
func speaksFirst(ctx context.Context, addresses []string) bool {
	for _, addr := range addresses {
		conn, err := (&net.Dialer{Timeout: infoWait}).DialContext(ctx, "tcp", addr)
		if err != nil {
			continue
		}
		said := make([]byte, len("INFO "))
		_ = conn.SetReadDeadline(time.Now().Add(infoWait)) // then the read fails as well
		_, err = io.ReadFull(conn, said)
		_ = conn.Close() // it was only read
		if err == nil && bytes.Equal(said, []byte("INFO ")) {
			return true
		}
	}
	return false
}
