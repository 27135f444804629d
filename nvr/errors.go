package nvr

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// Kind is the kind of a failure. It decides what happens next.
type Kind int

// The kinds of failure.
const (
	KindUnknown Kind = iota // not an error of this package
	Auth                    // the recorder refused the user name or password
	Locked                  // the recorder refuses this address for now, after too many bad logins
	Forbidden               // the login works, but the user lacks the right
	Busy                    // the recorder is serving others; try again later
	Gone                    // the recording no longer exists
	Unreachable             // no connection: refused, no route, no such host
	Timeout                 // connected, but nothing arrived for too long
	Slow                    // bytes arrived, but too slowly to ever finish
	Short                   // the body ended before the recording did
	Protocol                // not an answer that recorders give
	TLS                     // the certificate or handshake is not acceptable
	TooLarge                // far more bytes than announced
)

// kinds holds each kind's name, what happened, what helps, and whether the same
// request may work later without any action.
var kinds = [...]struct {
	name, what string
	remedy     Remedy
	temporary  bool
}{
	KindUnknown: {"error", "something unexpected happened", SeeLog, false},
	Auth:        {"auth", "the recorder refused the user name or password", CheckLogin, false},
	Locked:      {"locked", "the recorder refuses logins from this address after too many bad ones", WaitForUnlock, false},
	Forbidden:   {"forbidden", "the login works, but this user may not do that", GrantPlayback, false},
	Busy:        {"busy", "the recorder is busy with others", AskLess, true},
	Gone:        {"gone", "the recording is no longer on the recorder", FetchSooner, false},
	Unreachable: {"unreachable", "no connection", CheckAddress, true},
	Timeout:     {"timeout", "the recorder stopped answering", WaitLonger, true},
	Slow:        {"slow", "the data comes too slowly to ever finish", CheckNetwork, true},
	Short:       {"short", "the recording ended too early", CheckStorage, true},
	Protocol:    {"protocol", "unexpected answer", CheckDevice, true},
	TLS:         {"tls", "the encrypted connection was refused", CheckTLS, false},
	TooLarge:    {"too-large", "the recording has no end", PlayOnRecorder, false},
}

// Kinds lists every kind of failure except KindUnknown.
func Kinds() []Kind {
	var all []Kind
	for k := Auth; int(k) < len(kinds); k++ {
		all = append(all, k)
	}
	return all
}

// orUnknown maps a kind outside the table to KindUnknown.
func (k Kind) orUnknown() Kind {
	if k < 0 || int(k) >= len(kinds) {
		return KindUnknown
	}
	return k
}

// String returns the kind's name, as used on screen, in JSON and in the docs.
func (k Kind) String() string { return kinds[k.orUnknown()].name }

// Temporary reports whether the same request may work later without any action.
// Protocol is temporary, because recorders answer with nonsense while they
// restart or run short of memory. Locked is not: it ends at a fixed time
// (Error.RetryAfter), and asking earlier prolongs it.
func (k Kind) Temporary() bool { return kinds[k.orUnknown()].temporary }

// Error is a failed operation on one recorder.
type Error struct {
	Op         string        // the operation: "sign in", "search", "download", …
	Recorder   string        // host and port, from Address.String
	Track      Track         // the track, or 0 if the failure is about the recorder
	Kind       Kind          // decides the next step
	Detail     string        // what the recorder or the network said, cleaned; may be empty
	RetryAfter time.Duration // how long the recorder asked to wait; 0 if it did not say
	TriesLeft  int           // logins left before a lock-out; -1 if the recorder did not say
	Err        error         // the cause; may be nil

	// Reached is how far a search got: every recording that begins before it has
	// been yielded, so another search can resume there. Zero: nowhere.
	Reached time.Time

	what       string // what happened, if more precise than the kind's text; may be empty
	remedy     Remedy // replaces the kind's remedy; may be empty
	maybeGone  bool   // the recording may no longer exist
	badRequest bool   // the recorder rejected the request as invalid
	final      bool   // the same request cannot work until somebody acts
	faulty     bool   // the recorder says that it failed, not that it is busy
}

// maxDetail is the maximum width of a recorder's own words, in cells.
const maxDetail = 200

// failure creates an Error without operation and recorder.
func failure(k Kind, detail string, cause error) *Error {
	return &Error{Kind: k, Detail: CleanText(detail, maxDetail), TriesLeft: -1, Err: cause}
}

// unexpected creates a Protocol error with its own text.
func unexpected(what string, cause error) *Error {
	e := failure(Protocol, "", cause)
	e.what = CleanText(what, maxDetail)
	return e
}

// finally marks a failure that repeats until somebody acts.
func (e *Error) finally() *Error {
	e.final = true
	return e
}

