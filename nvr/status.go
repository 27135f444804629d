package nvr

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// responseStatus is a recorder's verdict on a request, by the names of its
// fields. It comes with errors but also with status 200, as XML and, from newer
// units, as JSON. It also holds the userCheck answer and the lock-out fields,
// because every family sends another mixture.
type responseStatus map[string]string

// statusFields are the fields of a verdict that mean something here.
var statusFields = []string{
	"statusCode", "statusString", "subStatusCode", "errorMsg", "description",
	"lockStatus",                // unlock, lock, locked
	"unlockTime", "resLockTime", // seconds left
	"retryLoginTime", "retryTimes", // tries left
}

// code returns the status code, or 0 if there is none.
func (s responseStatus) code() int {
	n, _ := strconv.Atoi(s["statusCode"])
	return n
}

// The status codes of ResponseStatus that mean more than "no".
const (
	statusOK          = 1
	statusBusy        = 2
	statusDeviceError = 3
	statusInvalidOp   = 4
	statusBadFormat   = 5
	statusBadContent  = 6
	statusReboot      = 7
)

// readStatus parses a verdict from a body. ok is false if the body is something
// else: a document, an HTML page, nothing.
func readStatus(body []byte) (s responseStatus, ok bool) {
	body = bytes.TrimSpace(body)
	if bytes.HasPrefix(body, []byte("{")) {
		return readJSONStatus(body, 1)
	}
	switch rootName(body) {
	case "ResponseStatus", "userCheck":
	default:
		return s, false
	}
	return fields(body, statusFields...), true
}

// readJSONStatus parses a verdict that is nested in at most depth objects.
func readJSONStatus(body []byte, depth int) (s responseStatus, ok bool) {
	var doc map[string]json.RawMessage
	if json.Unmarshal(body, &doc) != nil {
		return s, false
	}
	if nested, found := doc["ResponseStatus"]; found && depth > 0 {
		return readJSONStatus(nested, depth-1)
	}
	if doc["statusCode"] == nil && doc["statusString"] == nil && doc["subStatusCode"] == nil {
		return s, false
	}
	s = responseStatus{}
	for _, name := range statusFields {
		s[name] = strings.Trim(string(doc[name]), `"`)
	}
	return s, true
}

// says reports whether the sub-status is one of words, ignoring case.
func (s responseStatus) says(words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(s["subStatusCode"], w) })
}

// locked reports whether the recorder refuses this address, and for how long; 0
// if unknown.
func (s responseStatus) locked() (time.Duration, bool) {
	is := strings.EqualFold(s["lockStatus"], "lock") || strings.EqualFold(s["lockStatus"], "locked") ||
		s.says("userLocked", "ipLocked", "accountLocked")
	if !is {
		return 0, false
	}
	seconds := max(number(s["unlockTime"]), number(s["resLockTime"]), 0)
	return time.Duration(min(seconds, 7*24*3600)) * time.Second, true
}

// triesLeft returns how many logins are left before a lock-out, or -1 if
// unknown.
func (s responseStatus) triesLeft() int {
	if n := number(s["retryLoginTime"]); n >= 0 {
		return n
	}
	return number(s["retryTimes"])
}

// noRight reports whether the recorder says explicitly that the user lacks a
// right, rather than that the login is wrong.
func (s responseStatus) noRight() bool {
	return s.says("lowPrivilege", "noPermission", "notPermission", "noRight", "userNoPermission", "noOperationPermission")
}

// wrongVerb reports whether the request needs another method.
func (s responseStatus) wrongVerb() bool { return s.says("methodNotAllowed") }

// noStorage reports whether a search was refused in the way of devices without
// storage: HikLoad#38 met it without a disk.
func (s responseStatus) noStorage() bool {
	return s.code() == statusInvalidOp && (s.says("invalidOperation", "notSupport") || s["subStatusCode"] == "")
}

// badRequest reports whether the recorder rejected the XML of the request.
func (s responseStatus) badRequest() bool {
	return s.code() == statusBadFormat || s.code() == statusBadContent
}

