package nvr_test

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

// habit is one habit of real devices.
type habit struct {
	name string // short and unique, e.g. "page-cap"
	text string // what the device does, in a sentence
	seen string // the public device or project that has it, or that none is known
	// apply gives the habit to a configuration without quirks.
	apply func(*simulator.Config)
}

// String returns the habit and where it was seen.
func (h habit) String() string { return h.text + " Seen: " + h.seen + "." }

// The values of habit.seen if no device is named.
const (
	unnamed     = "reported without naming the device"
	notReported = "not reported; a client should stand it"
)

// catalogue holds all known habits that allow every recording to be downloaded.
// The others are in refusals and misleading.
var catalogue = slices.Concat(discoveryHabits, searchHabits, resultHabits, downloadHabits, deliveryHabits, clockHabits, signInHabits, httpHabits)

var discoveryHabits = []habit{
	{"camera", "A standalone camera refuses InputProxy and means UTC in searches.", "hikvision_next fixtures of 15 devices; DS-2XM6825G0 V5.5.850", func(c *simulator.Config) { c.Kind = simulator.Camera }},
	{"dvr", "A hybrid DVR lists analog inputs and IP channels in different places.", "hikvision_next fixtures; a live DVR with 32 channels", func(c *simulator.Config) {
		c.Kind = simulator.DVR
		for i := range c.Channels {
			c.Channels[i].Analog = i%2 == 0
		}
	}},
	{"no-tracks", "record/tracks is not supported.", notReported, always(simulator.NotSupported, simulator.Tracks)},
	{"no-inputs", "Neither InputProxy nor Video/inputs is supported.", notReported, always(simulator.NotSupported, simulator.InputProxy, simulator.InputProxyStatus, simulator.VideoInputs)},
	{"listing-refused-with-200", "A listing is refused by a ResponseStatus with status 200.", "HikLoad#19, HikLoad#38", always(simulator.Refusal(http.StatusOK, "notSupport"), simulator.Tracks)},
	{"no-capabilities", "System/capabilities is not supported.", notReported, always(simulator.NotSupported, simulator.Capabilities)},
	{"no-usercheck", "Security/userCheck is not supported.", notReported, always(simulator.NotSupported, simulator.UserCheck)},
	{"no-online-state", "The channel status leaves out whether a camera is online.", "hikvision_next fixtures", quirks(simulator.Quirks{NoOnlineState: true})},
	{"no-device-type", "deviceInfo has no deviceType.", notReported, quirks(simulator.Quirks{NoDeviceType: true})},
	{"failing-list", "record/tracks is 500 deviceError for ever.", "evercam-server#63", always(simulator.DeviceError500, simulator.Tracks)},
	{"failing-status", "InputProxy/channels/status is 500 deviceError for ever.", "evercam-server#63", always(simulator.DeviceError500, simulator.InputProxyStatus)},
	{"failing-capabilities", "System/capabilities is 500 deviceError for ever.", "evercam-server#63", always(simulator.DeviceError500, simulator.Capabilities)},
	{"failing-time", "System/time is 500 deviceError for ever.", "evercam-server#63", always(simulator.DeviceError500, simulator.Time)},
	{"gaps", "Channel numbers are not contiguous.", "hikvision_next fixtures", func(c *simulator.Config) {
		for i := range c.Channels {
			c.Channels[i].Number = 2*i + 3
		}
	}},
}

