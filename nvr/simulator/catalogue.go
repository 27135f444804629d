package simulator

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// Quirk is one habit of real devices.
type Quirk struct {
	Name string // short and unique, e.g. "page-cap"
	Text string // a sentence: what the device does
	Seen string // the public device or project that met it, or that none did
	// Apply gives a configuration the habit and changes nothing else in it. It
	// does not touch what the configuration's slices and maps hold.
	Apply func(*Config)
}

// What Quirk.Seen says where there is no device to name.
const (
	unnamed     = "reported without naming the device"
	notReported = "not reported; a client should stand it"
)

// Catalogue returns all habits that are known, so that a test can walk them.
// With these all recordings can be had, as they are; for the others see Refusals
// and Misleading.
func Catalogue() []Quirk {
	var all []Quirk
	all = append(all, discoveryQuirks()...)
	all = append(all, searchQuirks()...)
	all = append(all, resultQuirks()...)
	all = append(all, downloadQuirks()...)
	all = append(all, deliveryQuirks()...)
	all = append(all, clockQuirks()...)
	all = append(all, signInQuirks()...)
	return append(all, httpQuirks()...)
}

func discoveryQuirks() []Quirk {
	return []Quirk{
		{"camera", "A standalone camera refuses InputProxy and means UTC in searches.", "hikvision_next fixtures of 15 devices; DS-2XM6825G0 V5.5.850", func(c *Config) { c.Kind = Camera }},
		{"dvr", "A hybrid DVR lists analog inputs and IP channels in different places.", "hikvision_next fixtures; a live DVR with 32 channels", func(c *Config) {
			c.Kind = DVR
			c.Channels = slices.Clone(c.Channels)
			for i := range c.Channels {
				c.Channels[i].Analog = i%2 == 0
			}
		}},
		{"no-tracks", "record/tracks is not supported.", notReported, quirk(func(q *Quirks) { q.RefuseTracks = true })},
		{"no-inputs", "Neither InputProxy nor Video/inputs is supported.", notReported, quirk(func(q *Quirks) { q.RefuseInputs = true })},
		{"listing-refused-with-200", "A listing is refused by a ResponseStatus with status 200.", "HikLoad#19, HikLoad#38", quirk(func(q *Quirks) { q.RefuseTracks, q.DiscoveryWith200 = true, true })},
		{"no-capabilities", "System/capabilities is not supported.", notReported, quirk(func(q *Quirks) { q.NoCapabilities = true })},
		{"no-usercheck", "Security/userCheck is not supported.", notReported, quirk(func(q *Quirks) { q.NoUserCheck = true })},
		{"no-online-state", "The channel status leaves out whether a camera is online.", "hikvision_next fixtures", quirk(func(q *Quirks) { q.NoOnlineState = true })},
		{"no-device-type", "deviceInfo has no deviceType.", notReported, quirk(func(q *Quirks) { q.NoDeviceType = true })},
		{"sick-list", "record/tracks is 500 deviceError for ever.", "evercam-server#63", sickList(Tracks)},
		{"sick-status", "InputProxy/channels/status is 500 deviceError for ever.", "evercam-server#63", sickList(InputProxyStatus)},
		{"sick-capabilities", "System/capabilities is 500 deviceError for ever.", "evercam-server#63", sickList(Capabilities)},
		{"sick-time", "System/time is 500 deviceError for ever.", "evercam-server#63", sickList(Time)},
		{"gaps", "Channel numbers are not contiguous.", "hikvision_next fixtures", func(c *Config) {
			c.Channels = slices.Clone(c.Channels)
			for i := range c.Channels {
				c.Channels[i].Number = 2*i + 3
			}
		}},
	}
}

