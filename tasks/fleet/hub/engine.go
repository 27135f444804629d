package hub

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"example.com/hikgrab/tasks/fleet"
)

const (
	applicationLimit = 12 << 10 // bytes
	controlLine      = 16 << 10 // bytes of a CONNECT with an application and signatures
	pingEvery        = 10 * time.Second
	pingsOut         = 2
	listenEvery      = 4 * time.Second // by a client, so that it leaves a frozen cluster node before a claim runs out
	writeDeadline    = 10 * time.Second
	handshakeTime    = 5 * time.Second
	askTime          = 2 * time.Second // for another coordinator to answer
	startLimit       = time.Minute     // a store of a million leases is read in three seconds
	startLook        = 100 * time.Millisecond
	mostConnections  = 8 << 10
	mostSubjects     = 64       // for one connection
	storeLimit       = 16 << 30 // bytes

	wsaAddressInUse = syscall.Errno(10048) // Windows' EADDRINUSE
)

// errStore says that the embedded server cannot use its stored files.
var errStore = errors.New("the coordinator's store is damaged")

// engine is the NATS server inside a coordinator.
type engine struct {
	server *server.Server
	gate   *gate
	fatal  atomic.Pointer[error] // why the server could not start
}

// startEngine listens at addr and stores lasting data in store. The error says
// in one sentence what to do.
func startEngine(ctx context.Context, id *Identity, adm *admission, addr, store string, log *slog.Logger) (*engine, error) {
	host, port, err := listenAt(ctx, id.pin, addr)
	if err != nil {
		return nil, err
	}
	secure, err := id.serverTLS(adm.now())
	if err != nil {
		return nil, err
	}
	g := &gate{admission: adm, subjects: subjects(id.pin.Fleet()), secret: rand.Text(), log: log}
	s, err := server.NewServer(&server.Options{
		ServerName: "hikgrab", Host: host, Port: port,
		NoSigs: true, MaxControlLine: controlLine, MaxPayload: fleet.MostBytes + headerRoom, MaxConn: mostConnections, MaxSubs: mostSubjects,
		PingInterval: pingEvery, MaxPingsOut: pingsOut, WriteDeadline: writeDeadline,
		AuthTimeout: handshakeTime.Seconds(), TLSTimeout: handshakeTime.Seconds(),
		TLS: true, TLSConfig: secure, TLSHandshakeFirst: true,
		CustomClientAuthentication: g, AlwaysEnableNonce: true,
		JetStream: true, StoreDir: store, SyncAlways: true, JetStreamMaxStore: storeLimit, JetStreamMaxMemory: 64 << 20,
		DisableJetStreamBanner: true,
	})
	if err != nil {
		return nil, fmt.Errorf("start the coordinator: %w", err)
	}
	g.server = s
	e := &engine{server: s, gate: g}
	// Debug and trace stay off: they print what machines connect with.
	s.SetLoggerV2(&engineLog{log, &e.fatal}, false, false, false)
	s.Start()
	for deadline := time.Now().Add(startLimit); e.fatal.Load() == nil && time.Now().Before(deadline); {
		if s.ReadyForConnections(startLook) && s.JetStreamEnabled() {
			return e, nil
		}
	}
	e.stop()
	err = errors.New("it did not become ready")
	if why := e.fatal.Load(); why != nil {
		err = *why
	}
	if strings.Contains(err.Error(), "JetStream") {
		err = fmt.Errorf("%w: %w", errStore, err)
	}
	return nil, fmt.Errorf("start the coordinator: %w", err)
}

func (e *engine) stop() {
	e.server.Shutdown()
	e.server.WaitForShutdown()
}

func checkListen(addr string) error {
	_, text, err := net.SplitHostPort(addr)
	if _, portErr := strconv.ParseUint(text, 10, 16); err != nil || portErr != nil {
		return fmt.Errorf("%q is not an address to listen at: write :7422 or 192.168.1.10:7422", addr)
	}
	return nil
}

// listenAt returns where a server asked to listen at addr can do so. Otherwise
// the error says why in a sentence; the server itself would only log it.
func listenAt(ctx context.Context, pin Pin, addr string) (host string, port int, err error) {
	if err := checkListen(addr); err != nil {
		return "", 0, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	switch {
	case err == nil:
	case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, wsaAddressInUse):
		if first := whoListens(ctx, pin, addr); first != "" {
			return "", 0, fmt.Errorf("another coordinator of yours listens at %s already: %s; stop it first, or let this machine join it with hikgrab work", addr, first)
		}
		return "", 0, fmt.Errorf("%w: another program listens at %s already", ErrPortTaken, addr)
	default:
		return "", 0, fmt.Errorf("listen at %s: %w", addr, err)
	}
	at := l.Addr().(*net.TCPAddr) // both families where the system has both
	return at.IP.String(), at.Port, l.Close()
}

// whoListens returns the name of the coordinator with this pin at addr, if any.
func whoListens(ctx context.Context, pin Pin, addr string) string {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	host, port, _ := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	conn, err := (&tls.Dialer{Config: pinnedTLS(pin)}).DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return ""
	}
	defer conn.Close()
	return conn.(*tls.Conn).ConnectionState().PeerCertificates[0].Subject.CommonName
}

// engineLog writes the server's messages to the run's log.
type engineLog struct {
	log   *slog.Logger
	fatal *atomic.Pointer[error]
}

func (l *engineLog) Noticef(format string, v ...any) {
	l.log.Debug("NATS: " + fmt.Sprintf(format, v...))
}

func (l *engineLog) Warnf(format string, v ...any) { l.log.Warn("NATS: " + fmt.Sprintf(format, v...)) }

func (l *engineLog) Errorf(format string, v ...any) {
	l.log.Error("NATS: " + fmt.Sprintf(format, v...))
}

func (l *engineLog) Fatalf(format string, v ...any) {
	err := fmt.Errorf(format, v...)
	l.fatal.CompareAndSwap(nil, &err)
	l.log.Error("NATS: " + err.Error())
}
func (l *engineLog) Debugf(string, ...any) {}
func (l *engineLog) Tracef(string, ...any) {}