var searchHabits = []habit{
	{"any-search-id", "Any text is accepted as searchID.", "cfryanr, cameras of 2020", quirks(simulator.Quirks{AnySearchID: true})},
	{"lowercase-session", "The searchID comes back in braces and lower case.", "NVRs that want a GUID, e.g. DS-7616NI-E2 V3.4.106", quirks(simulator.Quirks{LowercaseSession: true})},
	{"wants-bare-xml", "A search with an XML declaration or a namespace is refused.", "intelsk, DS-7616NXI V4.84", quirks(simulator.Quirks{RejectNamespace: true})},
	{"wants-misspelling", "The right spelling of searchResultPostion is refused.", "DVR-208G-M1 V4.71.410", quirks(simulator.Quirks{RejectRightTag: true})},
	{"small-pages-only", "maxResults above 50 is badParameters.", "a claim without proof; qb60 went from 200 to 50", quirks(simulator.Quirks{RejectLargePage: 50})},
	{"short-spans-only", "A span longer than 31 days is badParameters.", notReported, quirks(simulator.Quirks{MaxSpan: 31 * 24 * time.Hour})},
	{"ignores-position", "Every request gives the first page.", "ulion fork, legacy NVR", quirks(simulator.Quirks{IgnorePosition: true, PageCap: 3})},
	{"repeats-on-new-id", "A new searchID gives the first page again.", "wwwcheong/hikvision_download, live NVR", quirks(simulator.Quirks{RepeatOnNewID: true, PageCap: 3})},
	{"one-session", "A new searchID ends the session before, whose next page is the first again.", notReported, quirks(simulator.Quirks{OneSession: true, RepeatOnNewID: true, PageCap: 3})},
	{"ignores-track-id-list", "trackIDList is ignored: the result is of track 101.", "HiWatch DS-N308", quirks(simulator.Quirks{IgnoreTrackIDList: true})},
	{"refuses-unknown-track", "A search of a track that is not configured is 400.", "Sudhakar77777, live NVR", quirks(simulator.Quirks{RefuseUnknown: true})},
	{"one-search-at-a-time", "A second search at the same time is busy.", "DS-7616NXI-K2 V4.84.101: maxConcurrentSearches 1", func(c *simulator.Config) { c.MaxSearches = 1 }},
	{"search-needs-quiet", "A search is busy while a download runs.", notReported, quirks(simulator.Quirks{SearchNeedsQuiet: true})},
	{"spare-spans", "More than one timeSpan is accepted.", notReported, quirks(simulator.Quirks{SpareSpans: true})},
	{"busy-searches", "Three of ten searches are 503 deviceBusy, at random.", "one search slot and a second client: 10 to 30 %", func(c *simulator.Config) {
		c.Random = map[simulator.Endpoint]simulator.Chaos{simulator.Search: {Seed: 3, Probability: 0.3, Faults: []simulator.Fault{simulator.Busy(0)}}}
	}},
	{"search-cap", "A search ends with OK after 4000 items.", "timelapsed, live NVR", quirks(simulator.Quirks{SearchCap: 4000})},
}

