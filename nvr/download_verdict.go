package nvr

import (
	"errors"
	"net/http"
	"strings"
	"time"
)

// verdict is a device's answer in place of a recording.
type verdict struct {
	status    int
	badLength bool // its Content-Length cannot be true: ask again and ignore it
	page      bool // it was not an ISAPI verdict
	responseStatus
}

// wrongVerb reports whether the device wants the other method. Devices say so
// in several ways.
func (v verdict) wrongVerb() bool {
	return v.status == http.StatusMethodNotAllowed || v.responseStatus.wrongVerb()
}

// lacksFunction reports whether the device may not support the request at all.
func (v verdict) lacksFunction() bool {
	missing := v.status == http.StatusNotFound || v.status == http.StatusMethodNotAllowed || v.status == http.StatusNotImplemented
	return v.wrongVerb() || v.says("notSupport") || v.page && missing
}

// noDownloads returns the failure of a device that lists recordings but refuses
// every form of download (ANNKE C1200).
func noDownloads(refused *Error) *Error {
	e := unexpected("this device gives no recordings over HTTP, although it lists them", refused)
	e.Detail, e.maybeGone = refused.Detail, true
	return e.finally().withRemedy(UseVendorProgram)
}

// deservesOtherForm reports whether a refusal may be about the form. A plain
// 403 or 400 may be, if this device has never delivered. So may a 404 at a
// recording's own address.
func (d *downloading) deservesOtherForm(v verdict, f form) bool {
	if v.wrongVerb() || f == formAddress && v.status == http.StatusNotFound {
		return true
	}
	unproven := d.recorder.known().download == formUnknown
	silent := v.noRight() || v.code() == statusBusy || v.code() == statusDeviceError
	return unproven && !silent && (v.lacksFunction() || v.status == http.StatusForbidden || v.status == http.StatusBadRequest)
}

const (
	forgivenRefusals   = 2    // refusals of a recording to excuse as spurious
	rememberedRefusals = 4096 // most recordings to remember
)

// judge decides what a refusal of a recording means. A 400 from a device that
// has delivered before is Busy unless it repeats: timelapsed got one for about
// half of all downloads that followed each other quickly. "badParameters" and
// repeated refusals are about the recording, which may be gone.
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
		if l.spurious == nil || len(l.spurious) >= rememberedRefusals {
			l.spurious = map[string]int{}
		}
		l.spurious[d.rec.URI]++
		times = l.spurious[d.rec.URI]
	})
	switch {
	case parameters && times > forgivenRefusals:
		e.Kind, e.Detail = Gone, e.Detail+"; its search still lists it"
	case !parameters && times <= forgivenRefusals:
		e.Kind, e.what = Busy, "the recorder refused a valid request, as some do when requests come fast"
	}
	e.maybeGone = e.Kind == Protocol || e.Kind == Gone
	return e
}

// vanished turns a refusal into a Gone error if the recording no longer exists.
// Only some devices say so. For the others it checks whether their search still
// lists the recording.
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

// refusedForm is the most informative refusal of several forms.
type refusedForm struct {
	err     *Error
	verdict verdict
}

// add prefers refusals that are not about the form, and earlier ones.
func (w *refusedForm) add(e *Error, v verdict, f form) {
	if w.err == nil || w.verdict.wrongVerb() && !v.wrongVerb() && f != formQuery {
		w.err, w.verdict = e, v
	}
}
