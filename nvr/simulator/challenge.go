package simulator

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// challenge creates a nonce for a request and returns the WWW-Authenticate
// headers.
func (g *guard) challenge(r *http.Request, stale bool) []string {
	basic := fmt.Sprintf("Basic realm=%q", g.realm)
	if g.auth.Scheme == BasicOnly {
		return []string{basic}
	}
	g.serial++
	sum := md5.Sum(fmt.Appendf(nil, "%s %d %d", g.realm, g.serial, g.now().UnixNano()))
	id := hex.EncodeToString(sum[:])
	if g.auth.Style == RecorderStyle {
		id += ":" + strconv.FormatInt(g.now().UnixMilli(), 10)
	}
	g.nonces[id] = &nonce{since: g.now(), url: r.URL.Path}
	g.order = append(g.order, id)
	if len(g.order) > maxNonces {
		delete(g.nonces, g.order[0])
		g.order = slices.Delete(g.order, 0, 1)
	}
	word := [...]string{StaleTold: strings.ToUpper(strconv.FormatBool(stale)), StaleDenied: "FALSE", StaleAbsent: ""}[g.auth.Stale]
	md5Digest, sha256Digest := g.digestChallenge(id, "MD5", word), g.digestChallenge(id, "SHA-256", word)
	return map[Scheme][]string{
		DigestMD5: {md5Digest}, DigestSHA256: {sha256Digest}, DigestBoth: {md5Digest, sha256Digest}, DigestBasic: {md5Digest, basic},
	}[g.auth.Scheme]
}

// digestChallenge returns one challenge in the style of the family: a DS-7608NI
// quotes every field and sends an empty opaque, a camera omits the algorithm.
func (g *guard) digestChallenge(id, algorithm, stale string) string {
	if stale != "" {
		stale = fmt.Sprintf(", stale=%q", stale)
	}
	if g.auth.Style == CameraStyle {
		if algorithm != "MD5" {
			stale += fmt.Sprintf(", algorithm=%s", algorithm)
		}
		return fmt.Sprintf("Digest qop=\"auth\", realm=%q, nonce=%q%s", g.realm, id, stale)
	}
	return fmt.Sprintf("Digest realm=%q, domain=\"::\", qop=\"auth\", nonce=%q, opaque=\"\", algorithm=%q%s",
		g.realm, id, algorithm, stale)
}

// refuse returns the 401.
func (g *guard) refuse(r *http.Request, l *lock, stale bool) *reply {
	rep := &reply{status: http.StatusUnauthorized, header: http.Header{}}
	rep.header["Www-Authenticate"] = g.challenge(r, stale)
	state, seconds := "unlock", 0
	if wait := l.until.Sub(g.now()); wait > 0 {
		state, seconds = "lock", int((wait+time.Second-1)/time.Second)
	}
	switch g.auth.Body {
	case LongBody:
		rep.xml(fmt.Sprintf(`<userCheck version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema">
<statusValue>401</statusValue>
<statusString>Unauthorized</statusString>
<isDefaultPassword>false</isDefaultPassword>
<isRiskPassword>false</isRiskPassword>
<isActivated>true</isActivated>
<lockStatus>%s</lockStatus>
<unlockTime>%d</unlockTime>
%s</userCheck>`, state, seconds, g.auth.triesLeft("retryLoginTime", l.refused)))
	case ShortBody:
		rep.xml(`<userCheck><statusValue>401</statusValue><statusString>Unauthorized</statusString></userCheck>`)
	case HTMLBody:
		rep.html(`<!DOCTYPE html><html><head><title>Document Error: Unauthorized</title></head>` +
			`<body><h2>Access Error: 401 -- Unauthorized</h2><p>Authorization required</p></body></html>`)
	case StatusLock:
		sub := "badAuthorization"
		if state == "lock" {
			sub = "userLocked"
		}
		rep.xml(fmt.Sprintf(`<ResponseStatus version="2.0" xmlns="http://www.std-cgi.com/ver20/XMLSchema">
<requestURL></requestURL>
<statusCode>4</statusCode>
<statusString>Invalid Operation</statusString>
<subStatusCode>%s</subStatusCode>
<lockStatus>%s</lockStatus>
%s<resLockTime>%d</resLockTime>
</ResponseStatus>`, sub, state, g.auth.triesLeft("retryTimes", l.refused), seconds))
	case NoBody:
	}
	return rep
}
