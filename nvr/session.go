package nvr

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	// maxSends bounds the requests of one exchange: an expired nonce, the
	// challenge that follows, a stale one, its successor.
	maxSends = 5

	// fewTries is the number of logins left at which a refused login is not tried
	// again. lastTry is the number at which not even the first try is made without
	// an operator's decision, because the next mistake locks everybody out.
	fewTries = 2
	lastTry  = 1

	// deniedOften is how many times in a row a request may lack a right before it
	// is no longer sent: each time looks like a bad login.
	deniedOften = 3

	// stillGood is how long an accepted login is assumed to be still good. After
	// that, the next request is sent alone: if the password has changed, only one
	// request is refused, not all that start together. With the one check that
	// follows, that is fewer than a lock after three.
	stillGood = time.Second

	// spentNonces is how many reused nonces in a row must fail, each on its own
	// path, before the session stops reusing them.
	spentNonces = 3
)

// session uses one login for all requests to one recorder. It answers
// challenges, proves the login once however many goroutines want it, and
// remembers a refused login instead of repeating it: recorders lock an address
// out after as few as three.
type session struct {
	wire   *wire
	login  Login
	nonces nonces

	secure  bool   // the connection is encrypted
	weakest Scheme // a weak scheme that is allowed anyway; SchemeNone: none

	proof chan struct{} // held by the exchange that proves the login

	mu sync.Mutex
	standing
	open    map[string]bool // accepted requests, as "METHOD path"
	denied  map[string]int  // how many times in a row a good login was refused, by keys as in open
	refused *Error          // the latch; nil while the login may be used
	until   time.Time       // when the latch opens automatically; zero: never
}

// standing is what a session knows about its login.
type standing struct {
	proven  bool          // the recorder accepted the login
	last    time.Time     // when it last did
	asked   bool          // it requires one; false: it answers anybody
	check   *http.Request // an accepted GET; tells a wrong password from a missing right
	basic   bool          // only Basic is offered
	scheme  Scheme        // the strongest scheme with an accepted login, in this run or before
	spent   int           // rejected reused nonces in a row
	perPath bool          // a nonce is valid only for the path whose 401 issued it
	forced  bool          // the operator insists on a try although few are left
}

// known returns what the session knows about its login.
func (s *session) known() standing {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.standing
}

// learn changes what the session knows about its login.
func (s *session) learn(change func(*standing)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.standing)
}

// lately reports whether the login was accepted recently enough to assume that
// it is still good.
func (k standing) lately() bool { return k.proven && time.Since(k.last) < stillGood }

func newSession(w *wire, a Address, login Login, f Facts) *session {
	return &session{
		wire: w, login: login, secure: a.HTTPS, weakest: a.Weakest, standing: standing{scheme: f.Scheme, perPath: f.NoncePerPath},
		proof: make(chan struct{}, 1), open: map[string]bool{}, denied: map[string]int{},
	}
}

// forgive opens the latch and forgets which requests were accepted.
func (s *session) forgive() {
	s.nonces.forget()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused, s.until = nil, time.Time{}
	s.proven, s.check, s.basic, s.spent, s.forced = false, nil, false, 0, true
	clear(s.open)
	clear(s.denied)
}

// latched returns the remembered refusal, or nil if the login may be used.
func (s *session) latched() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refused == nil {
		return nil
	}
	e := *s.refused
	if !s.until.IsZero() {
		e.RetryAfter = time.Until(s.until)
		if e.RetryAfter <= 0 {
			s.refused, s.until = nil, time.Time{}
			return nil
		}
	}
	return &e
}

// latch remembers a refusal. A lock with a known end opens automatically.
func (s *session) latch(e *Error) *Error {
	s.nonces.forget()
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := *e
	s.refused, s.until, s.proven, s.forced = &kept, time.Time{}, false, false
	if e.Kind == Locked && e.RetryAfter > 0 {
		s.until = time.Now().Add(e.RetryAfter)
	}
	return e
}

// do sends a request with the login and returns any answer but a 401. The
// request's body must have GetBody. Errors are *Error without operation and
// recorder, *wireError, or those of the request's context.
func (s *session) do(req *http.Request) (*http.Response, error) {
	if err := s.latched(); err != nil {
		return nil, err
	}
	if s.denials(req) >= deniedOften {
		return nil, failure(Forbidden, "", nil)
	}
	x := exchange{session: s, req: req}
	defer x.end()
	if !s.known().lately() {
		if err := x.alone(); err != nil {
			return nil, err
		}
		if s.known().lately() {
			x.end()
		}
	}
	return x.run()
}

// deny counts a request refused to a good login.
func (s *session) deny(req *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.denied[pathOf(req)]++
}

func (s *session) denials(req *http.Request) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.denied[pathOf(req)]
}

// accept records an answer that is not a 401. It proves the login only if the
// request carried it and the recorder got as far as checking it, or if the
// recorder requires none.
func (s *session) accept(req *http.Request, status int, login, reused bool, by Scheme) {
	good := status >= 200 && status < 300
	if !good && (!login || status >= 500) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.proven, s.forced, s.last = true, false, time.Now()
	s.asked = s.asked || login
	s.scheme = max(s.scheme, by)
	s.open[pathOf(req)] = true
	delete(s.denied, pathOf(req))
	if reused {
		s.spent = 0
	}
	if s.check == nil && good && login && req.Method == http.MethodGet && req.GetBody == nil {
		s.check = req.Clone(context.Background())
		s.check.Header = http.Header{}
	}
}

func pathOf(req *http.Request) string { return req.Method + " " + req.URL.Path }

// credential returns a free nonce for a request, or nil.
func (s *session) credential(req *http.Request) *nonce {
	k := s.known()
	if k.spent >= spentNonces || k.basic {
		return nil
	}
	return s.nonces.lease(req.URL.Path, k.perPath)
}

// send sends one copy of a request, and another if an idle connection turns out
// to be dead. n is held on entry and free on return.
func (s *session) send(req *http.Request, n *nonce) (*http.Response, error) {
	if n != nil {
		defer n.release()
	}
	for try := 1; ; try++ {
		one, err := s.prepare(req, n)
		if err != nil {
			return nil, err
		}
		resp, err := s.wire.RoundTrip(one)
		if err == nil {
			return resp, nil
		}
		w, ok := errors.AsType[*wireError](err)
		if !ok || !w.stale() || try == 2 {
			return nil, err
		}
		s.wire.dropIdle()
	}
}

// prepare copies a request with its body and adds the login.
func (s *session) prepare(req *http.Request, n *nonce) (*http.Request, error) {
	one := req.Clone(req.Context())
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, fmt.Errorf("repeating a request: %w", err)
		}
		one.Body = body
	}
	switch {
	case n != nil:
		return one, n.authorize(one, s.login)
	case s.known().basic:
		one.SetBasicAuth(s.login.User, string(s.login.Password))
	}
	return one, nil
}

// drain reads the rest of a short answer, so that its connection can be reused.
func drain(body io.ReadCloser) {
	_, _ = readShort(body, maxVerdict)
	_ = body.Close()
}
