package nvr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Config says how to reach a recorder. Address and Login are required; the zero
// values of the rest work.
type Config struct {
	Address  Address
	Login    Login
	Clock    Clock
	Timeout  time.Duration // give up on a connection that delivers nothing for this long; 0 means 30 s
	Insecure bool          // accept any TLS certificate
	Facts    Facts         // what an earlier run or another machine learned about the recorder
	Log      *slog.Logger  // nil discards

	// Dial opens connections; nil means the system's dialer. Tests use it to stay
	// inside the process.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Recorder is an ISAPI client for one recorder. Its methods are safe for
// concurrent use and share one sign-in.
type Recorder struct {
	config    Config
	log       *slog.Logger
	wire      *wire
	session   *session
	search    chan struct{} // held during the search of a page
	clockTurn chan struct{} // held while deciding which clock the device uses in searches

	mu      sync.Mutex
	joined  *joining // the current or completed sign-in; nil before the first
	learned learned
}

// learned is what the device's answers have shown, kept for the run. Facts
// passes some of it on to the next run.
type learned struct {
	remembered Facts // what Config.Facts says about this device

	serial      string           // the device's serial number
	zone        zone             // converts times in searches
	download    form             // the form that fetched a recording; unknown until one has
	addressed   bool             // a recording was fetched by GET from its own web address
	spurious    map[string]int   // spurious refusals per recording, by URI
	ends        map[string]int64 // the byte where a recording ended that should be longer, by URI
	ranges      rangeSkill       // whether Range is honoured
	shape       int              // the form of search request that it accepts
	shaped      bool             // shape is proven
	wrongLength bool             // its Content-Length is unreliable
	longest     time.Duration    // the longest range that it accepts in one search; 0: any
	index       time.Time        // it refuses searches that begin earlier; zero: none
	noSearch    map[Track]bool   // tracks for which it refuses every search
	byTime      bool             // it ignores the position in a search: continue by time
	timed       timeSkill        // whether download by time works
	turns       uint64           // searches begun, to detect another search between two pages
	channels    []int            // channel numbers that it listed
	clock       clockDecision    // the clock that it uses in searches
}

// New returns a recorder. It sends no request.
func New(c Config) *Recorder {
	log := c.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	w := newWire(c)
	return &Recorder{
		config:    c,
		log:       log.With("recorder", c.Address.String()),
		wire:      w,
		session:   newSession(w, c.Address, c.Login, c.Facts),
		learned:   c.Facts.recall(),
		search:    make(chan struct{}, 1),
		clockTurn: make(chan struct{}, 1),
	}
}

// Format writes the recorder's address for every verb of package fmt. Without
// it, fmt would print the password.
func (r *Recorder) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.config.Address.String()) }

// Forgive forgets a refused login and what was learned from it, so that the
// next call asks the recorder again. Only an operator should decide that,
// because recorders lock an address out after a few bad logins.
func (r *Recorder) Forgive() {
	r.session.forgive()
	r.wire.silent.Store(0)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.joined = nil
}

// Close closes idle connections. It does not affect running requests; cancel
// their contexts.
func (r *Recorder) Close() { r.wire.dropIdle() }

// learn changes what is known about the device.
func (r *Recorder) learn(change func(*learned)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.learned)
}

func (r *Recorder) known() learned {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.learned
}

// request creates a request that can be sent again.
func (r *Recorder) request(ctx context.Context, method, path, body string) (*http.Request, error) {
	var content io.Reader
	if body != "" {
		content = bytes.NewReader([]byte(body))
	}
	req, err := http.NewRequestWithContext(ctx, method, r.config.Address.origin()+path, content)
	if err != nil {
		return nil, fmt.Errorf("building a request: %w", err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/xml")
	}
	req.Header.Set("User-Agent", "hikgrab")
	return req, nil
}

// document is a short answer, read completely.
type document struct {
	status int
	header http.Header
	body   []byte
	sent   time.Time // when the request was sent
	came   time.Time // when the answer's headers arrived

	verdict bool // the body was an ISAPI verdict instead
}

// maxDocument bounds every answer that is not a recording, in bytes. The
// largest known are capabilities of some 200 KiB.
const maxDocument = 4 << 20

// fetch sends a request and reads a short answer with any status.
func (r *Recorder) fetch(ctx context.Context, method, path, body string) (document, error) {
	req, err := r.request(ctx, method, path, body)
	if err != nil {
		return document{}, err
	}
	d := document{sent: time.Now()}
	resp, err := r.session.do(req)
	if err != nil {
		return document{}, unanswered(err, r.wire.limit)
	}
	defer func() { _ = resp.Body.Close() }()
	d.status, d.header, d.came = resp.StatusCode, resp.Header, time.Now()
	d.body, err = readShort(resp.Body, maxDocument+1)
	r.log.Debug("request", "method", method, "path", path, "status", d.status, "bytes", len(d.body), "took", d.came.Sub(d.sent))
	switch {
	case err != nil:
		return document{}, brokenOff(ctx, err, r.wire.limit)
	case len(d.body) > maxDocument:
		d.body = nil
		return d, unexpected("an answer of more than 4 MiB", nil)
	}
	return d, nil
}

// refusal returns the Error for an answer that is not what was requested, or
// nil if the answer is good.
func (d document) refusal() *Error { return refusal(d.status, d.header, d.body) }

// fail adds the operation and the recorder to an error.
func (r *Recorder) fail(op string, track Track, err error) error {
	if err == nil {
		return nil
	}
	err = unanswered(err, r.wire.limit)
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	whole := *e
	if whole.Kind == Gone && op != "download" {
		whole.Kind, whole.Detail = Protocol, strings.TrimSpace(whole.Detail+", it has no such function")
	}
	if whole.Kind == Protocol && whole.remedy == "" && r.session.known().proven {
		whole.remedy = RestartRecorder // it is a recorder, whatever it says now
	}
	whole.Op, whole.Track, whole.Recorder = op, track, r.config.Address.String()
	r.log.Debug("failed", "op", op, "track", int(track), "kind", whole.Kind.String(), "what", whole.What(), "cause", whole.Err)
	return &whole
}
