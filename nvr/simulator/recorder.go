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

// Recorder is a simulated recorder. It is an http.Handler; all methods may be
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

	mu        sync.Mutex
	sessions  map[string]bool // searchIDs seen
	searches  int             // in all, for quirks that count
	downloads int             // in all, for quirks that count
	lastEnd   time.Time       // of a download

	inventions int // items that were made up

	fallen  atomic.Int64 // how often it fell over
	upAgain time.Time
}

// New returns a recorder. It panics when the configuration contradicts itself
// (a zone that is not POSIX, two channels of one number), since only a mistake
// in the calling code can cause that.
func New(c Config) *Recorder {
	c = c.withDefaults()
	z, err := parseZone(c.Zone)
	if err != nil {
		panic("simulator: " + err.Error())
	}
	rec := &Recorder{
		config: c, quirks: c.Quirks, zone: z, guard: newGuard(c),
		sessions: map[string]bool{},
	}
	rec.follow(c)
	rec.addTracks()
	return rec
}

// Config returns the configuration with its defaults filled in.
func (rec *Recorder) Config() Config { return rec.config }

// SetPassword changes or adds the password of a user; sessions that use the
// old one are refused from now on.
func (rec *Recorder) SetPassword(user, password string) {
	g := rec.guard
	g.mu.Lock()
	defer g.mu.Unlock()
	g.passwords[user] = password
}

// ExpireNonces makes every nonce given out so far stale.
func (rec *Recorder) ExpireNonces() {
	g := rec.guard
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.nonces)
	g.order = nil
}

// WallClock returns what the device's clock shows now, in time.UTC.
func (rec *Recorder) WallClock() time.Time {
	return rec.zone.wall(rec.config.Now().Add(rec.config.ClockError))
}

// request is what a handler gets.
type request struct {
	*http.Request
	track int    // of a search or download, as far as it could be read
	body  []byte // at most maxBody bytes
}

// maxBody bounds what is read of a request.
const maxBody = 64 << 10

// route is one call.
type route struct {
	endpoint Endpoint
	method   string // empty where the call has its own rules
	answer   func(*Recorder, *request) *reply
}

// handle answers a request to the call.
func (to route) handle(rec *Recorder, r *request) *reply {
	if to.method != "" && r.Method != to.method {
		return wrongVerb(r.Request)
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

// routeOf finds the call that a path stands for. Devices do not mind a slash at the end.
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
	out := &delivery{rec: rec, w: w, r: r, release: func() {}}
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
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxBody)) // what is cut off is no document
	req := &request{Request: r, body: body}
	req.track = trackOf(to.endpoint, req)
	rec.meter.request(to.endpoint)
	fault := rec.script.next(to.endpoint, req.track)
	if fault.name == "" {
		fault = rec.sick(to.endpoint, req)
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

// sick returns the fault of a channel whose searches always fail, and of a
// recording whose downloads do.
func (rec *Recorder) sick(e Endpoint, r *request) Fault {
	switch e {
	case Search:
		if t := rec.tracks[r.track]; t != nil {
			return t.channel.SearchFault
		}
	case Download, PhotoAddress:
		if uri, ok := playbackURI(r); ok {
			found, _ := rec.stored(uri.track, uri.name)
			return found.Fault
		}
	default:
	}
	return Fault{}
}

// limit returns how many requests to an endpoint may run at once; 0 is no limit.
func (rec *Recorder) limit(e Endpoint) int {
	switch e {
	case Download, PhotoAddress:
		return rec.config.MaxDownloads
	case Search:
		return rec.config.MaxSearches
	default:
		return 0
	}
}

// fallenFor is how long a recorder is of no use that fell over.
const fallenFor = time.Minute

// overloaded reports whether the recorder lies there, or falls over because of
// one download too many.
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
	switch rec.quirks.BusyForm {
	case Busy400:
		return refusal(r, http.StatusBadRequest, "deviceBusy", "")
	case Busy200:
		return refusal(r, http.StatusOK, "deviceBusy", "")
	case Busy503Bare:
		return &reply{status: http.StatusServiceUnavailable}
	case Busy503:
	}
	return refusal(r, http.StatusServiceUnavailable, "deviceBusy", "")
}

// checksum returns a number that depends only on the text.
func checksum(parts ...any) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprintln(h, parts...)
	return h.Sum64()
}
