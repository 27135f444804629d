package simulator

import (
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Recorder is a simulated recorder. It is an http.Handler. All methods may be
// called while it serves.
type Recorder struct {
	config Config
	quirks Quirks
	zone   zone
	guard  *guard
	script script
	meter  meter

	tracks map[int]*track
	order  []int // track numbers, ascending

	mu       sync.Mutex
	sessions map[string]bool // searchIDs seen
	lastEnd  time.Time       // when the last download ended
	upAgain  time.Time       // when it has recovered from falling over

	// Totals, for quirks that count.
	searches, downloads, inventions, fallen atomic.Int64
}

// New returns a recorder. It panics if the configuration is invalid (a zone
// that is not POSIX, two channels with one number), because that is a bug in
// the caller.
func New(c Config) *Recorder {
	c = c.withDefaults()
	z, err := parseZone(c.Zone)
	if err != nil {
		panic("simulator: " + err.Error())
	}
	rec := &Recorder{
		config: c, quirks: c.Quirks, zone: z, guard: newGuard(c),
		sessions: map[string]bool{}, meter: meter{stats: Stats{Requests: map[Endpoint]int{}}, running: map[Endpoint]int{}},
	}
	rec.follow(c)
	rec.addTracks()
	return rec
}

// Config returns the configuration with all defaults filled in.
func (rec *Recorder) Config() Config { return rec.config }

// SetPassword sets the password of a user, who may be new. From now on it
// refuses sessions that use the old password.
func (rec *Recorder) SetPassword(user, password string) {
	g := rec.guard
	g.mu.Lock()
	defer g.mu.Unlock()
	g.passwords[user] = password
}

// ExpireNonces makes every issued nonce stale.
func (rec *Recorder) ExpireNonces() {
	g := rec.guard
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.nonces)
	g.order = nil
}

// WallClock returns the time on the device's clock, in time.UTC.
func (rec *Recorder) WallClock() time.Time {
	return rec.zone.wall(rec.config.Now().Add(rec.config.ClockError))
}

// request is the argument of a handler.
type request struct {
	*http.Request
	track int    // track of a search or download, if it could be parsed
	name  string // recording of a download, if it could be parsed
	body  []byte // first maxBody bytes
}

// maxBody is how much of a request body is read, in bytes.
const maxBody = 64 << 10

// route is one call.
type route struct {
	endpoint Endpoint
	method   string // empty if the call has its own rules
	answer   func(*Recorder, *request) *reply
}

// handle answers a request to the call.
func (to route) handle(rec *Recorder, r *request) *reply {
	if to.method != "" && r.Method != to.method {
		return refuse(r, "methodNotAllowed", "")
	}
	return to.answer(rec, r)
}

var routes = map[string]route{
	"/ISAPI/System/deviceInfo":                      {DeviceInfo, http.MethodGet, (*Recorder).deviceInfo},
	"/ISAPI/System/capabilities":                    {Capabilities, http.MethodGet, (*Recorder).capabilities},
	"/ISAPI/System/time":                            {Time, http.MethodGet, (*Recorder).time},
	"/ISAPI/Security/userCheck":                     {UserCheck, "", (*Recorder).userCheck},
	"/ISAPI/ContentMgmt/InputProxy/channels":        {InputProxy, http.MethodGet, (*Recorder).inputProxy},
	"/ISAPI/ContentMgmt/InputProxy/channels/status": {InputProxyStatus, http.MethodGet, (*Recorder).inputProxyStatus},
	"/ISAPI/System/Video/inputs/channels":           {VideoInputs, http.MethodGet, (*Recorder).videoInputs},
	"/ISAPI/Streaming/channels":                     {StreamingChannels, http.MethodGet, (*Recorder).streamingChannels},
	"/ISAPI/ContentMgmt/record/tracks":              {Tracks, http.MethodGet, (*Recorder).trackList},
	"/ISAPI/ContentMgmt/search":                     {Search, http.MethodPost, (*Recorder).search},
	"/ISAPI/ContentMgmt/download":                   {Download, "", (*Recorder).download},
	"/ISAPI/ContentMgmt/Storage":                    {Storage, http.MethodGet, (*Recorder).storage},
	"/ISAPI/ContentMgmt/download/capabilities":      {DownloadCapabilities, "", (*Recorder).downloadCapabilities},
}