var resultHabits = []habit{
	{"page-cap", "A page has few items, whatever was asked.", "DS-7616NXI V4.84 caps pages at 64", quirks(simulator.Quirks{PageCap: 2})},
	{"one-item-pages", "Every page has one item.", notReported, quirks(simulator.Quirks{PageCap: 1})},
	{"empty-more", "The last page says MORE and an empty one follows.", unnamed, quirks(simulator.Quirks{EmptyMore: true, PageCap: 3})},
	{"no-status", "There is no responseStatusStrg.", "two live recorders in Amman and Irbid", quirks(simulator.Quirks{NoStatus: true, PageCap: 3})},
	{"status-tag", "responseStatusStrg is spelt otherwise.", "a claim without proof", quirks(simulator.Quirks{StatusTag: "responseStatusString"})},
	{"total-in-num", "numOfMatches counts all items.", notReported, quirks(simulator.Quirks{TotalMatches: true, PageCap: 3})},
	{"total-matches", "There is a totalMatches.", "hikvision-backup (Go), cameras", quirks(simulator.Quirks{TotalElement: true})},
	{"nothing-with-200", "Nothing found is a ResponseStatus with status 200.", unnamed, quirks(simulator.Quirks{NothingWith200: true})},
	{"empty-list", "Nothing found is OK with an empty list.", unnamed, quirks(simulator.Quirks{EmptyListOK: true})},
	{"touching-items", "Items that only touch the span are found.", notReported, quirks(simulator.Quirks{TouchingItems: true})},
	{"foreign-items", "An item of another track is among the results.", "HiWatch DS-N308", quirks(simulator.Quirks{ForeignItems: true})},
	{"repeated-items", "The last item of a page comes again on the next.", "segments that straddle a page", quirks(simulator.Quirks{RepeatItems: true, PageCap: 3})},
	{"descending", "Items come newest first.", notReported, quirks(simulator.Quirks{Descending: true})},
	{"namespace-isapi", "Answers are in the isapi.org namespace.", "NXI-I2 V4.62, M4 V5.03", quirks(simulator.Quirks{Namespace: simulator.ISAPINS})},
	{"namespace-ver10", "Answers are in the ver10 namespace.", "hikvision_next fixtures", quirks(simulator.Quirks{Namespace: simulator.HikvisionNS10})},
	{"namespace-std-org", "Answers are in the std-cgi.org namespace.", "OEM units", quirks(simulator.Quirks{Namespace: simulator.StdOrgNS})},
	{"namespace-std-com", "Answers are in the std-cgi.com namespace.", "OEM units", quirks(simulator.Quirks{Namespace: simulator.StdComNS})},
	{"namespace-psia", "Answers are in the PSIA namespace.", "old units", quirks(simulator.Quirks{Namespace: simulator.PsiaNS})},
	{"namespace-prefix", "Every element has a prefix.", notReported, quirks(simulator.Quirks{Namespace: simulator.PrefixedNS})},
	{"namespace-none", "Answers have no namespace.", "ERI-K104-P4 (hikvision_next#50)", quirks(simulator.Quirks{Namespace: simulator.NoNS})},
	{"blanks", "Texts in results have blanks and line breaks around them.", notReported, quirks(simulator.Quirks{BlankAnswers: true})},
	{"uri-breaks", "The playbackURI has line breaks.", "official Quick Start transcript", quirks(simulator.Quirks{URIBreaks: true})},
	{"uri-lan-address", "The playbackURI names the LAN address and the HTTP port.", "DS-7616NXI-K2 V4.84.101; recorders in Amman", quirks(simulator.Quirks{URIHost: "192.168.1.64:8880"})},
	{"uri-no-slash", "The playbackURI has no slash after the track.", unnamed, quirks(simulator.Quirks{URINoSlash: true})},
	{"uri-whole-times", "The times in the playbackURI are not those of the item.", "evercam/hikvision_client", quirks(simulator.Quirks{WholeTimes: true})},
	{"uri-no-size", "The playbackURI has neither name nor size.", "units that download by time", quirks(simulator.Quirks{NoSize: true, ByTime: simulator.ByTimeRight})},
	{"size-lies", "size= is a little less than the file.", "recordings that still grow (DS-7616NXI-K2 V4.84.101)", quirks(simulator.Quirks{WrongSize: -100})},
	{"size-too-large", "size= is a few bytes more than the file has.", "Hik Device Gateway closes a few bytes short", quirks(simulator.Quirks{WrongSize: 4})},
	{"no-name", "Neither the item nor its playbackURI has a name.", notReported, quirks(simulator.Quirks{NoName: true})},
	{"clock-set-back", "The clock was set back during a recording: it ends before it begins.", "aloz77/hiktools#1: an index entry of minus 44 s", changeRecording(1, func(r *simulator.Recording) { r.End = r.Start.Add(-44 * time.Second) })},
	{"same-start", "Two recordings begin at the same second.", "clocks that are set back; aloz77/hiktools#1", changeRecording(1, func(r *simulator.Recording) { r.Start = r.Start.Add(-r.End.Sub(r.Start)) })},
	{"odd-names", "File names hold blanks, signs and letters beyond ASCII.", "photos of cameras; names of events in OEM firmware", oddNames},
	{"channel-names", "File names are ch01_0000….", "cameras, some NVRs", quirks(simulator.Quirks{ChannelNames: true})},
	{"same-names", "Every track has the same file names.", unnamed, quirks(simulator.Quirks{SameNames: true})},
}