func searchQuirks() []Quirk {
	return []Quirk{
		{"any-search-id", "Any text is accepted as searchID.", "cfryanr, cameras of 2020", quirk(func(q *Quirks) { q.AnySearchID = true })},
		{"lowercase-session", "The searchID comes back in braces and lower case.", "NVRs that want a GUID, e.g. DS-7616NI-E2 V3.4.106", quirk(func(q *Quirks) { q.LowercaseSession = true })},
		{"wants-bare-xml", "A search with an XML declaration or a namespace is refused.", "intelsk, DS-7616NXI V4.84", quirk(func(q *Quirks) { q.RejectNamespace = true })},
		{"wants-misspelling", "The right spelling of searchResultPostion is refused.", "DVR-208G-M1 V4.71.410", quirk(func(q *Quirks) { q.RejectRightTag = true })},
		{"small-pages-only", "maxResults above 50 is badParameters.", "a claim without proof; qb60 went from 200 to 50", quirk(func(q *Quirks) { q.RejectLargePage = 50 })},
		{"short-spans-only", "A span longer than 31 days is badParameters.", notReported, quirk(func(q *Quirks) { q.MaxSpan = 31 * 24 * time.Hour })},
		{"ignores-position", "Every request gives the first page.", "ulion fork, legacy NVR", quirk(func(q *Quirks) { q.IgnorePosition, q.PageCap = true, 3 })},
		{"repeats-on-new-id", "A new searchID gives the first page again.", "wwwcheong/hikvision_download, live NVR", quirk(func(q *Quirks) { q.RepeatOnNewID, q.PageCap = true, 3 })},
		{"one-session", "A new searchID ends the session before, whose next page is the first again.", notReported, quirk(func(q *Quirks) { q.OneSession, q.RepeatOnNewID, q.PageCap = true, true, 3 })},
		{"ignores-track-id-list", "trackIDList is ignored: the result is of track 101.", "HiWatch DS-N308", quirk(func(q *Quirks) { q.IgnoreTrackIDList = true })},
		{"refuses-unknown-track", "A search of a track that is not configured is 400.", "Sudhakar77777, live NVR", quirk(func(q *Quirks) { q.RefuseUnknown = true })},
		{"one-search-at-a-time", "A second search at the same time is busy.", "DS-7616NXI-K2 V4.84.101: maxConcurrentSearches 1", func(c *Config) { c.MaxSearches = 1 }},
		{"search-needs-quiet", "A search is busy while a download runs.", notReported, quirk(func(q *Quirks) { q.SearchNeedsQuiet = true })},
		{"spare-spans", "More than one timeSpan is accepted.", notReported, quirk(func(q *Quirks) { q.SpareSpans = true })},
		{"busy-searches", "Three of ten searches are 503 deviceBusy, at random.", "one search slot and a second client: 10 to 30 %", func(c *Config) {
			c.Random = map[Endpoint]Chaos{Search: {Seed: 3, Probability: 0.3, Faults: []Fault{Busy(0)}}}
		}},
		{"search-cap", "A search ends with OK after 4000 items.", "timelapsed, live NVR", quirk(func(q *Quirks) { q.SearchCap = 4000 })},
	}
}

