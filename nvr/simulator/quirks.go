package simulator

import "time"

// Quirks are the habits that differ between real devices. The zero value is a
// current NVR, DVR or camera with the most common habits. If a device always
// gives one answer to a call, put a Fault in Config.Always instead.
type Quirks struct {
	// Discovery.

	RefuseDiscovery bool // every listing of channels and tracks is refused as an Invalid Operation
	NoOnlineState   bool // InputProxy/channels/status omits <online>
	NoDeviceType    bool // deviceInfo has no deviceType

	// Time.

	Clock          Clock // what the times in searches mean
	Offsets        bool  // times in results have an explicit offset instead of Z
	SignlessOffset bool  // the offset in results has no sign: 08:00:0000:00
	StandardSuffix bool  // System/time shows the standard offset during daylight saving time
	NoOffset       bool  // System/time shows "2006-01-02 15:04:05", without an offset
	NoTimeZone     bool  // System/time has no timeZone
	TrueDate       bool  // the Date header is true GMT; otherwise it is the wall clock labelled GMT

	// Search: requests.

	AnySearchID       bool          // any text is valid as searchID, not only a GUID
	RejectNamespace   bool          // a search with an XML declaration or a namespace is badXmlContent
	RejectRightTag    bool          // the tag searchResultPosition is badXmlContent instead of ignored
	RejectLargePage   int           // a larger maxResults is badParameters; 0 accepts all
	MaxSpan           time.Duration // a longer time span is badParameters; 0 accepts all
	SpareSpans        bool          // several timeSpans are accepted, but only the first counts
	IgnoreTrackIDList bool          // trackIDList is ignored: the result is for the first track
	IgnorePosition    bool          // no paging: every request returns the first page
	RepeatOnNewID     bool          // a new searchID returns the first page, whatever the position
	OneSession        bool          // a new searchID ends the previous session; use with RepeatOnNewID
	RefuseUnknown     bool          // a track that is not configured is 400, not an empty result
	SearchNeedsQuiet  bool          // searches are "busy" during a download
	SpuriousSearch    int           // every n-th search is badXmlContent; 0 never
	SearchErrors      int           // every n-th search is deviceError; 0 never
	IndexFrom         time.Time     // a search that begins earlier is deviceError; zero accepts all
	MaxMatches        int           // a search with more results is deviceError; 0 accepts all

	// Search: results.

	Namespace        Namespace // of every XML answer
	BlankAnswers     bool      // line breaks and blanks around text in search results
	PageCap          int       // most items per page, whatever was requested; default 64
	SearchCap        int       // a search ends with OK after this many items; 0 is unlimited
	EndlessMore      bool      // every page has new items and says MORE
	EmptyMore        bool      // the last page says MORE, and an empty page that also says MORE follows
	NoStatus         bool      // no responseStatusStrg
	StatusTag        string    // replaces the tag responseStatusStrg
	TotalMatches     bool      // numOfMatches counts all results, not the page
	TotalElement     bool      // totalMatches counts all results
	NothingWith200   bool      // no results is a ResponseStatus with status 200
	EmptyListOK      bool      // no results is OK with an empty matchList
	TouchingItems    bool      // results include items that only touch the time span
	ForeignItems     bool      // results include an item of another track
	RepeatItems      bool      // the last item of a page is also the first of the next
	Descending       bool      // newest items first
	LowercaseSession bool      // the searchID is returned in braces and lower case
	ChannelNames     bool      // names are ch01_0000… instead of digits
	SameNames        bool      // recordings have the same names on every track

	// The playbackURI.

	WrongSize  int64    // added to size=
	NoSize     bool     // no name and no size
	NoName     bool     // no name in the URI or the item, only a size
	URIHost    string   // host; default is the host of the request
	URIBreaks  bool     // has line breaks
	URINoSlash bool     // no slash after the track
	PhotoURI   PhotoURI // how photos are named, and where to fetch them
	WholeTimes bool     // its times are the whole day, not the item

	// Download.

	Verb            Verb          // accepted verb
	WrongVerb400    bool          // a wrong verb is a plain 400 badXmlContent
	RefuseQueryForm bool          // download?playbackURI= is refused
	ByTime          ByTime        // the answer to a URI without name and size
	Range           Range         // the effect of a Range header
	Framing         Framing       // how the end of the body is marked
	KeepOpen        bool          // the connection stays open after the last byte
	WrongLength     int64         // added to Content-Length
	SpuriousEvery   int           // every n-th download is a 400 without a reason; 0 never
	QuietTime       time.Duration // a download this soon after the last one is a 400 without a reason
	ContentType     string        // default "Opaque/data"
	Unsettled       time.Duration // a file that ended less than this ago lacks its last tenth
	BareStream      bool          // no IMKH header before the program stream
	PrivateFile     bool          // files are in a private container, 4HKH
	MidGOP          bool          // files begin in the middle of a group of pictures
	FillBetween     bool          // 0xFF bytes between two packs
	HeaderAgain     bool          // the IMKH header is repeated in the middle of a file
	ZeroFill        int64         // files end with this many zero bytes
	BusyForm        BusyForm      // the form of "busy"
	GoneForm        GoneForm      // the refusal of a missing file

	// HTTP.

	KeepAlive   int    // requests per connection; 0 is unlimited
	RedirectTo  string // redirect requests without TLS to this origin, e.g. "https://10.0.0.5"
	SilentClose bool   // after KeepAlive requests the connection closes without "Connection: close"
}