var downloadHabits = []habit{
	{"photo-address", "Photos are named by a web address, and fetched by GET there only.", "cfryanr, DS-2CD2185FWD-I V5.6.3", photosAt(simulator.PhotoHTTP)},
	{"photo-address-no-host", "Photos are named by a web address without host.", "cfryanr, a second camera", photosAt(simulator.PhotoNoHost)},
	{"get-only", "A download by POST is methodNotAllowed.", "DS-2XM6825G0 V5.5.850", quirks(simulator.Quirks{Verb: simulator.GetOnly})},
	{"post-only", "A download by GET is methodNotAllowed.", "intelsk, DS-7616NXI V4.84", quirks(simulator.Quirks{Verb: simulator.PostOnly})},
	{"get-only-400", "A download by POST is a plain 400.", notReported, quirks(simulator.Quirks{Verb: simulator.GetOnly, WrongVerb400: true})},
	{"post-only-400", "A download by GET is a plain 400.", notReported, quirks(simulator.Quirks{Verb: simulator.PostOnly, WrongVerb400: true})},
	{"query-only", "A download has to name the recording in the query, as the vendor's web page does.", "Sudhakar77777, the vendor's web page", quirks(simulator.Quirks{Verb: simulator.QueryOnly})},
	{"query-only-400", "A download with a body is a plain 400; the query names the recording.", notReported, quirks(simulator.Quirks{Verb: simulator.QueryOnly, WrongVerb400: true})},
	{"no-query-form", "download?playbackURI= is refused.", "intelsk, DS-7616NXI V4.84", quirks(simulator.Quirks{RefuseQueryForm: true})},
	{"by-time", "A URI without name and size gives that time.", "a gateway that asks so first; fireboy38 and zpmdd write such URIs", quirks(simulator.Quirks{ByTime: simulator.ByTimeRight})},
	{"by-time-off-by-gop", "A URI without name and size gives that time from the next key frame to the one before.", "DS-2XM6825G0 V5.5.850, over RTSP: up to 2 s off", quirks(simulator.Quirks{ByTime: simulator.ByTimeOffByGOP})},
	{"by-time-whole", "It claims to download by time and sends the whole file.", "a project that compared trimmed downloads: byte-identical", quirks(simulator.Quirks{ByTime: simulator.ByTimeWhole})},
	{"by-time-elsewhere", "It claims to download by time and sends another time.", "recorders in Amman: always from the beginning of the file", quirks(simulator.Quirks{ByTime: simulator.ByTimeElsewhere})},
	{"by-time-refused", "It claims to download by time and refuses a URI without name and size.", "recorders in Amman and Irbid refuse it", quirks(simulator.Quirks{ByTime: simulator.ByTimeRefused})},
	{"hangs-up-by-time", "A URI without name and size ends the connection.", "a project that compared trimmed downloads", quirks(simulator.Quirks{ByTime: simulator.ByTimeHangsUp})},
	{"spurious-400", "Every second download is a 400 that means nothing.", "timelapsed, live NVR: about half the calls", quirks(simulator.Quirks{SpuriousEvery: 2})},
	{"quiet-time", "A download within a second of the last one is a 400 that means nothing.", "timelapsed, live NVR; qb60 waits a second", quirks(simulator.Quirks{QuietTime: time.Second})},
	{"one-download", "A second download is 503 deviceBusy.", "Skinah/IpCamera#41; DS-7616NXI-K2 V4.84.101 serves one comfortably", func(c *simulator.Config) { c.MaxDownloads = 1 }},
	{"one-download-400", "A second download is 400 deviceBusy.", "terminals", func(c *simulator.Config) { c.MaxDownloads, c.Quirks.BusyForm = 1, simulator.Busy400 }},
	{"one-download-200", "A second download is deviceBusy with status 200.", "evercam-server#640: Device Busy as a lasting state", func(c *simulator.Config) { c.MaxDownloads, c.Quirks.BusyForm = 1, simulator.Busy200 }},
	{"one-download-bare", "A second download is a bare 503.", notReported, func(c *simulator.Config) { c.MaxDownloads, c.Quirks.BusyForm = 1, simulator.Busy503Bare }},
}