func resultQuirks() []Quirk {
	return []Quirk{
		{"page-cap", "A page has few items, whatever was asked.", "DS-7616NXI V4.84 caps pages at 64", quirk(func(q *Quirks) { q.PageCap = 2 })},
		{"one-item-pages", "Every page has one item.", notReported, quirk(func(q *Quirks) { q.PageCap = 1 })},
		{"empty-more", "The last page says MORE and an empty one follows.", unnamed, quirk(func(q *Quirks) { q.EmptyMore, q.PageCap = true, 3 })},
		{"no-status", "There is no responseStatusStrg.", "two live recorders in Amman and Irbid", quirk(func(q *Quirks) { q.NoStatus, q.PageCap = true, 3 })},
		{"status-tag", "responseStatusStrg is spelt otherwise.", "a claim without proof", quirk(func(q *Quirks) { q.StatusTag = "responseStatusString" })},
		{"total-in-num", "numOfMatches counts all items.", notReported, quirk(func(q *Quirks) { q.TotalMatches, q.PageCap = true, 3 })},
		{"total-matches", "There is a totalMatches.", "hikvision-backup (Go), cameras", quirk(func(q *Quirks) { q.TotalElement = true })},
		{"nothing-with-200", "Nothing found is a ResponseStatus with status 200.", unnamed, quirk(func(q *Quirks) { q.NothingWith200 = true })},
		{"empty-list", "Nothing found is OK with an empty list.", unnamed, quirk(func(q *Quirks) { q.EmptyListOK = true })},
		{"touching-items", "Items that only touch the span are found.", notReported, quirk(func(q *Quirks) { q.TouchingItems = true })},
		{"foreign-items", "An item of another track is among the results.", "HiWatch DS-N308", quirk(func(q *Quirks) { q.ForeignItems = true })},
		{"repeated-items", "The last item of a page comes again on the next.", "segments that straddle a page", quirk(func(q *Quirks) { q.RepeatItems, q.PageCap = true, 3 })},
		{"descending", "Items come newest first.", notReported, quirk(func(q *Quirks) { q.Descending = true })},
		{"namespace-isapi", "Answers are in the isapi.org namespace.", "NXI-I2 V4.62, M4 V5.03", namespace(ISAPINS)},
		{"namespace-ver10", "Answers are in the ver10 namespace.", "hikvision_next fixtures", namespace(HikvisionNS10)},
		{"namespace-std-org", "Answers are in the std-cgi.org namespace.", "OEM units", namespace(StdOrgNS)},
		{"namespace-std-com", "Answers are in the std-cgi.com namespace.", "OEM units", namespace(StdComNS)},
		{"namespace-psia", "Answers are in the PSIA namespace.", "old units", namespace(PsiaNS)},
		{"namespace-prefix", "Every element has a prefix.", notReported, namespace(PrefixedNS)},
		{"namespace-none", "Answers have no namespace.", "ERI-K104-P4 (hikvision_next#50)", namespace(NoNS)},
		{"blanks", "Texts in results have blanks and line breaks around them.", notReported, quirk(func(q *Quirks) { q.BlankAnswers = true })},
		{"uri-breaks", "The playbackURI has line breaks.", "official Quick Start transcript", quirk(func(q *Quirks) { q.URIBreaks = true })},
		{"uri-lan-address", "The playbackURI names the LAN address and the HTTP port.", "DS-7616NXI-K2 V4.84.101; recorders in Amman", quirk(func(q *Quirks) { q.URIHost = "192.168.1.64:8880" })},
		{"uri-no-slash", "The playbackURI has no slash after the track.", unnamed, quirk(func(q *Quirks) { q.URINoSlash = true })},
		{"uri-whole-times", "The times in the playbackURI are not those of the item.", "evercam/hikvision_client", quirk(func(q *Quirks) { q.WholeTimes = true })},
		{"uri-no-size", "The playbackURI has neither name nor size.", "units that download by time", quirk(func(q *Quirks) { q.NoSize, q.ByTime = true, ByTimeRight })},
		{"size-lies", "size= is a little less than the file.", "recordings that still grow (DS-7616NXI-K2 V4.84.101)", quirk(func(q *Quirks) { q.WrongSize = -100 })},
		{"size-too-large", "size= is a few bytes more than the file has.", "Hik Device Gateway closes a few bytes short", quirk(func(q *Quirks) { q.WrongSize = 4 })},
		{"no-name", "Neither the item nor its playbackURI has a name.", notReported, quirk(func(q *Quirks) { q.NoName = true })},
		{"clock-set-back", "The clock was set back during a recording: it ends before it begins.", "aloz77/hiktools#1: an index entry of minus 44 s", changeSecond(func(r *Recording) { r.End = r.Start.Add(-44 * time.Second) })},
		{"same-start", "Two recordings begin at the same second.", "clocks that are set back; aloz77/hiktools#1", changeSecond(func(r *Recording) { r.Start = r.Start.Add(-r.End.Sub(r.Start)) })},
		{"odd-names", "File names hold blanks, signs and letters beyond ASCII.", "photos of cameras; names of events in OEM firmware", func(c *Config) { c.Channels = oddNames(c.Channels) }},
		{"channel-names", "File names are ch01_0000….", "cameras, some NVRs", quirk(func(q *Quirks) { q.ChannelNames = true })},
		{"same-names", "Every track has the same file names.", unnamed, quirk(func(q *Quirks) { q.SameNames = true })},
	}
}

