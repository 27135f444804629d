package simulator

import (
	"cmp"
	"time"
)

// Scheme says which ways of signing in are offered.
type Scheme int

// The schemes.
const (
	DigestMD5    Scheme = iota // the common one
	DigestSHA256               // the web setting "SHA256"
	DigestBoth                 // "MD5/SHA256": two WWW-Authenticate headers
	BasicOnly                  // units of 2014, e.g. DS-2CD2132-I
	DigestBasic                // MD5 digest and Basic
)

// Style is what a digest challenge looks like.
type Style int

// The styles.
const (
	StyleOfKind   Style = iota // the family's own
	RecorderStyle              // quoted algorithm and stale, domain, empty opaque
	CameraStyle                // no algorithm, no opaque
)

// Stale says what the stale field of a renewed challenge says.
type Stale int

// What the stale field says when a nonce is used up.
const (
	StaleTold   Stale = iota // TRUE
	StaleDenied              // FALSE, always
	StaleAbsent              // nothing
)

// LockBody is the body of a refused login.
type LockBody int

// The bodies of a refused login.
const (
	LongBody   LockBody = iota // userCheck with lock status, seconds and tries left
	ShortBody                  // userCheck with status only
	HTMLBody                   // a page for people, as cameras send
	NoBody                     // nothing
	StatusLock                 // a ResponseStatus that carries the lock fields
)

// Auth says how the recorder lets users in. The zero value is MD5 digest with
// nonces of unlimited use, counts that must rise, and a lock after seven
// refused logins for half an hour.
type Auth struct {
	Scheme        Scheme
	Style         Style
	NonceUses     int           // requests per nonce; 0 is unlimited
	NonceLifetime time.Duration // 0 is unlimited
	NonceBoundURL bool          // a nonce holds only for the URL whose 401 gave it out
	LooseCount    bool          // a nonce count may come twice or out of order
	Stale         Stale
	LockAfter     int           // refused logins before the lock; default 7, negative is never
	LockFor       time.Duration // default 30 minutes
	Body          LockBody
	Spurious      int // every n-th request with the right login is refused all the same; 0 never
}

func (a Auth) withDefaults(k Kind) Auth {
	if a.Style == StyleOfKind {
		a.Style = RecorderStyle
		if k == Camera {
			a.Style = CameraStyle
		}
	}
	a.LockAfter = cmp.Or(a.LockAfter, 7)
	a.LockFor = cmp.Or(a.LockFor, 30*time.Minute)
	return a
}
