package hub

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	reconnectWait   = 500 * time.Millisecond
	reconnectJitter = 500 * time.Millisecond
	dialTime        = 5 * time.Second
)

var (
	// ErrPortTaken says that another program has the coordinator's port.
	ErrPortTaken = errors.New("the port is taken")
	// ErrPasswordShown says that the address of a cluster holds a password.
	ErrPasswordShown = errors.New("the address of a NATS cluster must not hold a password")
)

// Cluster is a NATS cluster to use instead of the embedded server. The zero
// value means none.
type Cluster struct {
	URL   string // nats://host:port, several separated by commas
	Creds string // file with the credentials from its administrator; may be empty
	CA    string // file with the certificates to trust; empty: the system's
}

func (c Cluster) addresses() ([]string, error) {
	for one := range strings.SplitSeq(c.URL, ",") {
		u, err := url.Parse(strings.TrimSpace(one))
		if err != nil || u.Scheme != "nats" && u.Scheme != "tls" {
			return nil, errors.New("write the address of a NATS cluster as nats://host:port or tls://host:port, several separated by commas")
		}
		if u.User != nil {
			return nil, fmt.Errorf("%w: it would show in the list of processes", ErrPasswordShown)
		}
	}
	return ParseAddresses(c.URL)
}

func (c Cluster) options() ([]nats.Option, error) {
	var opts []nats.Option
	if c.Creds != "" {
		if _, err := os.Stat(c.Creds); err != nil {
			return nil, fmt.Errorf("read the credentials for the NATS cluster: %w", err)
		}
		opts = append(opts, nats.UserCredentials(c.Creds))
	}
	if c.CA != "" {
		if _, err := os.Stat(c.CA); err != nil {
			return nil, fmt.Errorf("read the certificates to trust: %w", err)
		}
		opts = append(opts, nats.RootCAs(c.CA))
	}
	return opts, nil
}

// common returns the options of every connection. It reconnects by itself,
// however long that takes, and never sends what was meant for before.
func common(log *slog.Logger) []nats.Option {
	return []nats.Option{
		nats.Name("hikgrab"),
		nats.Timeout(dialTime),
		nats.MaxReconnects(-1), nats.ReconnectWait(reconnectWait), nats.ReconnectJitter(reconnectJitter, reconnectJitter),
		nats.ReconnectBufSize(-1),
		nats.PingInterval(listenEvery), nats.MaxPingsOutstanding(pingsOut), nats.FlusherTimeout(writeDeadline),
		nats.IgnoreAuthErrorAbort(),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { log.Info("The connection between the machines is lost", "error", err) }),
		nats.ErrorHandler(func(_ *nats.Conn, sub *nats.Subscription, err error) {
			if sub != nil {
				log.Warn("The message server reports a fault", "error", err, "subject", sub.Subject)
				return
			}
			log.Warn("The message server reports a fault", "error", err)
		}),
	}
}