func downloadQuirks() []Quirk {
	return []Quirk{
		{"photo-address", "Photos are named by a web address, and fetched by GET there only.", "cfryanr, DS-2CD2185FWD-I V5.6.3", photosAt(PhotoHTTP)},
		{"photo-address-no-host", "Photos are named by a web address without host.", "cfryanr, a second camera", photosAt(PhotoNoHost)},
		{"get-only", "A download by POST is methodNotAllowed.", "DS-2XM6825G0 V5.5.850", quirk(func(q *Quirks) { q.Verb = GetOnly })},
		{"post-only", "A download by GET is methodNotAllowed.", "intelsk, DS-7616NXI V4.84", quirk(func(q *Quirks) { q.Verb = PostOnly })},
		{"get-only-400", "A download by POST is a plain 400.", notReported, quirk(func(q *Quirks) { q.Verb, q.WrongVerb400 = GetOnly, true })},
		{"post-only-400", "A download by GET is a plain 400.", notReported, quirk(func(q *Quirks) { q.Verb, q.WrongVerb400 = PostOnly, true })},
		{"query-only", "A download has to name the recording in the query, as the vendor's web page does.", "Sudhakar77777, the vendor's web page", quirk(func(q *Quirks) { q.Verb = QueryOnly })},
		{"query-only-400", "A download with a body is a plain 400; the query names the recording.", notReported, quirk(func(q *Quirks) { q.Verb, q.WrongVerb400 = QueryOnly, true })},
		{"no-query-form", "download?playbackURI= is refused.", "intelsk, DS-7616NXI V4.84", quirk(func(q *Quirks) { q.RefuseQueryForm = true })},
		{"by-time", "A URI without name and size gives that time.", "a gateway that asks so first; fireboy38 and zpmdd write such URIs", byTime(ByTimeRight)},
		{"by-time-off-by-gop", "A URI without name and size gives that time from the next key frame to the one before.", "DS-2XM6825G0 V5.5.850, over RTSP: up to 2 s off", byTime(ByTimeOffByGOP)},
		{"by-time-whole", "It claims to download by time and sends the whole file.", "a project that compared trimmed downloads: byte-identical", byTime(ByTimeWhole)},
		{"by-time-elsewhere", "It claims to download by time and sends another time.", "recorders in Amman: always from the beginning of the file", byTime(ByTimeElsewhere)},
		{"by-time-refused", "It claims to download by time and refuses a URI without name and size.", "recorders in Amman and Irbid refuse it", byTime(ByTimeRefused)},
		{"hangs-up-by-time", "A URI without name and size ends the connection.", "a project that compared trimmed downloads", byTime(ByTimeHangsUp)},
		{"spurious-400", "Every second download is a 400 that means nothing.", "timelapsed, live NVR: about half the calls", quirk(func(q *Quirks) { q.SpuriousEvery = 2 })},
		{"quiet-time", "A download within a second of the last one is a 400 that means nothing.", "timelapsed, live NVR; qb60 waits a second", quirk(func(q *Quirks) { q.QuietTime = time.Second })},
		{"one-download", "A second download is 503 deviceBusy.", "Skinah/IpCamera#41; DS-7616NXI-K2 V4.84.101 serves one comfortably", func(c *Config) { c.MaxDownloads = 1 }},
		{"one-download-400", "A second download is 400 deviceBusy.", "terminals", func(c *Config) { c.MaxDownloads, c.Quirks.BusyForm = 1, Busy400 }},
		{"one-download-200", "A second download is deviceBusy with status 200.", "evercam-server#640: Device Busy as a lasting state", func(c *Config) { c.MaxDownloads, c.Quirks.BusyForm = 1, Busy200 }},
		{"one-download-bare", "A second download is a bare 503.", notReported, func(c *Config) { c.MaxDownloads, c.Quirks.BusyForm = 1, Busy503Bare }},
	}
}

