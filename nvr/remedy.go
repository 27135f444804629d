package nvr

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

var kindRemedies = map[Kind]Remedy{
	KindUnknown: SeeLog,
	Auth:        CheckLogin,
	Locked:      WaitForUnlock,
	Forbidden:   GrantPlayback,
	Busy:        AskLess,
	Gone:        FetchSooner,
	Unreachable: CheckAddress,
	Timeout:     WaitLonger,
	Slow:        CheckNetwork,
	Short:       CheckStorage,
	Protocol:    CheckDevice,
	TLS:         CheckTLS,
	TooLarge:    PlayOnRecorder,
}

// Remedy returns what helps, empty when nothing does that a person could do.
func (e *Error) Remedy() Remedy {
	if e.remedy != "" {
		return e.remedy
	}
	return kindRemedies[e.Kind]
}

// helped replaces the kind's own remedy.
func (e *Error) helped(by Remedy) *Error {
	e.remedy = by
	return e
}
