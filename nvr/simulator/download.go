package simulator

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// playback is a parsed playbackURI.
type playback struct {
	track   int
	name    string
	size    string
	start   time.Time // zero if absent
	end     time.Time // zero if absent
	byQuery bool      // it was in the query, not in the body
	web     bool      // it is a web address
}

var (
	uriTrack = regexp.MustCompile(`/Streaming/tracks/(\d{1,7})`)
	uriField = regexp.MustCompile(`[?&](starttime|endtime|name|size)=([^&]*)`)
	uriBreak = regexp.MustCompile(`\s*[\r\n]\s*`)
)

// parsePlayback parses a playbackURI with any host. It ignores line breaks and
// the blanks around them.
func parsePlayback(text string) (playback, bool) {
	text = uriBreak.ReplaceAllString(strings.TrimSpace(text), "")
	var p playback
	m := uriTrack.FindStringSubmatch(text)
	if m == nil {
		return p, false
	}
	p.web = !strings.HasPrefix(text, "rtsp://")
	p.track, _ = strconv.Atoi(m[1])
	for _, f := range uriField.FindAllStringSubmatch(text, -1) {
		switch f[1] {
		case "name":
			p.name = f[2]
		case "size":
			p.size = f[2]
		case "starttime":
			p.start, _ = time.Parse("20060102T150405Z", f[2])
		case "endtime":
			p.end, _ = time.Parse("20060102T150405Z", f[2])
		}
	}
	return p, true
}

// playbackURI finds the URI in the body, or in the query, where browsers put it
// without escaping its ampersands.
func playbackURI(r *request) (playback, bool) {
	if uriTrack.MatchString(r.URL.Path) {
		query, err := url.PathUnescape(r.URL.RawQuery)
		p, ok := parsePlayback(r.URL.Path + "?" + query)
		return p, ok && err == nil
	}
	if _, raw, ok := strings.Cut(r.URL.RawQuery, "playbackURI="); ok {
		text, _ := url.QueryUnescape(raw) // what is escaped wrongly is no URI
		p, ok := parsePlayback(text)
		p.byQuery = true
		return p, ok
	}
	root, err := parseXML(string(r.body))
	if err != nil || root.XMLName.Local != "downloadRequest" {
		return playback{}, false
	}
	text, _ := root.find("playbackURI")
	return parsePlayback(text)
}

func (rec *Recorder) download(r *request) *reply {
	if p := rec.wrongDownloadVerb(r); p != nil {
		return p
	}
	if p := rec.spurious(r); p != nil {
		return p
	}
	uri, ok := playbackURI(r)
	if !ok {
		return refuse(r, "badXmlContent", "playbackURI")
	}
	if uri.byQuery && rec.quirks.RefuseQueryForm {
		return refuse(r, "badXmlContent", "")
	}
	if uri.web {
		return refuse(r, "invalidOperation", "")
	}
	if uri.name == "" && !rec.quirks.NoName || uri.size == "" {
		return rec.downloadByTime(r, uri)
	}
	return rec.downloadByName(r, uri)
}

// wrongDownloadVerb returns the refusal of a wrong verb, or nil.
func (rec *Recorder) wrongDownloadVerb(r *request) *reply {
	get, post := r.Method == http.MethodGet, r.Method == http.MethodPost
	byQuery := get && strings.Contains(r.URL.RawQuery, "playbackURI=")
	switch allowed := [...]bool{AnyVerb: get || post, GetOnly: get, PostOnly: post, QueryOnly: byQuery}; {
	case allowed[rec.quirks.Verb]:
		return nil
	case rec.quirks.WrongVerb400:
		return refuse(r, "badXmlContent", "")
	}
	return refuse(r, "methodNotAllowed", "")
}

// spurious returns a refusal without a reason: every so often, or soon after
// the last download ended.
func (rec *Recorder) spurious(r *request) *reply {
	k := rec.quirks
	nth := int(rec.downloads.Add(1))
	rec.mu.Lock()
	since := time.Since(rec.lastEnd)
	rec.mu.Unlock()
	if k.SpuriousEvery > 0 && nth%k.SpuriousEvery == 0 || since < k.QuietTime {
		return refuse(r, "badXmlContent", "")
	}
	return nil
}

// photoAt answers a request to a photo's own address.
func (rec *Recorder) photoAt(r *request) *reply {
	uri, ok := playbackURI(r)
	t := rec.tracks[uri.track]
	if !ok || t == nil || !t.photos || rec.quirks.PhotoURI == PhotoRTSP {
		return refusal(r.Request, http.StatusNotFound, "notSupport", "")
	}
	return rec.downloadByName(r, uri)
}