func deliveryQuirks() []Quirk {
	return []Quirk{
		{"no-length", "A download is chunked.", "hikvision-backup (Go), commit b186874", quirk(func(q *Quirks) { q.NoLength = true })},
		{"zero-length", "A download announces Content-Length 0.", "fireboy38", quirk(func(q *Quirks) { q.ZeroLength = true })},
		{"close-delimited", "A download ends with the connection.", "hikvision-backup (Go)", quirk(func(q *Quirks) { q.CloseDelimited = true })},
		{"keep-open", "The connection stays open at 100 %.", "wwwcheong/hikvision_download, live NVR", quirk(func(q *Quirks) { q.KeepOpen = true })},
		{"keep-open-no-length", "The connection stays open at 100 %, and no length was announced.", "hikvision-backup (Go) and wwwcheong/hikvision_download, each half of it", quirk(func(q *Quirks) { q.KeepOpen, q.CloseDelimited = true, true })},
		{"length-short", "Content-Length is a few bytes less than what comes.", "wwwcheong/hikvision_download: content-length mismatch", quirk(func(q *Quirks) { q.WrongLength = -4 })},
		{"length-long", "Content-Length is a few bytes more than what comes.", "Hik Device Gateway closes a few bytes short", quirk(func(q *Quirks) { q.WrongLength = 4 })},
		{"range", "A Range is honoured with 206.", notReported, quirk(func(q *Quirks) { q.Range = RangeHonored })},
		{"range-wrong", "A Range gets 206 and the file from its beginning.", notReported, quirk(func(q *Quirks) { q.Range = RangeWrong })},
		{"range-silent", "A Range gets 206 without Content-Range.", notReported, quirk(func(q *Quirks) { q.Range = RangeSilent })},
		{"content-type", "A download is application/octet-stream.", notReported, quirk(func(q *Quirks) { q.ContentType = "application/octet-stream" })},
		{"mid-gop", "A file begins in the middle of a group of pictures.", "cut at the size limit of a file; a live NVR", quirk(func(q *Quirks) { q.MidGOP = true })},
		{"zero-fill", "The last block of a file is filled with zeros.", notReported, quirk(func(q *Quirks) { q.ZeroFill = 1000 })},
		{"fill-between", "0xFF bytes stand between two packs.", notReported, quirk(func(q *Quirks) { q.FillBetween = true })},
		{"header-again", "The IMKH header stands in the middle of a file once more.", notReported, quirk(func(q *Quirks) { q.HeaderAgain = true })},
		{"private-file", "A file is in a private container, 4HKH.", unnamed, quirk(func(q *Quirks) { q.PrivateFile = true })},
		{"bare-stream", "There is no IMKH header.", notReported, quirk(func(q *Quirks) { q.BareStream = true })},
	}
}

func clockQuirks() []Quirk {
	return []Quirk{
		{"date-is-local", "The Date header is the wall clock labelled GMT, eight hours off.", "MissiaL/hikvision-client captures", func(c *Config) { c.Zone = "CST-8:00:00" }},
		{"date-is-true", "The Date header is true GMT.", "what HTTP says", func(c *Config) { c.Zone, c.Quirks.TrueDate = "CST-8:00:00", true }},
		{"camera-utc", "A camera far from Greenwich means UTC in searches.", "cfryanr (V5.6.3, UTC-7); DS-2XM6825G0", func(c *Config) { c.Kind, c.Zone = Camera, "CST+7:00:00" }},
		{"zone-with-dst", "The zone has daylight saving, and the suffix of localTime does not.", "DS-7616NXI-K2 V4.84.101", func(c *Config) {
			c.Zone, c.Quirks.StandardSuffix = "CST-2:00:00DST01:00:00,M3.5.5/02:00:00,M10.5.0/02:00:00", true
		}},
		{"no-offset", "localTime has no offset.", unnamed, quirk(func(q *Quirks) { q.NoOffset = true })},
		{"signless-offsets", "The offsets in results have lost their sign.", "iDS-7208HUHI-K1 V4.26.010", func(c *Config) { c.Zone, c.Quirks.SignlessOffset = "CST-8:00:00", true }},
		{"no-time-zone", "System/time names no time zone.", notReported, quirk(func(q *Quirks) { q.NoTimeZone, q.NoOffset = true, true })},
		{"offsets-in-results", "Times in results carry an offset.", unnamed, func(c *Config) { c.Zone, c.Quirks.Offsets = "CST-8:00:00", true }},
		{"clock-ahead", "The device's clock is ten minutes ahead.", unnamed, func(c *Config) { c.ClockError = 10 * time.Minute }},
	}
}