// Final reports whether asking again is useless until somebody changes the
// address, or something on the recorder: another kind of server answers there,
// or the device lacks the function.
func (e *Error) Final() bool { return e.final }

// Error returns one line: recorder, operation, what happened.
func (e *Error) Error() string {
	track := ""
	if e.Track != 0 {
		track = fmt.Sprintf(" track %d", e.Track)
	}
	return fmt.Sprintf("%s%s: %s: %s", e.Recorder, track, e.Op, e.What())
}

// Faulty reports whether the recorder says that it failed, not that it is busy.
// Busy passes; a failure may be permanent for one request.
func (e *Error) Faulty() bool { return e.faulty }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the first Error in err's chain, or KindUnknown if
// there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return KindUnknown
}

// What says what happened, as a sentence for people. It begins in lower case,
// so that it can follow "10.0.0.5: download: ".
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

// roundUp formats a duration for people.
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

// Remedy is what a person can do about a failure. It is a fixed word for
// programs. The code that talks to the operator has the sentence for it,
// because only it knows what to type or press.
type Remedy string

// Notice is something worth knowing about a recorder that prevents nothing. The
// zero Notice is none.
type Notice struct {
	What   string // a sentence for people
	Remedy Remedy // what would fix it; may be empty
}

// What helps against the failures of a recorder. The empty Remedy means that a
// person can do nothing.
const (
	CheckLogin       Remedy = "check-login"            // the user name or the password is wrong
	InsistOnLogin    Remedy = "insist-on-login"        // not tried, because one more refusal locks the account: a person must decide
	WaitForUnlock    Remedy = "wait-for-unlock"        // wait until the lock ends, then check the login
	GrantPlayback    Remedy = "grant-playback"         // give the user the right to remote playback, or use a user who has it
	AskLess          Remedy = "ask-less"               // fewer downloads at once, from here or by others
	FetchSooner      Remedy = "fetch-sooner"           // before the recorder overwrites it; too late for this one
	CheckAddress     Remedy = "check-address"          // the address, the network, the recorder's power
	WaitLonger       Remedy = "wait-longer"            // check the network to the recorder, or set a longer timeout
	CheckNetwork     Remedy = "check-network"          // the network to the recorder
	CheckStorage     Remedy = "check-recorder-storage" // the recorder's disk
	CheckOwnDisk     Remedy = "check-camera-storage"   // a camera that searches its own card or disk may have none
	CheckDevice      Remedy = "check-device"           // whether a Hikvision recorder answers at this address
	CheckPort        Remedy = "check-port"             // whether the port speaks HTTP
	UseHTTPS         Remedy = "use-https"              // the port speaks HTTPS
	UseHTTP          Remedy = "use-http"               // the port speaks plain HTTP
	UseNewAddress    Remedy = "use-redirected-address" // the address that the recorder redirects to, if it is the recorder's
	TrustThis        Remedy = "trust-certificate"      // accept the certificate with the SHA-256 in the failure, or any
	TrustNew         Remedy = "trust-new-certificate"  // find out why the certificate changed, then accept the new one
	AllowOldTLS      Remedy = "allow-old-tls"          // accept TLS versions before 1.2
	CheckTLS         Remedy = "check-tls"              // accept any certificate, or do without TLS
	UseWebPort       Remedy = "use-web-port"           // use the port of the web pages, not that of the vendor's programs
	SwitchISAPIOn    Remedy = "switch-isapi-on"        // on the recorder
	AllowBasic       Remedy = "allow-basic"            // an old unit: allow Basic, which shows it the password, or use TLS
	AllowWeaker      Remedy = "allow-weaker-login"     // find out why the recorder offers a weaker login than before, then allow it
	UseDigest        Remedy = "use-digest"             // set the recorder's web authentication to digest
	NameChannels     Remedy = "name-channels"          // specify the channels, because the recorder does not list them
	SearchByUTC      Remedy = "search-by-utc"          // say that the recorder searches by UTC
	SearchByLocal    Remedy = "search-by-local"        // say that the recorder searches by its wall clock
	PlayOnRecorder   Remedy = "play-on-recorder"       // check on the recorder itself whether the recording is broken
	SearchOnRecorder Remedy = "search-on-recorder"     // check the camera's recordings on the recorder itself
	UseVendorProgram Remedy = "use-vendor-program"     // the device allows no downloads over HTTP
	RestartRecorder  Remedy = "restart-recorder"       // it sends answers that no recorder should
	SeeLog           Remedy = "see-log"                // the log file has the details
)

// Remedy returns what helps, or "" if a person can do nothing.
func (e *Error) Remedy() Remedy {
	return cmp.Or(e.remedy, kinds[e.Kind.orUnknown()].remedy)
}

// withRemedy sets a remedy in place of the kind's own.
func (e *Error) withRemedy(by Remedy) *Error {
	e.remedy = by
	return e
}
