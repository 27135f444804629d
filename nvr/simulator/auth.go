package simulator

import (
	"cmp"
	"time"
)

// Scheme is the set of login schemes that a device offers.
type Scheme int

// The schemes.
const (
	DigestMD5    Scheme = iota // the common one
	DigestSHA256               // the web setting "SHA256"
	DigestBoth                 // "MD5/SHA256": two WWW-Authenticate headers
	BasicOnly                  // units of 2014, e.g. DS-2CD2132-I
	DigestBasic                // MD5 digest and Basic
)

// Style is the form of a digest challenge.
type Style int

// The styles.
const (
	StyleOfKind   Style = iota // the usual one of the family
	RecorderStyle              // quoted algorithm and stale, domain, empty opaque
	CameraStyle                // no algorithm, no opaque
)

// Stale is the stale field of a challenge with a new nonce.
type Stale int

// The values of the stale field after a nonce is used up.
const (
	StaleTold   Stale = iota // TRUE
	StaleDenied              // FALSE, always
	StaleAbsent              // no stale field
)

// LockBody is the form of the body of a refused login.
type LockBody int

// The bodies of a refused login.
const (
	LongBody   LockBody = iota // userCheck with lock status, seconds and attempts left
	ShortBody                  // userCheck with status only
	HTMLBody                   // a web page, as cameras send
	NoBody                     // nothing
	StatusLock                 // a ResponseStatus with the lock fields
)

// Auth is the login behavior of a recorder. The zero value is MD5 digest with
// nonces of unlimited use, nonce counts that must rise, and a lock of half an
// hour after seven refused logins.
type Auth struct {
	Scheme        Scheme
	Style         Style
	NonceUses     int           // requests per nonce; 0 is unlimited
	NonceLifetime time.Duration // 0 is unlimited
	NonceBoundURL bool          // a nonce is valid only for the URL whose 401 issued it
	LooseCount    bool          // a nonce count may repeat or be out of order
	Stale         Stale
	LockAfter     int           // refused logins before the lock; default 7, negative is never
	LockFor       time.Duration // default 30 minutes
	Body          LockBody
	Spurious      int // refuse every n-th request that has the right login; 0 never
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

// triesLeft returns the element that tells the logins left before the lock, or
// nothing if there is no lock.
func (a Auth) triesLeft(name string, refused int) string {
	if a.LockAfter < 0 {
		return ""
	}
	return element(name, max(0, a.LockAfter-refused))
}
