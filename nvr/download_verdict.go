package nvr

import (
	"errors"
	"net/http"
	"strings"
	"time"
)

// verdict is what a device said instead of sending a recording.
type verdict struct {
	status    int
	badLength bool // its Content-Length cannot be true: ask again, and read without it
	page      bool // it was not a verdict of ISAPI
	responseStatus
}

// wrongVerb reports whether the device wants the other method, as it says in
// more ways than one.
func (v verdict) wrongVerb() bool {
	return v.status == http.StatusMethodNotAllowed || v.responseStatus.wrongVerb()
}

// lacksFunction reports whether the device may not know the request at all.
func (v verdict) lacksFunction() bool {
	missing := v.status == http.StatusNotFound || v.status == http.StatusMethodNotAllowed || v.status == http.StatusNotImplemented
	return v.wrongVerb() || v.says("notSupport") || v.page && missing
}

// noDownloads is the failure of a device that lists recordings and refuses every
// form of fetching one (ANNKE C1200).
func noDownloads(refused *Error) *Error {
	e := unexpected("this device gives no recordings over HTTP, although it lists them", refused)
	e.Detail, e.maybeGone = refused.Detail, true
	return e.finally().helped(UseVendorProgram)
}

// deservesOtherForm decides whether a refusal may be about the form. A plain
// 403 or 400 may be, as long as this device has never delivered; so may a 404 at
// an address of a recording's own, which is about the address.
func (d *downloading) deservesOtherForm(v verdict, f form) bool {
	if v.wrongVerb() || f == formAddress && v.status == http.StatusNotFound {
		return true
	}
	unproven := d.recorder.known().download == formUnknown
	silent := v.noRight() || v.Code == statusBusy || v.Code == statusDeviceError
	return unproven && !silent && (v.lacksFunction() || v.status == http.StatusForbidden || v.status == http.StatusBadRequest)
}

const (
	forgivenFits = 2    // a recording may be refused so often for nothing
	rememberFits = 4096 // recordings, at most
)

// judge decides what a refusal of a recording means in the end. A 400 from a
// device that has delivered before is Busy as long as it does not happen again
// and again: timelapsed met one on about half of all downloads that followed
// each other quickly. "badParameters" and what keeps being refused are about
// the recording, which may be gone.
func (d *downloading) judge(e *Error, v verdict) error {
	if v.status != http.StatusBadRequest || e.Kind != Protocol {
		return e
	}
	parameters := v.says("badParameters")
	if !parameters && d.recorder.known().download == formUnknown {
		return e
	}
	times := 0
	d.recorder.learn(func(l *learned) {
		if l.fits == nil || len(l.fits) >= rememberFits {
			l.fits = map[string]int{}
		}
		l.fits[d.rec.URI]++
		times = l.fits[d.rec.URI]
	})
	switch {
	case parameters && times > forgivenFits:
		e.Kind, e.Detail = Gone, e.Detail+"; its search still lists it"
	case !parameters && times <= forgivenFits:
		e.Kind, e.what = Busy, "the recorder refused a valid request, as some do when requests come fast"
	}
	e.maybeGone = e.Kind == Protocol || e.Kind == Gone
	return e
}

// vanished makes a Gone error of a refusal that a recording gets because it is
// no longer there. Only some devices say so; with the others, their search
// tells: it does not list the recording any more.
func (d *downloading) vanished(err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || !e.maybeGone {
		return err
	}
	for rec, failed := range d.recorder.Search(d.ctx, d.rec.Track, d.rec.Start, d.rec.End.Add(time.Second)) {
		if failed != nil || rec.Name == d.rec.Name && rec.Start.Equal(d.rec.Start) {
			return err
		}
	}
	gone := *e
	gone.Kind, gone.Detail = Gone, strings.TrimSuffix(e.Detail, "; its search still lists it")+"; its search no longer lists it"
	return &gone
}

// refusedForm is the refusal that says most when several forms were refused.
type refusedForm struct {
	err     *Error
	verdict verdict
}

// add prefers what is not about the form itself, and what came first.
func (w *refusedForm) add(e *Error, v verdict, f form) {
	if w.err == nil || w.verdict.wrongVerb() && !v.wrongVerb() && f != formQuery {
		w.err, w.verdict = e, v
	}
}
