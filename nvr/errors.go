package nvr

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what went wrong in a way that decides what happens next.
type Kind int

// The kinds of failure, as the operator meets them.
const (
	KindUnknown Kind = iota // not an error of this package
	Auth                    // the recorder refused the user name or password
	Locked                  // the recorder refuses this address after too many bad logins
	Forbidden               // the login works, but the user lacks the right
	Busy                    // the recorder serves others; later it will serve us
	Gone                    // the recording no longer exists
	Unreachable             // no connection: refused, no route, no such host
	Timeout                 // connected, but nothing came for too long
	Slow                    // bytes came, but too few to ever finish
	Short                   // the body ended before the recording did
	Protocol                // the answer is not what a recorder says
	TLS                     // the certificate or handshake is not acceptable
	TooLarge                // far more came than was announced
)

// kinds has the word of each kind, what happened in words of its own, and what
// helps.
var kinds = [...]struct {
	name, what string
	remedy     Remedy
}{
	KindUnknown: {"error", "something unexpected happened", SeeLog},
	Auth:        {"auth", "the recorder refused the user name or password", CheckLogin},
	Locked:      {"locked", "the recorder refuses logins from this address after too many bad ones", WaitForUnlock},
	Forbidden:   {"forbidden", "the login works, but this user may not do that", GrantPlayback},
	Busy:        {"busy", "the recorder is busy with others", AskLess},
	Gone:        {"gone", "the recording is no longer on the recorder", FetchSooner},
	Unreachable: {"unreachable", "no connection", CheckAddress},
	Timeout:     {"timeout", "the recorder stopped answering", WaitLonger},
	Slow:        {"slow", "the data comes too slowly to ever finish", CheckNetwork},
	Short:       {"short", "the recording ended too early", CheckStorage},
	Protocol:    {"protocol", "unexpected answer", CheckDevice},
	TLS:         {"tls", "the encrypted connection was refused", CheckTLS},
	TooLarge:    {"too-large", "the recording has no end", PlayOnRecorder},
}

// Kinds lists every kind of failure, KindUnknown left out.
func Kinds() []Kind {
	var all []Kind
	for k := Auth; int(k) < len(kinds); k++ {
		all = append(all, k)
	}
	return all
}

// orUnknown keeps a kind within the table.
func (k Kind) orUnknown() Kind {
	if k < 0 || int(k) >= len(kinds) {
		return KindUnknown
	}
	return k
}

// String returns the kind's word, the same on screen, in JSON and in the docs.
func (k Kind) String() string {
	return kinds[k.orUnknown()].name
}

// Temporary reports whether the same request may work later without anybody
// doing anything. Protocol counts as temporary, because recorders answer with
// nonsense while they are restarting or short of memory; Locked does not,
// because it ends at a time of its own (Error.RetryAfter) and asking earlier
// makes it last longer.
func (k Kind) Temporary() bool {
	switch k {
	case Busy, Unreachable, Timeout, Slow, Short, Protocol:
		return true
	case KindUnknown, Auth, Locked, Forbidden, Gone, TLS, TooLarge:
	}
	return false
}

// Error is a failed operation on one recorder.
type Error struct {
	Op         string        // what was being done: "sign in", "search", "download", …
	Recorder   string        // host and port, as Address.String gives them
	Track      Track         // the track concerned; 0 when it concerns the recorder
	Kind       Kind          // what decides the next step
	Detail     string        // what the recorder or the network said, cleaned; may be empty
	RetryAfter time.Duration // how long the recorder asked to be left alone; 0 when it did not say
	TriesLeft  int           // logins left before a lock-out; -1 when the recorder did not say
	Err        error         // the cause; may be nil

	// Reached is how far a search came: every recording that begins before it
	// has been yielded, so that another search can go on there. Zero: nowhere.
	Reached time.Time

	what       string // what happened, in better words than the kind's own; may be empty
	remedy     Remedy // a better one than the kind's own; may be empty
	maybeGone  bool   // the reason may be that the recording no longer exists
	badRequest bool   // the recorder found fault with the request itself
	final      bool   // the same request cannot work before somebody has acted
	faulty     bool   // the recorder says that it failed, not that it is busy
}

// maxDetail is the width in cells of what is kept of a recorder's own words.
const maxDetail = 200

// failure starts an Error; who knows the operation and the recorder completes it.
func failure(k Kind, detail string, cause error) *Error {
	return &Error{Kind: k, Detail: CleanText(detail, maxDetail), TriesLeft: -1, Err: cause}
}

// unexpected starts a Protocol error that says in its own words what happened.
func unexpected(what string, cause error) *Error {
	e := failure(Protocol, "", cause)
	e.what = CleanText(what, maxDetail)
	return e
}

// finally marks a failure that the same request meets until somebody acts.
func (e *Error) finally() *Error {
	e.final = true
	return e
}

// Final reports whether asking again is of no use before somebody has changed
// the address, or something on the recorder: another kind of server answers
// there, or the device lacks the function.
func (e *Error) Final() bool { return e.final }

// Error returns one line: recorder, operation, what happened.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Recorder)
	if e.Track != 0 {
		fmt.Fprintf(&b, " track %d", e.Track)
	}
	fmt.Fprintf(&b, ": %s: %s", e.Op, e.What())
	return b.String()
}

