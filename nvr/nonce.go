package nvr

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/icholy/digest"
)

// maxNonces is how many nonces a session keeps. One for each request that waits
// for its headers at the same time is enough.
const maxNonces = 16

// nonce is a digest challenge and its use count. Its holder has exclusive use
// until headers arrive, so that the recorder sees the counts in order: some
// refuse a count that is not the highest so far.
type nonce struct {
	held      chan struct{} // full while a request holds the nonce
	challenge *digest.Challenge
	path      string // of the request whose 401 issued it; some devices accept it for no other path
	uses      int
}

// authorize adds the login to a request and counts one use.
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

// nonces holds the nonces of a session.
type nonces struct {
	mu    sync.Mutex
	known []*nonce
}

// lease returns a free nonce, or nil if there is none. With perPath, it must
// have been issued for path.
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

// adopt returns the nonce of a challenge for a request to path, held. A
// recorder may issue the same nonce to everybody; then its count continues, and
// adopt waits for its turn. replaces is the nonce that the challenge replaces;
// it may be nil.
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

// forget drops every nonce. Those in use end with their request.
func (p *nonces) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known = nil
}
