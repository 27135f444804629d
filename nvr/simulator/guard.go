package simulator

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// account is a user as the guard knows it.
type account struct {
	password   string
	noPlayback bool
}

// nonce is a challenge that was given out.
type nonce struct {
	since time.Time
	uses  int
	count uint64 // highest nonce count seen
	url   string // the path of the request that it was given out for
}

// lock counts the refused logins of one address.
type lock struct {
	refused int
	until   time.Time
}

// guard decides who is let in.
type guard struct {
	auth  Auth
	realm string
	now   func() time.Time

	mu       sync.Mutex
	accounts map[string]account
	nonces   map[string]*nonce
	order    []string // nonces, oldest first
	locks    map[string]*lock
	serial   int
	accepted int
	stats    AuthStats
}

// AuthStats counts what happened at the door.
type AuthStats struct {
	Challenges int  // requests without credentials
	Accepted   int  // requests let in
	Refused    int  // logins refused: wrong user or password
	Stale      int  // right password, but a nonce that no longer holds
	WhenLocked int  // requests refused because of the lock
	Locked     bool // an address is locked now
}

// maxNonces bounds the memory of the guard; devices forget as well.
const maxNonces = 4096

func newGuard(c Config) *guard {
	g := &guard{
		auth: c.Auth, now: c.Now,
		realm:    "DVRNVRDVS",
		accounts: map[string]account{},
		nonces:   map[string]*nonce{},
		locks:    map[string]*lock{},
	}
	if c.Auth.Style == CameraStyle {
		g.realm = "IP Camera(83813)"
	}
	g.accounts[c.User] = account{password: c.Password}
	for _, u := range c.Users {
		g.accounts[u.Name] = account{password: u.Password, noPlayback: u.NoPlayback}
	}
	return g
}

// verdict is what the guard says about a request.
type verdict struct {
	user    string
	account account
	refusal *reply // nil lets the request in
	bare    bool   // the request carried no credentials
}

// check decides about a request.
func (g *guard) check(r *http.Request) verdict {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.lockOf(r)
	header := r.Header.Get("Authorization")
	if header == "" {
		g.stats.Challenges++
		return verdict{bare: true, refusal: g.refuse(r, l, false)}
	}
	if g.now().Before(l.until) {
		g.stats.WhenLocked++
		return verdict{refusal: g.refuse(r, l, false)}
	}
	user, known, right, stale := g.verify(r, header)
	switch {
	case !right || !known:
		g.stats.Refused++
		l.refused++
		if g.auth.LockAfter > 0 && l.refused >= g.auth.LockAfter {
			l.until = g.now().Add(g.auth.LockFor)
		}
		return verdict{refusal: g.refuse(r, l, false)}
	case stale:
		g.stats.Stale++
		return verdict{refusal: g.refuse(r, l, true)}
	}
	g.accepted++
	if g.auth.Spurious > 0 && g.accepted%g.auth.Spurious == 0 {
		return verdict{refusal: g.refuse(r, l, false)}
	}
	l.refused = 0
	g.stats.Accepted++
	return verdict{user: user, account: g.accounts[user]}
}

// lockOf returns the lock of the request's address, lifting one that is over.
func (g *guard) lockOf(r *http.Request) *lock {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	l := g.locks[host]
	if l == nil {
		l = &lock{}
		g.locks[host] = l
	}
	if !l.until.IsZero() && !g.now().Before(l.until) {
		*l = lock{}
	}
	return l
}

// verify reads the Authorization header. A request is stale when the password
// is right and the nonce is not.
func (g *guard) verify(r *http.Request, header string) (user string, known, right, stale bool) {
	scheme, rest, _ := strings.Cut(header, " ")
	if strings.EqualFold(scheme, "Basic") {
		if g.auth.Scheme != BasicOnly && g.auth.Scheme != DigestBasic {
			return "", false, false, false
		}
		text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
		if err != nil {
			return "", false, false, false
		}
		name, password, _ := strings.Cut(string(text), ":")
		a, ok := g.accounts[name]
		return name, ok, subtle.ConstantTimeCompare([]byte(password), []byte(a.password)) == 1, false
	}
	if !strings.EqualFold(scheme, "Digest") || g.auth.Scheme == BasicOnly {
		return "", false, false, false
	}
	p := parseCredentials(rest)
	a, known := g.accounts[p["username"]]
	if !known || !g.answers(r, p, a.password) {
		return p["username"], known, false, false
	}
	return p["username"], true, true, !g.spend(r, p)
}

// answers reports whether the response proves the password.
func (g *guard) answers(r *http.Request, p map[string]string, password string) bool {
	sum := md5.New
	switch algorithm := strings.ToUpper(or(p["algorithm"], "MD5")); {
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
	return subtle.ConstantTimeCompare([]byte(want), []byte(strings.ToLower(p["response"]))) == 1
}

// spend uses the nonce once more and reports whether it still holds.
func (g *guard) spend(r *http.Request, p map[string]string) bool {
	n := g.nonces[p["nonce"]]
	if n == nil {
		return false
	}
	if g.auth.NonceLifetime > 0 && g.now().Sub(n.since) > g.auth.NonceLifetime {
		return false
	}
	if g.auth.NonceUses > 0 && n.uses >= g.auth.NonceUses {
		return false
	}
	if g.auth.NonceBoundURL && n.url != r.URL.Path {
		return false
	}
	count, err := strconv.ParseUint(p["nc"], 16, 64)
	if err != nil || len(p["nc"]) != 8 || !g.auth.LooseCount && count <= n.count {
		return false
	}
	n.count = max(n.count, count)
	n.uses++
	return true
}

// parseCredentials reads the parameters of a digest Authorization header.
func parseCredentials(text string) map[string]string {
	p := map[string]string{}
	for text != "" {
		name, rest, ok := strings.Cut(text, "=")
		if !ok {
			return p
		}
		name = strings.ToLower(strings.Trim(name, " \t,"))
		var value string
		if strings.HasPrefix(rest, `"`) {
			value, rest = unquote(rest[1:])
		} else {
			value, rest, _ = strings.Cut(rest, ",")
			value = strings.TrimSpace(value)
		}
		p[name] = value
		text = rest
	}
	return p
}

// unquote reads up to the closing quote and returns what follows it.
func unquote(text string) (value, rest string) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
			if i < len(text) {
				b.WriteByte(text[i])
			}
		case '"':
			return b.String(), text[i+1:]
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String(), ""
}

func hexSum(sum func() hash.Hash, text string) string {
	h := sum()
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}