var deliveryHabits = []habit{
	{"no-length", "A download is chunked.", "hikvision-backup (Go), commit b186874", quirks(simulator.Quirks{Framing: simulator.Chunked})},
	{"zero-length", "A download announces Content-Length 0.", "fireboy38", quirks(simulator.Quirks{Framing: simulator.ZeroThen})},
	{"close-delimited", "A download ends with the connection.", "hikvision-backup (Go)", quirks(simulator.Quirks{Framing: simulator.ByClose})},
	{"keep-open", "The connection stays open at 100 %.", "wwwcheong/hikvision_download, live NVR", quirks(simulator.Quirks{KeepOpen: true})},
	{"keep-open-no-length", "The connection stays open at 100 %, and no length was announced.", "hikvision-backup (Go) and wwwcheong/hikvision_download, each half of it", quirks(simulator.Quirks{KeepOpen: true, Framing: simulator.ByClose})},
	{"length-short", "Content-Length is a few bytes less than what comes.", "wwwcheong/hikvision_download: content-length mismatch", quirks(simulator.Quirks{WrongLength: -4})},
	{"length-long", "Content-Length is a few bytes more than what comes.", "Hik Device Gateway closes a few bytes short", quirks(simulator.Quirks{WrongLength: 4})},
	{"range", "A Range is honoured with 206.", notReported, quirks(simulator.Quirks{Range: simulator.RangeHonored})},
	{"range-wrong", "A Range gets 206 and the file from its beginning.", notReported, quirks(simulator.Quirks{Range: simulator.RangeWrong})},
	{"range-silent", "A Range gets 206 without Content-Range.", notReported, quirks(simulator.Quirks{Range: simulator.RangeSilent})},
	{"content-type", "A download is application/octet-stream.", notReported, quirks(simulator.Quirks{ContentType: "application/octet-stream"})},
	{"mid-gop", "A file begins in the middle of a group of pictures.", "cut at the size limit of a file; a live NVR", quirks(simulator.Quirks{MidGOP: true})},
	{"zero-fill", "The last block of a file is filled with zeros.", notReported, quirks(simulator.Quirks{ZeroFill: 1000})},
	{"fill-between", "0xFF bytes stand between two packs.", notReported, quirks(simulator.Quirks{FillBetween: true})},
	{"header-again", "The IMKH header stands in the middle of a file once more.", notReported, quirks(simulator.Quirks{HeaderAgain: true})},
	{"private-file", "A file is in a private container, 4HKH.", unnamed, quirks(simulator.Quirks{PrivateFile: true})},
	{"bare-stream", "There is no IMKH header.", notReported, quirks(simulator.Quirks{BareStream: true})},
}