func signInQuirks() []Quirk {
	auth := func(change func(*Auth)) func(*Config) { return func(c *Config) { change(&c.Auth) } }
	return []Quirk{
		{"camera-challenge", "The challenge has no algorithm and no opaque.", "MissiaL/hikvision-client captures", auth(func(a *Auth) { a.Style = CameraStyle })},
		{"sha256", "Only SHA-256 is offered.", "Prama V5.8.5 (go2rtc#2344)", auth(func(a *Auth) { a.Scheme = DigestSHA256 })},
		{"two-challenges", "MD5 and SHA-256 come as two headers.", "SharpRTSP#153", auth(func(a *Auth) { a.Scheme = DigestBoth })},
		{"basic-only", "Only Basic is offered.", "DS-2CD2132-I, DS-8464F-EI", auth(func(a *Auth) { a.Scheme = BasicOnly })},
		{"digest-and-basic", "Digest and Basic are offered.", notReported, auth(func(a *Auth) { a.Scheme = DigestBasic })},
		{"one-time-nonces", "A nonce holds for one request.", "hikvision-backup (Go) turns reuse off", auth(func(a *Auth) { a.NonceUses = 1 })},
		{"few-uses", "A nonce holds for three requests, and stale says FALSE then.", "hikvision_next#50: stale=\"FALSE\"", auth(func(a *Auth) { a.NonceUses, a.Stale = 3, StaleDenied })},
		{"short-lived-nonces", "A nonce holds for a second, and stale is missing then.", "sporadic 401 in hikvision_next#69", auth(func(a *Auth) { a.NonceLifetime, a.Stale = time.Second, StaleAbsent })},
		{"nonce-bound-to-url", "A nonce holds for the URL whose 401 gave it out.", notReported, auth(func(a *Auth) { a.NonceBoundURL = true })},
		{"nonce-bound-to-url-not-stale", "A nonce holds for the URL whose 401 gave it out, and stale says FALSE elsewhere.", "IOTechSystems/onvif#41", auth(func(a *Auth) { a.NonceBoundURL, a.Stale = true, StaleDenied })},
		{"html-401", "The body of a 401 is a web page.", "MissiaL/hikvision-client captures", auth(func(a *Auth) { a.Body = HTMLBody })},
		{"bare-401", "A 401 has no body.", "several clients expect it", auth(func(a *Auth) { a.Body = NoBody })},
		{"locks-after-three", "Three refused logins lock the address.", "seven cameras in the hikvision_next fixtures allow 3 to 20", auth(func(a *Auth) { a.LockAfter, a.LockFor = 3, 2*time.Hour })},
		{"loose-count", "A nonce count may come twice.", notReported, auth(func(a *Auth) { a.LooseCount = true })},
		{"spurious-401", "Every seventh request with the right login is refused all the same.", "hikvision_next#69, hikvision_next#289", auth(func(a *Auth) { a.Spurious = 7 })},
	}
}

func httpQuirks() []Quirk {
	return []Quirk{
		{"closes-every-time", "Every answer ends its connection.", "MissiaL/hikvision-client, old camera", quirk(func(q *Quirks) { q.KeepAlive = 1 })},
		{"closes-silently", "A connection ends after three answers, without a word.", "Keep-Alive: max=99", quirk(func(q *Quirks) { q.KeepAlive, q.SilentClose = 3, true })},
		{"slow-answers", "Every answer takes a tenth of a second.", notReported, func(c *Config) { c.Latency = 100 * time.Millisecond }},
		{"no-profile", "search/profile and download/capabilities are not supported.", "DS-2XM6825G0 V5.5.850", quirk(func(q *Quirks) { q.NoSearchProfile, q.NoDailyResults = true, true })},
	}
}