// Faulty reports whether the recorder says that it failed, which it may say of
// one thing for ever, and not that it is busy, which passes.
func (e *Error) Faulty() bool { return e.faulty }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the first Error in err's chain, KindUnknown when
// there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return KindUnknown
}

// What returns what happened, as a sentence for a person. It begins in lower
// case, so that it reads well after "10.0.0.5: download: ".
func (e *Error) What() string {
	text := cmp.Or(e.what, kinds[e.Kind.orUnknown()].what)
	switch {
	case e.Kind == Auth && e.TriesLeft == 1:
		text += " (1 try left before it locks)"
	case e.Kind == Auth && e.TriesLeft >= 0:
		text += fmt.Sprintf(" (%d tries left before it locks)", e.TriesLeft)
	case e.Kind == Locked && e.RetryAfter > 0:
		text += ", for another " + roundUp(e.RetryAfter)
	}
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

const day = 24 * time.Hour

// roundUp writes a duration the way people say it.
func roundUp(d time.Duration) string {
	switch {
	case d <= time.Minute:
		return fmt.Sprintf("%d s", int((d+time.Second-1)/time.Second))
	case d <= 2*time.Hour:
		return fmt.Sprintf("%d min", int((d+time.Minute-1)/time.Minute))
	}
	if d > 2*day {
		return fmt.Sprintf("%d days", int((d+day-1)/day))
	}
	return fmt.Sprintf("%d h", int((d+time.Hour-1)/time.Hour))
}

// Remedy says what kind of thing a person can do about a failure. It is a fixed
// word for programs; whoever speaks to the operator has the sentence for it,
// because only they know what there is to type and to press.
type Remedy string

// Notice is something about a recorder that is worth knowing and hinders
// nothing. The zero Notice is none.
type Notice struct {
	What   string // a sentence for a person
	Remedy Remedy // what would settle it; may be empty
}

// What helps against the failures of a recorder. The empty Remedy is: nothing
// that a person could do.
const (
	CheckLogin       Remedy = "check-login"            // the user name or the password is wrong
	InsistOnLogin    Remedy = "insist-on-login"        // not tried, because one more refusal locks the account: only a person may
	WaitForUnlock    Remedy = "wait-for-unlock"        // wait until the lock ends, then see to the login
	GrantPlayback    Remedy = "grant-playback"         // give the user the right to remote playback, or use one who has it
	AskLess          Remedy = "ask-less"               // fewer downloads at once, here or by others
	FetchSooner      Remedy = "fetch-sooner"           // before the recorder overwrites it: too late for this one
	CheckAddress     Remedy = "check-address"          // the address, the network, the recorder's power
	WaitLonger       Remedy = "wait-longer"            // the network to the recorder, or more patience
	CheckNetwork     Remedy = "check-network"          // the network to the recorder
	CheckStorage     Remedy = "check-recorder-storage" // the recorder's disk
	CheckOwnDisk     Remedy = "check-camera-storage"   // a camera that searches its own card or disk, which it may not have
	CheckDevice      Remedy = "check-device"           // whether a Hikvision recorder answers at this address
	CheckPort        Remedy = "check-port"             // whether the port is one that speaks HTTP
	UseHTTPS         Remedy = "use-https"              // the port speaks HTTPS
	UseHTTP          Remedy = "use-http"               // the port speaks plain HTTP
	UseNewAddress    Remedy = "use-redirected-address" // the address that the recorder redirects to, if it is its own
	TrustThis        Remedy = "trust-certificate"      // accept the certificate whose SHA-256 the failure names, or any
	TrustNew         Remedy = "trust-new-certificate"  // find out why the certificate changed, then accept the new one
	AllowOldTLS      Remedy = "allow-old-tls"          // accept versions of TLS before 1.2
	CheckTLS         Remedy = "check-tls"              // accept any certificate, or do without TLS
	UseWebPort       Remedy = "use-web-port"           // the port of the recorder's web pages instead of that of the vendor's programs
	SwitchISAPIOn    Remedy = "switch-isapi-on"        // on the recorder
	AllowBasic       Remedy = "allow-basic"            // an old unit: allow it to see the password, or use TLS
	AllowWeaker      Remedy = "allow-weaker-login"     // find out why the recorder asks for less than before, then allow it
	UseDigest        Remedy = "use-digest"             // set the recorder's web authentication to digest
	NameChannels     Remedy = "name-channels"          // say which channels, since the recorder does not list them
	SearchByUTC      Remedy = "search-by-utc"          // say that the recorder searches by UTC
	SearchByLocal    Remedy = "search-by-local"        // say that the recorder searches by its wall clock
	PlayOnRecorder   Remedy = "play-on-recorder"       // see whether the recording is broken on the recorder itself
	SearchOnRecorder Remedy = "search-on-recorder"     // look at the camera's recordings on the recorder itself
	UseVendorProgram Remedy = "use-vendor-program"     // the device hands nothing out over HTTP
	RestartRecorder  Remedy = "restart-recorder"       // it answers with what no recorder says
	SeeLog           Remedy = "see-log"                // the log file has the details
)

// Remedy returns what helps, empty when nothing does that a person could do.
func (e *Error) Remedy() Remedy {
	return cmp.Or(e.remedy, kinds[e.Kind.orUnknown()].remedy)
}

// helped replaces the kind's own remedy.
func (e *Error) helped(by Remedy) *Error {
	e.remedy = by
	return e
}
