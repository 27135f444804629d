package simulator

import "time"

// Quirks are the habits in which real devices differ. The zero value is a
// current NVR, DVR or camera that keeps to what is common. A device that always
// gives one answer to a call has a Fault for it in Config.Always.
type Quirks struct {
	// Discovery.

	RefuseDiscovery bool // every listing of channels and tracks is an Invalid Operation
	NoOnlineState   bool // InputProxy/channels/status leaves out <online>
	NoDeviceType    bool // deviceInfo has no deviceType

	// Time.

	Clock          Clock // how times in searches are meant
	Offsets        bool  // times in results carry an explicit offset instead of Z
	SignlessOffset bool  // the offset in results has lost its sign: 08:00:0000:00
	StandardSuffix bool  // System/time shows the standard offset during daylight saving
	NoOffset       bool  // System/time shows "2006-01-02 15:04:05" without offset
	NoTimeZone     bool  // System/time names no timeZone
	TrueDate       bool  // the Date header is true GMT; else it is the wall clock labelled GMT

	// Search: requests.

	AnySearchID       bool          // any text is accepted as searchID, not only a GUID
	RejectNamespace   bool          // a search with an XML declaration or a namespace is badXmlContent
	RejectRightTag    bool          // the tag searchResultPosition is badXmlContent, not just ignored
	RejectLargePage   int           // maxResults above it is badParameters; 0 accepts all
	MaxSpan           time.Duration // a longer time span is badParameters; 0 accepts all
	SpareSpans        bool          // more than one timeSpan is accepted; the first one counts
	IgnoreTrackIDList bool          // trackIDList is not known: the result is of the first track
	IgnorePosition    bool          // paging is not supported: every request gives the first page
	RepeatOnNewID     bool          // a searchID not seen before gives the first page whatever the position
	OneSession        bool          // a new searchID ends the session before it; with RepeatOnNewID
	RefuseUnknown     bool          // a track that is not configured is 400, not empty
	SearchNeedsQuiet  bool          // searches are "busy" while a download runs
	SpuriousSearch    int           // every n-th search is badXmlContent; 0 never
	SearchErrors      int           // every n-th search is deviceError; 0 never
	IndexFrom         time.Time     // a search that begins before it is deviceError; zero accepts all
	MaxMatches        int           // a search that finds more is deviceError; 0 accepts all

	// Search: results.

	Namespace        Namespace // of every XML answer
	BlankAnswers     bool      // line breaks and blanks around texts in search results
	PageCap          int       // items on a page at most, whatever was asked; default 64
	SearchCap        int       // a search ends with OK after so many items; 0 is unlimited
	EndlessMore      bool      // every page has new items and says MORE
	EmptyMore        bool      // the last page says MORE, and so does the empty one behind it
	NoStatus         bool      // no responseStatusStrg
	StatusTag        string    // the tag used instead of responseStatusStrg
	TotalMatches     bool      // numOfMatches counts everything, not the page
	TotalElement     bool      // totalMatches counts everything
	NothingWith200   bool      // nothing found is a ResponseStatus with status 200
	EmptyListOK      bool      // nothing found is OK with an empty matchList
	TouchingItems    bool      // items that only touch the time span are among the results
	ForeignItems     bool      // an item of another track is among the results
	RepeatItems      bool      // the last item of a page comes again as the first of the next
	Descending       bool      // items come newest first
	LowercaseSession bool      // the searchID comes back in braces and lower case
	ChannelNames     bool      // names are ch01_0000… instead of digits
	SameNames        bool      // every track gives its recordings the same names

	// The playbackURI.

	WrongSize  int64    // added to size=
	NoSize     bool     // it has neither name nor size
	NoName     bool     // it has a size, but no name, and neither has the item
	URIHost    string   // its host; default the host that was asked
	URIBreaks  bool     // it has line breaks
	URINoSlash bool     // it has no slash after the track
	PhotoURI   PhotoURI // how photos are named, and where they are fetched
	WholeTimes bool     // its times are those of the whole day, not of the item

	// Download.

	Verb            Verb          // which verb it takes
	WrongVerb400    bool          // the wrong verb is a plain 400 badXmlContent
	RefuseQueryForm bool          // download?playbackURI= is refused
	ByTime          ByTime        // what comes for a URI without name and size
	Range           Range         // what a Range header does
	Framing         Framing       // how its end is told
	KeepOpen        bool          // the connection stays open after the last byte
	WrongLength     int64         // added to Content-Length
	SpuriousEvery   int           // every n-th download is a 400 that means nothing; 0 never
	QuietTime       time.Duration // a download this soon after the last one is such a 400
	ContentType     string        // default "Opaque/data"
	Unsettled       time.Duration // a file that ended less than this ago lacks its last tenth
	BareStream      bool          // no IMKH header before the program stream
	PrivateFile     bool          // a file is in a private container, 4HKH
	MidGOP          bool          // a file begins in the middle of a group of pictures
	FillBetween     bool          // 0xFF bytes stand between two packs
	HeaderAgain     bool          // the IMKH header stands in the middle of a file once more
	ZeroFill        int64         // a file ends with so many zero bytes
	BusyForm        BusyForm      // how "busy" is said
	GoneForm        GoneForm      // how a missing file is refused

	// HTTP.

	KeepAlive   int    // requests per connection; 0 is unlimited
	RedirectTo  string // requests without TLS are redirected to this origin, e.g. "https://10.0.0.5"
	SilentClose bool   // the connection ends after them without "Connection: close"
}