// Refusals returns the habits with which nothing, or not everything, can be
// had at the first try.
func Refusals() []Quirk {
	return []Quirk{
		{"refuses-discovery", "Every listing is an Invalid Operation; channels have to be known.", "Internec i7-N39832UHV V3.4.92", quirk(func(q *Quirks) { q.RefuseDiscovery = true })},
		{"no-right", "The user must not play back: 403 lowPrivilege.", "status codes of the vendor's schema", quirk(func(q *Quirks) { q.RefusePlayback = true })},
		{"no-right-401", "The user must not play back: 401.", "DS-7616NI-K2 (centreon-plugins#3479)", quirk(func(q *Quirks) { q.RefusePlayback, q.ForbiddenWith401 = true, true })},
		{"no-storage", "There is no disk: Invalid Operation.", "HikLoad#38", quirk(func(q *Quirks) { q.NoStorage = true })},
		{"needs-reboot", "Every download is 500 until the device is restarted.", "qb60, camera", func(c *Config) {
			c.Random = map[Endpoint]Chaos{Download: {Probability: 1, Faults: []Fault{DeviceError500()}}}
		}},
		{"unsettled", "A file fetched right after its end lacks its tail.", "HikLoad#37, iDS-7216HQHI-M2/S", quirk(func(q *Quirks) { q.Unsettled = 24 * time.Hour })},
		{"gone-400", "A file that was overwritten is 400.", "timelapsed, live NVR", func(c *Config) { vanish(c); c.Quirks.GoneForm = Gone400 }},
		{"gone-404", "A file that was overwritten is 404.", "timelapsed, live NVR", vanish},
		{"gone-empty", "A file that was overwritten is an empty answer.", "timelapsed, live NVR", func(c *Config) { vanish(c); c.Quirks.GoneForm = GoneEmpty }},
		{"redirects-to-https", "Plain requests are redirected to HTTPS.", "redirectToHttps in hikvision_next fixtures", quirk(func(q *Quirks) { q.RedirectTo = "https://192.0.2.64" })},
		{"first-search-fails", "A search is answered by a ResponseStatus with status 200.", unnamed, quirk(func(q *Quirks) { q.FirstSearchFails = true })},
		{"spurious-search", "Every second search is a 400 that means nothing.", notReported, quirk(func(q *Quirks) { q.SpuriousSearch = 2 })},
		{"search-errors", "Every second search is 500 deviceError; the same search works when it is repeated.", "DS-7716NI-I4/16P V4.61.030: about half of all searches", quirk(func(q *Quirks) { q.SearchErrors = 2 })},
		{"early-range", "A search that begins before the first recording is 500 deviceError, always.", "DS-7716NI-I4/16P V4.61.030", func(c *Config) { c.Quirks.IndexFrom = firstStart(*c) }},
		{"many-matches", "A search that finds more than two items is 500 deviceError, always.", "DS-7716NI-I4/16P V4.61.030: thousands of items", quirk(func(q *Quirks) { q.MaxMatches = 2 })},
		{"sick-recording", "One recording is 503 for ever.", "evercam-server#63, evercam-server#475", sickRecording(Busy(0))},
		{"sick-recording-error", "One recording is deviceError with status 200 and the PSIA namespace, for ever.", "evercam-server#63, evercam-server#475", sickRecording(DeviceErrorWith200())},
		{"sick-recording-500", "One recording is 500 deviceError for ever.", "evercam-server#63, evercam-server#475", sickRecording(DeviceError500())},
		{"sick-recording-silent", "Asked for one recording, the device never answers.", "evercam-server#475", sickRecording(SlowHeaders(time.Hour))},
		{"sick-track", "Searches of one track are deviceError for ever.", "evercam-server#63, evercam-server#475", func(c *Config) {
			c.Channels = slices.Clone(c.Channels)
			if len(c.Channels) > 0 {
				c.Channels[0].SearchFault = DeviceErrorWith200()
			}
		}},
		{"no-download", "There is no function to download: 403 notSupport, whatever the form.", "ANNKE C1200", quirk(func(q *Quirks) { q.NoDownload = DownloadNotSupported })},
		{"no-download-404", "There is no function to download: a 404 page, whatever the form.", "G6 firmware", quirk(func(q *Quirks) { q.NoDownload = DownloadPage })},
		{"answers-html", "A download is a web page with status 200.", notReported, func(c *Config) {
			c.Random = map[Endpoint]Chaos{Download: {Probability: 1, Faults: []Fault{HTMLWith200()}}}
		}},
		{"bare-503", "Everything is 503.", notReported, func(c *Config) {
			c.Random = map[Endpoint]Chaos{Search: {Probability: 1, Faults: []Fault{Status(http.StatusServiceUnavailable, "")}}}
		}},
	}
}