// words returns what the recorder said, for the detail of an error.
func (s responseStatus) words() string {
	said := make([]string, 0, 3)
	for _, part := range []string{s["statusString"], s["subStatusCode"], s["errorMsg"], s["description"]} {
		part = CleanText(part, maxDetail)
		if part == "" || strings.EqualFold(part, "ok") {
			continue
		}
		if len(said) > 0 && strings.EqualFold(said[len(said)-1], part) {
			continue
		}
		said = append(said, part)
	}
	return strings.Join(said, ", ")
}

// number parses a count of a few digits. It returns -1 if there is none.
func number(text string) int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// refusal converts an unwanted answer to an Error. It returns nil if status is
// good and the body is not a negative verdict.
func refusal(status int, header http.Header, body []byte) *Error {
	s, isVerdict := readStatus(body)
	if status >= 300 && status < 400 {
		return redirected(header)
	}
	if left, locked := s.locked(); locked {
		e := failure(Locked, s.words(), nil)
		e.RetryAfter = left
		return e
	}
	good := status >= 200 && status < 300
	if good && (!isVerdict || s.code() == 0 || s.code() == statusOK) {
		return nil
	}
	if status == http.StatusBadRequest && !isVerdict && bytes.Contains(bytes.ToUpper(body), []byte("HTTPS")) {
		return unexpected("that port speaks HTTPS", nil).finally().withRemedy(UseHTTPS)
	}
	e := failure(kindOfAnswer(status, s), describe(status, s, isVerdict), nil)
	e.faulty = status == http.StatusInternalServerError || s.code() == statusDeviceError || s.says("deviceError")
	if e.Kind == Busy {
		e.RetryAfter = retryAfter(header, time.Now())
		if s.code() == statusDeviceError || s.says("deviceError") {
			e.what, e.remedy = "the recorder reports an error of its own", RestartRecorder
		}
	}
	return e
}

// kindOfAnswer maps recorders' answers to their meaning.
func kindOfAnswer(status int, s responseStatus) Kind {
	switch {
	case s.noRight():
		return Forbidden
	case s.says("badAuthorization"):
		return Auth
	case s.code() == statusBusy, s.code() == statusDeviceError, s.says("deviceBusy", "deviceError"):
		// Terminals send "device busy" with 400, others with 503 or 200.
		return Busy
	case status == http.StatusNotFound, status == http.StatusGone:
		return Gone
	case s.says("notFound", "noFile", "fileNotExist", "fileNotFound", "notExist", "noRecord", "recordNotExist"):
		return Gone
	case s.code() >= statusInvalidOp && s.code() <= statusReboot:
		return Protocol
	}
	switch status {
	case http.StatusForbidden:
		return Forbidden
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return Busy
	}
	return Protocol
}

func describe(status int, s responseStatus, isVerdict bool) string {
	text := ""
	if status != http.StatusOK {
		text = strings.TrimSpace("HTTP " + strconv.Itoa(status) + " " + http.StatusText(status))
	}
	if !isVerdict {
		return text
	}
	words := s.words()
	switch {
	case words == "":
		return text
	case text == "":
		return words
	}
	return text + " (" + words + ")"
}

// redirected explains a redirect. Redirects are never followed, because the
// digest of a login would go to any host that one names.
func redirected(header http.Header) *Error {
	location := header.Get("Location")
	e := unexpected("it redirects to "+CleanText(location, 80)+", which is not followed", nil).withRemedy(CheckDevice)
	if to, err := url.Parse(location); err == nil && (to.Scheme == "http" || to.Scheme == "https") && to.Host != "" {
		e.remedy = UseNewAddress
	}
	return e
}

// retryAfter returns how long a busy recorder asks to wait. It compares times
// with the answer's own Date, because recorders label local time as GMT.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if text == "" {
		return 0
	}
	if n := number(text); n >= 0 {
		return time.Duration(min(n, 24*3600)) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), 24*time.Hour)
}