var clockHabits = []habit{
	{"date-is-local", "The Date header is the wall clock labelled GMT, eight hours off.", "MissiaL/hikvision-client captures", func(c *simulator.Config) { c.Zone = "CST-8:00:00" }},
	{"date-is-true", "The Date header is true GMT.", "what HTTP says", func(c *simulator.Config) { c.Zone, c.Quirks.TrueDate = "CST-8:00:00", true }},
	{"camera-utc", "A camera far from Greenwich means UTC in searches.", "cfryanr (V5.6.3, UTC-7); DS-2XM6825G0", func(c *simulator.Config) { c.Kind, c.Zone = simulator.Camera, "CST+7:00:00" }},
	{"zone-with-dst", "The zone has daylight saving, and the suffix of localTime does not.", "DS-7616NXI-K2 V4.84.101", func(c *simulator.Config) {
		c.Zone, c.Quirks.StandardSuffix = "CST-2:00:00DST01:00:00,M3.5.5/02:00:00,M10.5.0/02:00:00", true
	}},
	{"no-offset", "localTime has no offset.", unnamed, quirks(simulator.Quirks{NoOffset: true})},
	{"signless-offsets", "The offsets in results have lost their sign.", "iDS-7208HUHI-K1 V4.26.010", func(c *simulator.Config) { c.Zone, c.Quirks.SignlessOffset = "CST-8:00:00", true }},
	{"no-time-zone", "System/time names no time zone.", notReported, quirks(simulator.Quirks{NoTimeZone: true, NoOffset: true})},
	{"offsets-in-results", "Times in results carry an offset.", unnamed, func(c *simulator.Config) { c.Zone, c.Quirks.Offsets = "CST-8:00:00", true }},
	{"clock-ahead", "The device's clock is ten minutes ahead.", unnamed, func(c *simulator.Config) { c.ClockError = 10 * time.Minute }},
}

var signInHabits = []habit{
	{"camera-challenge", "The challenge has no algorithm and no opaque.", "MissiaL/hikvision-client captures", auth(simulator.Auth{Style: simulator.CameraStyle})},
	{"sha256", "Only SHA-256 is offered.", "Prama V5.8.5 (go2rtc#2344)", auth(simulator.Auth{Scheme: simulator.DigestSHA256})},
	{"two-challenges", "MD5 and SHA-256 come as two headers.", "SharpRTSP#153", auth(simulator.Auth{Scheme: simulator.DigestBoth})},
	{"basic-only", "Only Basic is offered.", "DS-2CD2132-I, DS-8464F-EI", auth(simulator.Auth{Scheme: simulator.BasicOnly})},
	{"digest-and-basic", "Digest and Basic are offered.", notReported, auth(simulator.Auth{Scheme: simulator.DigestBasic})},
	{"one-time-nonces", "A nonce holds for one request.", "hikvision-backup (Go) turns reuse off", auth(simulator.Auth{NonceUses: 1})},
	{"few-uses", "A nonce holds for three requests, and stale says FALSE then.", "hikvision_next#50: stale=\"FALSE\"", auth(simulator.Auth{NonceUses: 3, Stale: simulator.StaleDenied})},
	{"short-lived-nonces", "A nonce holds for a second, and stale is missing then.", "sporadic 401 in hikvision_next#69", auth(simulator.Auth{NonceLifetime: time.Second, Stale: simulator.StaleAbsent})},
	{"nonce-bound-to-url", "A nonce holds for the URL whose 401 gave it out.", notReported, auth(simulator.Auth{NonceBoundURL: true})},
	{"nonce-bound-to-url-not-stale", "A nonce holds for the URL whose 401 gave it out, and stale says FALSE elsewhere.", "IOTechSystems/onvif#41", auth(simulator.Auth{NonceBoundURL: true, Stale: simulator.StaleDenied})},
	{"html-401", "The body of a 401 is a web page.", "MissiaL/hikvision-client captures", auth(simulator.Auth{Body: simulator.HTMLBody})},
	{"bare-401", "A 401 has no body.", "several clients expect it", auth(simulator.Auth{Body: simulator.NoBody})},
	{"locks-after-three", "Three refused logins lock the address.", "seven cameras in the hikvision_next fixtures allow 3 to 20", auth(simulator.Auth{LockAfter: 3, LockFor: 2 * time.Hour})},
	{"loose-count", "A nonce count may come twice.", notReported, auth(simulator.Auth{LooseCount: true})},
	{"spurious-401", "Every seventh request with the right login is refused all the same.", "hikvision_next#69, hikvision_next#289", auth(simulator.Auth{Spurious: 7})},
}

