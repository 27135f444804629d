package nvr

import "net/http"

// exchange is one request, from the first attempt to an answer that is not a
// 401.
type exchange struct {
	session  *session
	req      *http.Request
	holds    bool // this exchange holds session.proof: no other tries the login
	refusals int  // refused logins in this exchange
	checked  bool // the login was found good meanwhile
	foreign  bool // a nonce of another path was refused
}

// alone waits until no other exchange is proving the login. It fails if the
// previous one found the login refused.
func (x *exchange) alone() error {
	if x.holds {
		return nil
	}
	select {
	case x.session.proof <- struct{}{}:
		x.holds = true
		return x.session.latched()
	case <-x.req.Context().Done():
		return x.req.Context().Err()
	}
}

func (x *exchange) end() {
	if x.holds {
		x.holds = false
		<-x.session.proof
	}
}

// run tries an available nonce, then the recorder's challenges.
//
// A 401 has four meanings: a nonce has expired (normal), the login is wrong
// (never repeated), the address is locked out (the body says so), or the user
// lacks a right (the body says so, or another request that was accepted before
// shows it).
func (x *exchange) run() (*http.Response, error) {
	s := x.session
	n := s.credential(x.req)
	login := n != nil || s.known().basic // the request carries the login
	fresh := false                       // n answers a challenge of this exchange
	for range maxSends {
		resp, err := s.send(x.req, n)
		if err != nil {
			return nil, err
		}
		if resp.StatusCode != http.StatusUnauthorized {
			s.accept(x.req, resp.StatusCode, login, n != nil && !fresh, schemeOf(n, login))
			if x.foreign && fresh {
				s.learn(func(k *standing) { k.perPath = true }) // the same login was accepted with a nonce of this path
			}
			return resp, nil
		}
		answer := readUnauthorized(resp)
		if e := x.saidOutright(answer); e != nil {
			return nil, e
		}
		if login && !answer.stale() {
			switch {
			case n != nil && n.path != x.req.URL.Path:
				x.foreign = true
			case !fresh:
				s.learn(func(k *standing) { k.spent++ })
			}
			if err := x.refused(answer); err != nil {
				return nil, err
			}
			if answer.challenge == nil && !answer.basic {
				n, login, fresh = nil, false, false
				continue
			}
		}
		if n, err = x.next(x.req, answer, n); err != nil {
			return nil, err
		}
		login, fresh = true, true
	}
	if n != nil && fresh {
		n.release() // adopted, but not used
	}
	return nil, signInLoop()
}

// schemeOf returns the scheme that a request used for its login.
func schemeOf(n *nonce, login bool) Scheme {
	switch {
	case n != nil:
		return schemeOfAlgorithm(n.challenge.Algorithm)
	case login:
		return SchemeBasic
	}
	return SchemeNone
}

// next returns the nonce for the challenge that a request got, or nil for
// Basic.
func (x *exchange) next(req *http.Request, answer unauthorized, old *nonce) (*nonce, error) {
	s := x.session
	if weak := s.tooWeak(answer.scheme()); weak != nil {
		return nil, s.latch(weak)
	}
	if answer.challenge == nil {
		if !answer.basic {
			return nil, unexpected("the recorder asks for a kind of sign-in that hikgrab does not know: "+answer.offered, nil).
				withRemedy(UseDigest)
		}
		s.learn(func(k *standing) { k.basic = true })
		return nil, nil
	}
	return s.nonces.adopt(x.req.Context(), answer.challenge, req.URL.Path, old)
}

// saidOutright handles a 401 whose body states the reason.
func (x *exchange) saidOutright(answer unauthorized) *Error {
	if left, locked := answer.status.locked(); locked {
		e := failure(Locked, answer.words, nil)
		e.RetryAfter = left
		return x.session.latch(e)
	}
	if answer.status.noRight() {
		return failure(Forbidden, answer.words, nil)
	}
	tries := answer.status.triesLeft()
	// Few tries left do not stop a login that was accepted before, or one that the
	// operator insists on.
	if k := x.session.known(); x.refusals == 0 && tries >= 0 && tries <= lastTry && !k.proven && !k.forced {
		e := failure(Auth, "", nil)
		e.TriesLeft, e.what = tries, "the login was not tried"
		return x.session.latch(e.withRemedy(InsistOnLogin))
	}
	return nil
}

// refused decides what a refused login means, and whether to try again. A login
// that was never accepted is not tried again. One that was may have met an
// expired nonce, a glitch of the recorder, a changed password or a missing
// right. One more try tells which, and only one exchange makes it.
func (x *exchange) refused(answer unauthorized) error {
	s := x.session
	x.refusals++
	few, reserve := answer.status.triesLeft(), fewTries
	if x.foreign && !x.checked {
		reserve = lastTry // the nonce is more likely at fault than the password
	}
	switch {
	case x.checked:
		s.deny(x.req)
		return failure(Forbidden, answer.words, nil)
	case x.refusals > 1, !s.known().proven, few >= 0 && few <= reserve:
		return s.latch(refusedLogin(answer))
	}
	if err := x.alone(); err != nil {
		return err
	}
	s.mu.Lock()
	accepted := s.open[pathOf(x.req)]
	s.mu.Unlock()
	if accepted {
		return nil
	}
	return x.checkLogin(answer)
}

// checkLogin repeats a request that was accepted before, to learn whether the
// login is still good. It uses a new challenge for that request, because appweb
// (IOTechSystems/onvif#41) refuses a challenge issued for another URL, whatever
// the password. A refusal is latched.
func (x *exchange) checkLogin(answer unauthorized) error {
	s := x.session
	k := s.known()
	req := k.check
	if req == nil {
		return s.latch(refusedLogin(answer))
	}
	req = req.WithContext(x.req.Context())
	var n *nonce
	login := k.basic
	for range maxSends {
		resp, err := s.send(req, n)
		if err != nil {
			return err
		}
		if resp.StatusCode != http.StatusUnauthorized {
			drain(resp.Body)
			x.checked = true
			return nil
		}
		answer = readUnauthorized(resp)
		if e := x.saidOutright(answer); e != nil {
			return e
		}
		if login && !answer.stale() {
			return s.latch(refusedLogin(answer))
		}
		if n, err = x.next(req, answer, n); err != nil {
			return err
		}
		login = true
	}
	if n != nil {
		n.release()
	}
	return signInLoop()
}

// signInLoop returns the failure of a recorder that sends challenges without
// end.
func signInLoop() *Error { return unexpected("the recorder keeps asking to sign in again", nil) }

// tooWeak refuses to send the login by a weak scheme: Basic shows the password
// to everybody on the way, and an attacker there can offer less than the
// recorder would.
func (s *session) tooWeak(offered Scheme) *Error {
	before := s.known().scheme
	what, help := "", AllowWeaker
	switch {
	case offered == SchemeNone, s.weakest != SchemeNone && offered >= s.weakest:
		return nil
	case offered < before:
		what = "the login was not sent: this recorder took it by " + schemes[before.orNone()].words + " before and now asks for " + schemes[offered].words +
			"; someone in between may be trying to read it"
	case offered == SchemeBasic && !s.secure:
		what = "the login was not sent: the recorder accepts only Basic, which lets anyone on the network read the password"
		help = AllowBasic
	default:
		return nil
	}
	e := failure(Auth, "", nil)
	e.what = what
	return e.withRemedy(help)
}

func refusedLogin(answer unauthorized) *Error {
	e := failure(Auth, "", nil)
	e.TriesLeft = answer.status.triesLeft()
	return e
}
