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

// Config says how to reach a recorder. Address and Login are needed, the rest
// has working zero values.
type Config struct {
	Address  Address
	Login    Login
	Clock    Clock
	Timeout  time.Duration // give up on a connection that delivers nothing for so long; 0 means 30 s
	Insecure bool          // accept any TLS certificate
	Facts    Facts         // what an earlier run or another machine learned of the recorder
	Log      *slog.Logger  // nil discards

	// Dial opens connections; nil means the system's dialer. Tests use it to
	// stay inside the process.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Recorder is one recorder spoken to over ISAPI. Its methods may be called by
// many goroutines at once; they share one sign-in.
type Recorder struct {
	config  Config
	log     *slog.Logger
	wire    *wire
	session *session
	search  chan struct{} // held by the one page that is being searched
	reckons chan struct{} // held while it is found out by which clock the device searches

	mu      sync.Mutex
	joined  *joining // the sign-in under way or done; nil before the first
	learned learned
}

// learned is what the answers of a device taught, kept for the run; what Facts
// holds of it goes on to the next.
type learned struct {
	remembered Facts // what Config.Facts said of this device

	serial    string           // the device's serial number
	zone      zone             // what times of searches are converted with
	download  form             // what fetched a recording; unknown until something did
	addressed bool             // a recording came by GET from its own web address
	fits      map[string]int   // how often a recording was refused for nothing, by URI
	ends      map[string]int64 // at which byte a recording ended that should have more, by URI
	ranges    rangeSkill       // whether Range is honoured
	shape     int              // the form of search request that it takes
	shaped    bool             // shape is proven
	unlength  bool             // its Content-Length cannot be believed
	longest   time.Duration    // the longest range that it lets search at once; 0: any
	index     time.Time        // it refuses searches that begin earlier; zero: none
	mute      map[Track]bool   // tracks of which it refuses every search
	byTime    bool             // it ignores the position in a search: go on by time
	timed     timeSkill        // whether it downloads by time
	turns     uint64           // searches begun, to notice that another came between two pages
	channels  []int            // numbers that it listed
	clock     reckoning        // by which clock it searches
}

// New returns a recorder and contacts nobody.
func New(c Config) *Recorder {
	log := c.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	w := newWire(c)
	return &Recorder{
		config:  c,
		log:     log.With("recorder", c.Address.String()),
		wire:    w,
		session: newSession(w, c.Address, c.Login, c.Facts),
		learned: c.Facts.recall(),
		search:  make(chan struct{}, 1),
		reckons: make(chan struct{}, 1),
	}
}

// Format writes the recorder's address for every verb of package fmt, which
// would otherwise reach through to the password.
func (r *Recorder) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.config.Address.String()) }

// Forgive forgets a refused login and what was learned from it, so that the
// next call asks the recorder once more. Only an operator should decide that:
// recorders lock an address after a few bad logins.
func (r *Recorder) Forgive() {
	r.session.forgive()
	r.wire.silent.Store(0)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.joined = nil
}

// Close drops idle connections. Requests under way are not touched: cancel
// their contexts.
func (r *Recorder) Close() { r.wire.dropIdle() }

// learn changes what is known of the device.
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

// request builds a request that can be sent again.
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

// document is a short answer, read whole.
type document struct {
	status int
	header http.Header
	body   []byte
	sent   time.Time // when the request went out
	came   time.Time // when the answer's headers were here

	verdict bool // what came in its place was a verdict of ISAPI
}

// maxDocument bounds every answer that is not a recording. The largest seen
// are capabilities of some 200 KiB.
const maxDocument = 4 << 20

// fetch sends a request and reads a short answer, whatever its status.
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

// refusal is the Error of an answer that is not what was asked for, nil when
// the answer is good.
func (d document) refusal() *Error { return refusal(d.status, d.header, d.body) }

// fail completes an error with what was being done and where.
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