var httpHabits = []habit{
	{"closes-every-time", "Every answer ends its connection.", "MissiaL/hikvision-client, old camera", quirks(simulator.Quirks{KeepAlive: 1})},
	{"closes-silently", "A connection ends after three answers, without a word.", "Keep-Alive: max=99", quirks(simulator.Quirks{KeepAlive: 3, SilentClose: true})},
	{"slow-answers", "Every answer takes a tenth of a second.", notReported, func(c *simulator.Config) { c.Latency = 100 * time.Millisecond }},
	{"no-download-capabilities", "download/capabilities is not supported.", "DS-2XM6825G0 V5.5.850", always(simulator.Refusal(http.StatusForbidden, "methodNotAllowed"), simulator.DownloadCapabilities)},
}

// quirks returns a change that sets quirks.
func quirks(q simulator.Quirks) func(*simulator.Config) {
	return func(c *simulator.Config) { c.Quirks = q }
}

func auth(a simulator.Auth) func(*simulator.Config) {
	return func(c *simulator.Config) { c.Auth = a }
}

// always returns a change that applies a fault to every request to these calls.
func always(f simulator.Fault, calls ...simulator.Endpoint) func(*simulator.Config) {
	return func(c *simulator.Config) {
		c.Always = map[simulator.Endpoint]simulator.Fault{}
		for _, e := range calls {
			c.Always[e] = f
		}
	}
}

// changeRecording returns a change of the recording at one position on every
// channel.
func changeRecording(place int, change func(*simulator.Recording)) func(*simulator.Config) {
	return func(c *simulator.Config) {
		for _, ch := range c.Channels {
			if place < len(ch.Recordings) {
				change(&ch.Recordings[place])
			}
		}
	}
}

// oddNames gives every recording a name that some clients mangle.
func oddNames(c *simulator.Config) {
	for i, ch := range c.Channels {
		for n := range ch.Recordings {
			ch.Recordings[n].Name = fmt.Sprintf("ch%02d кадр @ %d+%%(№%d).jpg", i+1, n, n)
		}
	}
}

// photosAt returns a change from footage to photos of a camera with web
// addresses.
func photosAt(how simulator.PhotoURI) func(*simulator.Config) {
	return func(c *simulator.Config) {
		c.Kind, c.Quirks.PhotoURI, c.Quirks.URIHost = simulator.Camera, how, "192.168.1.64"
		oddNames(c)
		for i := range c.Channels {
			ch := &c.Channels[i]
			ch.Photos, ch.Recordings = ch.Recordings, nil
			for n := range ch.Photos {
				ch.Photos[n].End = ch.Photos[n].Start
			}
		}
	}
}

// TestEveryQuirkIsInTheCatalogue fails for a habit without a test.
func TestEveryQuirkIsInTheCatalogue(t *testing.T) {
	used := map[string]bool{
		"Quirks.EndlessMore": true, // TestMoreForEver
		"Quirks.GoneForm":    true, // TestGoneRecordings
	}
	mark := func(v reflect.Value) {
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				used[v.Type().Name()+"."+v.Type().Field(i).Name] = true
			}
		}
	}
	all := slices.Concat(catalogue, misleading)
	for _, r := range refusals {
		all = append(all, r.habit)
	}
	names := map[string]bool{}
	for _, h := range all {
		if names[h.name] || h.text == "" || h.seen == "" {
			t.Errorf("%s: a name that is taken, or no text", h.name)
		}
		names[h.name] = true
		var c simulator.Config
		h.apply(&c)
		mark(reflect.ValueOf(c.Quirks))
		mark(reflect.ValueOf(c.Auth))
	}
	for _, v := range []any{simulator.Quirks{}, simulator.Auth{}} {
		for i := range reflect.TypeOf(v).NumField() {
			name := reflect.TypeOf(v).Name() + "." + reflect.TypeOf(v).Field(i).Name
			if !used[name] {
				t.Errorf("%s is in no entry", name)
			}
		}
	}
}