// downloadByTime answers a URI without name and size.
func (rec *Recorder) downloadByTime(r *request, uri playback) *reply {
	switch k := rec.quirks.ByTime; {
	case k == ByTimeHangsUp:
		panic(http.ErrAbortHandler)
	case k == ByTimeRefused:
		return refuse(r, "invalidOperation", "")
	case k == NotByTime || uri.start.IsZero():
		return refuse(r, "badParameters", "playbackURI")
	}
	start, end := uri.start, uri.end
	if rec.utc() {
		start, end = rec.zone.wall(start), rec.zone.wall(end)
	}
	for _, found := range rec.Recordings(uri.track) {
		if !found.Start.Truncate(time.Second).After(start) && found.End.Truncate(time.Second).After(start) { // as its search shows them
			final, _ := rec.stored(uri.track, found.Name)
			content := rec.content(uri.track, final, found.Size)
			switch off := end.Sub(start); {
			case rec.quirks.ByTime == ByTimeElsewhere:
				content.trim(found.Start, found.Start.Add(off), false)
			case rec.quirks.ByTime != ByTimeWhole && (start.After(found.Start) || end.Before(found.End)):
				content.trim(start, end, rec.quirks.ByTime == ByTimeOffByGOP)
			}
			return rec.deliver(r, uri.track, content)
		}
	}
	return rec.gone(r)
}

// downloadByName answers a URI as returned by a search. Its times do not
// matter: the whole file is sent.
func (rec *Recorder) downloadByName(r *request, uri playback) *reply {
	start := uri.start
	if rec.utc() {
		start = rec.zone.wall(start)
	}
	for _, found := range rec.Recordings(uri.track) {
		if found.Name != uri.name && !(rec.quirks.NoName && uri.name == "" && found.Start.Equal(start)) {
			continue
		}
		if want := strconv.FormatInt(found.Size+rec.quirks.WrongSize, 10); uri.size != want && !found.Growing {
			return refuse(r, "badParameters", "size")
		}
		final, _ := rec.stored(uri.track, found.Name)
		if settled := rec.quirks.Unsettled; settled > 0 && rec.WallClock().Sub(found.End) < settled {
			found.Size -= found.Size / 10
		}
		return rec.deliver(r, uri.track, rec.content(uri.track, final, found.Size))
	}
	return rec.gone(r)
}

func (rec *Recorder) gone(r *request) *reply {
	switch rec.quirks.GoneForm {
	case Gone400:
		return refuse(r, "badParameters", "playbackURI")
	case GoneEmpty:
		return &reply{status: http.StatusOK}
	case GoneNotFound:
	}
	return refuse(r, "notFound", "")
}

// deliver answers with bytes of a track, or part of them.
func (rec *Recorder) deliver(r *request, track int, content *Content) *reply {
	k, size := rec.quirks, content.Size()
	p := &reply{status: http.StatusOK, header: http.Header{}, paced: true, size: size, framing: k.Framing, offset: k.WrongLength, keep: k.KeepOpen}
	p.header.Set("Content-Type", cmp.Or(k.ContentType, "Opaque/data"))
	if rec.tracks[track].photos {
		p.header.Set("Content-Type", "image/jpeg")
	}
	p.body = content
	if from, ok := rangeStart(r.Header.Get("Range"), size); ok && k.Range != RangeIgnored {
		rec.part(p, content, from)
	}
	return p
}

// part reduces a whole file to the part that a Range requests.
func (rec *Recorder) part(p *reply, content *Content, from int64) {
	if from >= p.size {
		p.status = http.StatusRequestedRangeNotSatisfiable
		p.header.Set("Content-Range", fmt.Sprintf("bytes */%d", p.size))
		p.body, p.size, p.framing, p.paced = nil, 0, ByLength, false
		return
	}
	p.status = http.StatusPartialContent
	whole := p.size
	switch rec.quirks.Range {
	case RangeWrong:
		p.header.Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", whole-1, whole))
		return
	case RangeHonored:
		p.header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, whole-1, whole))
	case RangeSilent, RangeIgnored:
	}
	_, _ = content.Seek(from, io.SeekStart)
	p.size = whole - from
}

// rangeStart parses "bytes=n-", the only form that resumes a download, and
// "bytes=n-m" with an m past the end.
func rangeStart(header string, size int64) (int64, bool) {
	text, ok := strings.CutPrefix(header, "bytes=")
	if !ok {
		return 0, false
	}
	first, last, ok := strings.Cut(text, "-")
	from, err := strconv.ParseInt(first, 10, 64)
	if !ok || err != nil || from < 0 {
		return 0, false
	}
	if last == "" {
		return from, true
	}
	to, err := strconv.ParseInt(last, 10, 64)
	return from, err == nil && to >= size-1
}

// downloadCapabilities reports the supported ways of downloading.
func (rec *Recorder) downloadCapabilities(r *request) *reply {
	if rec.config.Kind == Camera && rec.quirks.ByTime == NotByTime {
		return refuse(r, "methodNotAllowed", "")
	}
	return rec.answer("DownloadAbility", "", element("isSupportDownloadbyTime", rec.quirks.ByTime != NotByTime)+
		element("isSupportDownloadbyFileName", true))
}