// Misleading returns the habits that no client can tell from what the device
// says of itself: it searches by another clock than its kind does. On one side
// of Greenwich the newest recordings give it away, because they lie in the
// future of the usual clock; on the other an operator has to say it.
func Misleading() []Quirk {
	return []Quirk{
		{"recorder-utc-west", "An NVR west of Greenwich means UTC in searches.", "gate_nvr: two recorders on one site differ", func(c *Config) { c.Zone, c.Quirks.Clock = "CST+5:00:00", TrueUTC }},
		{"recorder-utc-east", "An NVR east of Greenwich means UTC in searches.", "gate_nvr: two recorders on one site differ", func(c *Config) { c.Zone, c.Quirks.Clock = "CST-3:00:00", TrueUTC }},
		{"camera-wall-clock-east", "A camera east of Greenwich means its wall clock in searches.", notReported, func(c *Config) { c.Kind, c.Zone, c.Quirks.Clock = Camera, "CST-3:00:00", WallClock }},
		{"camera-wall-clock-west", "A camera west of Greenwich means its wall clock in searches.", notReported, func(c *Config) { c.Kind, c.Zone, c.Quirks.Clock = Camera, "CST+5:00:00", WallClock }},
	}
}

// vanish takes the first file of every channel away.
func vanish(c *Config) {
	c.Channels = slices.Clone(c.Channels)
	for i := range c.Channels {
		if list := c.Channels[i].Recordings; len(list) > 0 {
			list = slices.Clone(list)
			list[0].Vanished = true
			c.Channels[i].Recordings = list
		}
	}
}

// oddNames gives every recording a name that some clients spoil.
func oddNames(list []Channel) []Channel {
	list = slices.Clone(list)
	for i := range list {
		for _, recordings := range []*[]Recording{&list[i].Recordings, &list[i].SubRecordings, &list[i].Photos} {
			*recordings = slices.Clone(*recordings)
			for n := range *recordings {
				(*recordings)[n].Name = fmt.Sprintf("ch%02d кадр @ %d+%%(№%d).jpg", i+1, n, n)
			}
		}
	}
	return list
}

// changeSecond changes the second recording of every channel.
func changeSecond(change func(*Recording)) func(*Config) {
	return func(c *Config) {
		c.Channels = slices.Clone(c.Channels)
		for i := range c.Channels {
			if list := c.Channels[i].Recordings; len(list) > 1 {
				list = slices.Clone(list)
				change(&list[1])
				c.Channels[i].Recordings = list
			}
		}
	}
}

// photosAt turns footage into photos, of a camera that names them by web addresses.
func photosAt(how PhotoURI) func(*Config) {
	return func(c *Config) {
		c.Kind, c.Quirks.PhotoURI, c.Quirks.URIHost = Camera, how, "192.168.1.64"
		c.Channels = oddNames(c.Channels)
		for i := range c.Channels {
			ch := &c.Channels[i]
			ch.Photos = slices.Concat(ch.Photos, ch.Recordings)
			ch.Recordings = nil
			for n := range ch.Photos {
				ch.Photos[n].End = ch.Photos[n].Start
			}
		}
	}
}

// sickRecording makes every download of one recording of the first channel fail.
func sickRecording(f Fault) func(*Config) {
	return func(c *Config) {
		c.Channels = slices.Clone(c.Channels)
		if len(c.Channels) > 0 && len(c.Channels[0].Recordings) > 0 {
			list := slices.Clone(c.Channels[0].Recordings)
			list[0].Fault = f
			c.Channels[0].Recordings = list
		}
	}
}

// sickList makes one optional document fail.
func sickList(e Endpoint) func(*Config) {
	return func(c *Config) {
		always := maps.Clone(c.Always)
		if always == nil {
			always = map[Endpoint]Fault{}
		}
		always[e] = DeviceError500()
		c.Always = always
	}
}

// firstStart returns when the oldest recording begins.
func firstStart(c Config) time.Time {
	first := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	found := false
	for _, ch := range c.Channels {
		for _, r := range slices.Concat(ch.Recordings, ch.SubRecordings, ch.Photos) {
			if !found || r.Start.Before(first) {
				first, found = r.Start, true
			}
		}
	}
	return first
}

// quirk changes only Config.Quirks.
func quirk(change func(*Quirks)) func(*Config) { return func(c *Config) { change(&c.Quirks) } }

func namespace(ns Namespace) func(*Config) { return quirk(func(q *Quirks) { q.Namespace = ns }) }

func byTime(b ByTime) func(*Config) { return quirk(func(q *Quirks) { q.ByTime = b }) }
