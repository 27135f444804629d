package nvr

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/icholy/digest"
)

// maxNonces is how many nonces a session keeps: one per request that waits for
// its headers at one time is enough.
const maxNonces = 16

// nonce is one digest challenge and how often it has been used. Whoever holds
// it sends with it alone until headers arrive, so that the recorder sees the
// counts in order: some refuse a count that is not the highest so far.
type nonce struct {
	held      chan struct{} // full while a request holds the nonce
	challenge *digest.Challenge
	path      string // of the request whose 401 gave it out; on some devices it is good for no other
	uses      int
}

// authorize puts the login into a request, counting one use.
func (n *nonce) authorize(req *http.Request, login Login) error {
	n.uses++
	credentials, err := digest.Digest(n.challenge, digest.Options{
		Method:   req.Method,
		URI:      req.URL.RequestURI(),
		GetBody:  req.GetBody,
		Count:    n.uses,
		Username: login.User,
		Password: string(login.Password),
	})
	if err != nil {
		return fmt.Errorf("answering the recorder's challenge: %w", err)
	}
	req.Header.Set("Authorization", credentials.String())
	return nil
}

func (n *nonce) release() { <-n.held }

// nonces are those that a session knows.
type nonces struct {
	mu    sync.Mutex
	known []*nonce
}

// lease returns a nonce that nobody uses, nil when there is none. With perPath
// it must have been given out for that very path.
func (p *nonces) lease(path string, perPath bool) *nonce {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range slices.Backward(p.known) {
		if perPath && n.path != path {
			continue
		}
		select {
		case n.held <- struct{}{}:
			return n
		default:
		}
	}
	return nil
}

// adopt returns the nonce of a challenge that a request to path got, held. A
// recorder may hand out the same nonce to everybody; then its count goes on, and
// adopt waits for its turn. The nonce that the challenge replaces may be nil.
func (p *nonces) adopt(ctx context.Context, c *digest.Challenge, path string, replaces *nonce) (*nonce, error) {
	p.mu.Lock()
	for _, n := range p.known {
		if n.challenge.Nonce == c.Nonce && n.challenge.Realm == c.Realm && n.challenge.Algorithm == c.Algorithm {
			p.mu.Unlock()
			select {
			case n.held <- struct{}{}:
				return n, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
	}
	defer p.mu.Unlock()
	p.known = slices.DeleteFunc(p.known, func(n *nonce) bool { return n == replaces })
	if len(p.known) >= maxNonces {
		p.known = slices.Delete(p.known, 0, 1)
	}
	n := &nonce{challenge: c, path: path, held: make(chan struct{}, 1)}
	n.held <- struct{}{}
	p.known = append(p.known, n)
	return n, nil
}

// forget drops every nonce; those in use end with their request.
func (p *nonces) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known = nil
}
