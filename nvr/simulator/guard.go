package simulator

import (
	"cmp"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// nonce is an issued challenge.
type nonce struct {
	since time.Time
	uses  int
	count uint64 // highest nonce count seen
	url   string // the path of the request whose challenge it was
}

// lock counts the refused logins of one address.
type lock struct {
	refused int
	until   time.Time
}

// guard checks logins.
type guard struct {
	auth  Auth
	realm string
	now   func() time.Time

	mu        sync.Mutex
	passwords map[string]string // by user
	nonces    map[string]*nonce
	order     []string // nonces, oldest first
	locks     map[string]*lock
	serial    int
	accepted  int
	stats     AuthStats
}

// AuthStats counts logins and refusals.
type AuthStats struct {
	Challenges int  // requests without credentials
	Accepted   int  // requests accepted
	Refused    int  // logins refused: wrong user or password
	Stale      int  // right password, but an expired nonce
	WhenLocked int  // requests refused because of the lock
	Locked     bool // an address is locked now
}

// maxNonces bounds the guard's memory. Devices forget nonces as well.
const maxNonces = 4096

func newGuard(c Config) *guard {
	g := &guard{
		auth: c.Auth, now: c.Now,
		realm:     "DVRNVRDVS",
		passwords: map[string]string{c.User: c.Password},
		nonces:    map[string]*nonce{},
		locks:     map[string]*lock{},
	}
	if c.Auth.Style == CameraStyle {
		g.realm = "IP Camera(83813)"
	}
	return g
}

// check returns nil to accept a request, or the refusal. bare reports a request
// without credentials.
func (g *guard) check(r *http.Request) (refusal *reply, bare bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.lockOf(r)
	header := r.Header.Get("Authorization")
	if header == "" {
		g.stats.Challenges++
		return g.refuse(r, l, false), true
	}
	if g.now().Before(l.until) {
		g.stats.WhenLocked++
		return g.refuse(r, l, false), false
	}
	right, stale := g.verify(r, header)
	switch {
	case !right:
		g.stats.Refused++
		l.refused++
		if g.auth.LockAfter > 0 && l.refused >= g.auth.LockAfter {
			l.until = g.now().Add(g.auth.LockFor)
		}
		return g.refuse(r, l, false), false
	case stale:
		g.stats.Stale++
		return g.refuse(r, l, true), false
	}
	g.accepted++
	if g.auth.Spurious > 0 && g.accepted%g.auth.Spurious == 0 {
		return g.refuse(r, l, false), false
	}
	l.refused = 0
	g.stats.Accepted++
	return nil, false
}

// lockOf returns the lock of the request's address, and resets it if it has
// expired.
func (g *guard) lockOf(r *http.Request) *lock {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	l := g.locks[host]
	if l == nil || !l.until.IsZero() && !g.now().Before(l.until) {
		l = &lock{}
		g.locks[host] = l
	}
	return l
}

// verify checks the Authorization header. A request is stale if the password is
// right and the nonce is not.
func (g *guard) verify(r *http.Request, header string) (right, stale bool) {
	if user, password, ok := r.BasicAuth(); ok {
		want, known := g.passwords[user]
		return known && password == want && (g.auth.Scheme == BasicOnly || g.auth.Scheme == DigestBasic), false
	}
	scheme, rest, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Digest") || g.auth.Scheme == BasicOnly {
		return false, false
	}
	p := parseCredentials(rest)
	password, known := g.passwords[p["username"]]
	if !known || !g.answers(r, p, password) {
		return false, false
	}
	return true, !g.useNonce(r, p)
}

// answers reports whether the response proves the password.
func (g *guard) answers(r *http.Request, p map[string]string, password string) bool {
	sum := md5.New
	switch algorithm := strings.ToUpper(cmp.Or(p["algorithm"], "MD5")); {
	case algorithm == "MD5" && g.auth.Scheme != DigestSHA256:
	case algorithm == "SHA-256" && (g.auth.Scheme == DigestSHA256 || g.auth.Scheme == DigestBoth):
		sum = sha256.New
	default:
		return false
	}
	if p["uri"] != r.RequestURI || p["realm"] != g.realm || p["qop"] != "auth" {
		return false
	}
	ha1 := hexSum(sum, p["username"]+":"+g.realm+":"+password)
	ha2 := hexSum(sum, r.Method+":"+p["uri"])
	want := hexSum(sum, strings.Join([]string{ha1, p["nonce"], p["nc"], p["cnonce"], p["qop"], ha2}, ":"))
	return want == strings.ToLower(p["response"])
}

// useNonce uses the nonce once more and reports whether it is still valid.
func (g *guard) useNonce(r *http.Request, p map[string]string) bool {
	n := g.nonces[p["nonce"]]
	count, err := strconv.ParseUint(p["nc"], 16, 64)
	switch {
	case n == nil,
		g.auth.NonceLifetime > 0 && g.now().Sub(n.since) > g.auth.NonceLifetime,
		g.auth.NonceUses > 0 && n.uses >= g.auth.NonceUses,
		g.auth.NonceBoundURL && n.url != r.URL.Path,
		err != nil || len(p["nc"]) != 8 || !g.auth.LooseCount && count <= n.count:
		return false
	}
	n.count = max(n.count, count)
	n.uses++
	return true
}

// credential matches one parameter of a digest Authorization header.
var credential = regexp.MustCompile(`([^\s,="]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*))`)

// parseCredentials parses the parameters of a digest Authorization header.
func parseCredentials(text string) map[string]string {
	p := map[string]string{}
	for _, m := range credential.FindAllStringSubmatch(text, -1) {
		p[strings.ToLower(m[1])] = escaped.ReplaceAllString(m[2], "$1") + m[3]
	}
	return p
}

// escaped matches a quoted character.
var escaped = regexp.MustCompile(`\\(.)`)

func hexSum(sum func() hash.Hash, text string) string {
	h := sum()
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}