// routeOf returns the call for a path. Devices ignore a slash at the end.
func routeOf(path string) route {
	path = strings.TrimSuffix(path, "/")
	if strings.HasPrefix(path, "/ISAPI/Streaming/tracks/") {
		return route{PhotoAddress, http.MethodGet, (*Recorder).photoAt}
	}
	if to, ok := routes[path]; ok {
		return to
	}
	return route{Other, "", func(_ *Recorder, r *request) *reply {
		return refusal(r.Request, http.StatusNotFound, "notSupport", "")
	}}
}

// ServeHTTP answers one request.
func (rec *Recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn, ok := r.Context().Value(connKey{}).(*connState)
	if !ok { // served by something else than a Server
		conn = &connState{server: r.Context()}
	}
	out := &delivery{rec: rec, w: w, r: r, conn: conn, release: func() {}}
	if to := rec.quirks.RedirectTo; to != "" && r.TLS == nil {
		out.send(&reply{status: http.StatusFound, header: http.Header{"Location": {to + r.URL.RequestURI()}}}, Fault{})
		return
	}
	no, bare := rec.guard.check(r)
	if bare {
		rec.meter.request(Challenge)
		out.send(no, rec.script.next(Challenge, 0))
		return
	}
	if no != nil {
		out.send(no, Fault{})
		return
	}
	to := routeOf(r.URL.Path)
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxBody)) // a truncated document does not parse
	req := &request{Request: r, body: body}
	req.track, req.name = subject(to.endpoint, req)
	rec.meter.request(to.endpoint)
	fault := rec.script.next(to.endpoint, req.track)
	if fault.name == "" {
		fault = rec.permanentFault(to.endpoint, req)
	}

	release, busy := rec.meter.enter(to.endpoint, rec.limit(to.endpoint))
	out.release = sync.OnceFunc(release)
	defer out.release()
	busy = rec.overloaded(to.endpoint) || busy
	out.falls = rec.fallen.Load()
	switch {
	case fault.answer != nil:
		out.send(nil, fault)
	case busy:
		out.send(rec.busy(r), fault)
	default:
		out.send(to.handle(rec, req), fault)
	}
}

// permanentFault returns the fault of the channel being searched or the
// recording being downloaded.
func (rec *Recorder) permanentFault(e Endpoint, r *request) Fault {
	if t := rec.tracks[r.track]; t != nil && e == Search {
		return t.channel.SearchFault
	}
	found, _ := rec.stored(r.track, r.name)
	return found.Fault
}

// limit returns how many requests to an endpoint may run at once; 0 is no
// limit.
func (rec *Recorder) limit(e Endpoint) int {
	c := rec.config
	return map[Endpoint]int{Download: c.MaxDownloads, PhotoAddress: c.MaxDownloads, Search: c.MaxSearches}[e]
}

// fallenFor is how long a recorder is down after it falls over.
const fallenFor = time.Minute

// overloaded reports whether the recorder is down, or goes down because of one
// download too many.
func (rec *Recorder) overloaded(e Endpoint) bool {
	most := rec.config.FallsOverAt
	if most == 0 {
		return false
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	now := time.Now()
	if now.Before(rec.upAgain) {
		return true
	}
	if e != Download || rec.meter.runningNow(Download) < most {
		return false
	}
	rec.upAgain = now.Add(fallenFor)
	rec.fallen.Add(1)
	return true
}

// busy returns "busy" in the device's own form.
func (rec *Recorder) busy(r *http.Request) *reply {
	if rec.quirks.BusyForm == Busy503Bare {
		return &reply{status: http.StatusServiceUnavailable}
	}
	statuses := [...]int{Busy503: http.StatusServiceUnavailable, Busy400: http.StatusBadRequest, Busy200: http.StatusOK}
	return refusal(r, statuses[rec.quirks.BusyForm], "deviceBusy", "")
}

// checksum returns a number that depends only on the parts.
func checksum(parts ...any) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprintln(h, parts...)
	return h.Sum64()
}