// Namespace is the namespace of the root element of an XML answer.
type Namespace int

// The namespaces seen on devices.
const (
	HikvisionNS   Namespace = iota // http://www.hikvision.com/ver20/XMLSchema
	ISAPINS                        // http://www.isapi.org/ver20/XMLSchema
	HikvisionNS10                  // http://www.hikvision.com/ver10/XMLSchema
	StdOrgNS                       // http://www.std-cgi.org/ver20/XMLSchema
	StdComNS                       // http://www.std-cgi.com/ver20/XMLSchema
	PsiaNS                         // urn:selfextension:psiaext-ver10-xsd
	PrefixedNS                     // a prefix on every element
	NoNS                           // none
)

// Clock is the meaning of times in searches.
type Clock int

// The clocks.
const (
	ClockOfKind Clock = iota // wall clock on recorders, UTC on cameras
	WallClock                // the wall clock with a decorative Z
	TrueUTC                  // UTC
)

// PhotoURI is the form of a photo's playbackURI.
type PhotoURI int

// The forms of a photo's playbackURI.
const (
	PhotoRTSP   PhotoURI = iota // like footage, and fetched the same way
	PhotoHTTP                   // a web address, fetched by GET there; a download is an Invalid Operation
	PhotoNoHost                 // the same without scheme and host
)

// Verb is the verb that a download accepts.
type Verb int

// The verbs.
const (
	AnyVerb   Verb = iota // GET and POST
	GetOnly               // POST is methodNotAllowed
	PostOnly              // GET is methodNotAllowed
	QueryOnly             // only GET with the playbackURI in the query
)

// ByTime is the answer to a URI without name and size, which asks for a time
// range.
type ByTime int

// The answers. All but the first are announced in download/capabilities.
const (
	NotByTime       ByTime = iota // 400 badParameters
	ByTimeRight                   // from the key frame before the start to the first picture after the end
	ByTimeOffByGOP                // from the key frame after the start to the one before the end
	ByTimeWhole                   // the whole file
	ByTimeElsewhere               // as many bytes of the file, from its start
	ByTimeRefused                 // 403 invalidOperation
	ByTimeHangsUp                 // nothing: the connection closes
)

// Range is the effect of a Range header on a download.
type Range int

// The effects of a Range header.
const (
	RangeIgnored Range = iota // 200 and the whole file
	RangeHonored              // 206 and Content-Range
	RangeWrong                // 206 with a Content-Range, but bytes from the start of the file
	RangeSilent               // 206 without Content-Range
)

// BusyForm is the form of a "busy" answer.
type BusyForm int

// The forms of "busy".
const (
	Busy503     BusyForm = iota // 503, deviceBusy
	Busy400                     // 400, deviceBusy
	Busy200                     // 200 and a ResponseStatus
	Busy503Bare                 // 503 without a body
)

// GoneForm is the answer for a file that is gone.
type GoneForm int

// The answers for a file that is gone.
const (
	GoneNotFound GoneForm = iota // 404 and a ResponseStatus
	Gone400                      // 400 badParameters
	GoneEmpty                    // 200 and nothing
)