// Namespace is what the root of an XML answer declares.
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

// Clock says how times in searches are meant.
type Clock int

// The clocks.
const (
	ClockOfKind Clock = iota // wall clock on recorders, UTC on cameras
	WallClock                // the wall clock with a decorative Z
	TrueUTC                  // UTC
)

// PhotoURI says how a photo is named.
type PhotoURI int

// How photos are named.
const (
	PhotoRTSP   PhotoURI = iota // like footage, and fetched like it
	PhotoHTTP                   // by a web address, fetched by GET there; a download is an Invalid Operation
	PhotoNoHost                 // the same without scheme and host
)

// Verb says which verb a download takes.
type Verb int

// The verbs.
const (
	AnyVerb   Verb = iota // GET and POST
	GetOnly               // POST is methodNotAllowed
	PostOnly              // GET is methodNotAllowed
	QueryOnly             // only GET with the playbackURI in the query
)

// ByTime says what comes for a URI without name and size, that is for a time.
type ByTime int

// What comes. All but the first are claimed in download/capabilities.
const (
	NotByTime       ByTime = iota // 400 badParameters
	ByTimeRight                   // from the key frame in front of the time to the first picture behind it
	ByTimeOffByGOP                // from the key frame behind its beginning to the one in front of its end
	ByTimeWhole                   // the whole file
	ByTimeElsewhere               // as much of the file, from its beginning
	ByTimeRefused                 // 403 invalidOperation
	ByTimeHangsUp                 // nothing: the connection ends
)

// Range says what a Range header of a download does.
type Range int

// What a Range header does.
const (
	RangeIgnored Range = iota // 200 and the whole file
	RangeHonored              // 206 and Content-Range
	RangeWrong                // 206 with a Content-Range and bytes from the beginning
	RangeSilent               // 206 without Content-Range
)

// BusyForm says how "busy" is said.
type BusyForm int

// The forms of "busy".
const (
	Busy503     BusyForm = iota // 503, deviceBusy
	Busy400                     // 400, deviceBusy
	Busy200                     // 200 and a ResponseStatus
	Busy503Bare                 // 503 without a body
)

// GoneForm says how a file that is no longer there is refused.
type GoneForm int

// The forms of "gone".
const (
	GoneNotFound GoneForm = iota // 404 and a ResponseStatus
	Gone400                      // 400 badParameters
	GoneEmpty                    // 200 and nothing
)
