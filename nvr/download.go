package nvr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

const downloadPath = "/ISAPI/ContentMgmt/download"

// rangeSkill says how a device handles Range.
type rangeSkill int

const (
	rangeUnknown rangeSkill = iota
	rangeHonoured
	rangeIgnored
)

// Download fetches one recording into sink. It resumes at the sink's offset
// only if the device is known to honour Range; otherwise it resets the sink
// first. A nil error means that the status, the type, the first bytes and every
// announced length agree. An error of the sink is returned unchanged, not as an
// *Error.
//
// If the sink already holds something, the first download from a device is a
// probe: it sends Range, and accepts only a 206 that begins at the exact byte.
// A 400 without a reason, from a device that has delivered before, is a Busy
// error twice per recording: recorders answer like this at random when
// downloads follow each other quickly. From the third time on it is a Protocol
// error, because the recording may be at fault, or a Gone error if the device's
// search no longer lists the recording.
//
// Only Download decides whether a recording is complete, from its search, its
// answer and earlier attempts. Receipt.Length is the result. Fewer bytes than
// the search announced are a Short error, until the recorder confirms them.
func (r *Recorder) Download(ctx context.Context, rec Recording, sink Sink) (Receipt, error) {
	j, err := r.join(ctx)
	if err == nil && rec.URI == "" {
		err = unexpected(rec.Note, nil)
	}
	if err != nil {
		return Receipt{}, r.fail("download", rec.Track, err)
	}
	d := downloading{recorder: r, device: j.device, ctx: ctx, rec: rec, sink: sink, ignoreLength: r.known().wrongLength}
	if rec.Note != "" {
		d.note(rec.Note)
	}
	return d.receipt, d.ended(d.vanished(d.run(r.forms(j.device.Kind, rec))))
}

// ended completes the error of a download. It returns an error of the sink
// unchanged.
func (d *downloading) ended(err error) error {
	if s, ok := errors.AsType[*sinkError](err); ok {
		return s.err
	}
	return d.recorder.fail("download", d.rec.Track, err)
}

// sinkError carries a failure of the sink to the caller.
type sinkError struct{ err error }

func (e *sinkError) Error() string { return e.err.Error() }

// downloading is one Download in progress.
type downloading struct {
	recorder     *Recorder
	device       Device
	ctx          context.Context
	rec          Recording
	sink         Sink
	receipt      Receipt
	ignoreLength bool  // Content-Length is unreliable
	most         int64 // limit in bytes for a time range of a recording

	seam []byte // the end of the sink's content, fetched again to check a resumption

	announced int64 // Content-Length of the answer, even if ignored; -1 for none
	framed    bool  // the answer marks its own end
}

func (d *downloading) run(forms []form) error {
	if d.completeAlready() {
		return nil
	}
	from, err := d.startAt()
	if err != nil {
		return err
	}
	var worst refusedForm
	lacking := len(forms) > 1 && d.recorder.known().download == formUnknown
	for {
		refused, verdict, err := d.attempt(forms[0], from)
		if err != nil || refused == nil {
			return err
		}
		switch {
		case verdict.badLength:
			d.ignoreLength = true
			continue
		case from > 0 && (verdict.status == http.StatusRequestedRangeNotSatisfiable || verdict.status == http.StatusBadRequest):
			// Range may be the cause: try without it, from the beginning.
			d.recorder.learn(func(l *learned) { l.ranges = rangeIgnored })
			if from, err = 0, d.reset(); err != nil {
				return err
			}
			continue
		}
		worst.add(refused, verdict, forms[0])
		lacking = lacking && verdict.lacksFunction()
		switch {
		case len(forms) == 1 && lacking:
			return noDownloads(worst.err)
		case len(forms) == 1, !d.deservesOtherForm(verdict, forms[0]):
			return d.judge(worst.err, worst.verdict)
		}
		forms = forms[1:]
	}
}

// completeAlready reports whether the sink holds the whole recording, because
// an earlier run was interrupted between its last byte and its end.
func (d *downloading) completeAlready() bool {
	if d.rec.Size <= 0 || d.sink.Offset() != d.rec.Size || d.recorder.known().ranges == rangeIgnored {
		return false
	}
	d.receipt.Length = d.rec.Size
	d.note("every byte that was announced had come in an earlier attempt")
	return true
}

// seamSize is how many bytes already in the sink are fetched again when a
// download resumes. They must be the same: a continuation can have the right
// lengths and still be from another position or another file.
const seamSize = 4 << 10

// startAt returns the byte to start from. It resets a sink that cannot be
// resumed or is not worth it.
func (d *downloading) startAt() (int64, error) {
	at := d.sink.Offset()
	beyond := d.rec.Size > 0 && at >= d.rec.Size
	if at <= seamSize || beyond || d.recorder.known().ranges == rangeIgnored {
		return 0, d.reset()
	}
	d.seam = make([]byte, seamSize)
	if err := d.sink.Tail(d.seam); err != nil {
		return 0, &sinkError{err}
	}
	return at - seamSize, nil
}

func (d *downloading) reset() error {
	if d.sink.Offset() == 0 {
		return nil
	}
	if err := d.sink.Reset(); err != nil {
		return &sinkError{err}
	}
	return nil
}

func (d *downloading) note(sentence string) { d.receipt.Notes = append(d.receipt.Notes, sentence) }

// attempt sends one request and writes the recording to the sink, if one comes.
// If another request may avoid a refusal, it also returns the refusal.
func (d *downloading) attempt(f form, from int64) (*Error, verdict, error) {
	ctx := d.ctx
	if d.ignoreLength {
		ctx = withoutLength(ctx)
	}
	path, body := downloadPath, downloadText(d.rec.URI)
	switch f {
	case formAddress:
		path, _ = webAddress(d.rec.URI)
		body = ""
	case formQuery:
		path, body = downloadPath+"?playbackURI="+escapeAddress(d.rec.URI), ""
	case formUnknown, formPost, formGet:
	}
	req, err := d.recorder.request(ctx, f.method(), path, body)
	if err != nil {
		return nil, verdict{}, err
	}
	// One connection per recording: some recorders send a few bytes more or fewer
	// than announced, which would spoil the next answer.
	req.Close = true
	if from > 0 {
		req.Header.Set("Range", "bytes="+strconv.FormatInt(from, 10)+"-")
	}
	resp, err := d.recorder.session.do(req)
	if err != nil {
		return nil, verdict{}, d.hungUp(err)
	}
	defer func() { _ = resp.Body.Close() }()
	d.recorder.log.Debug("download", "form", f.String(), "track", int(d.rec.Track), "status", resp.StatusCode,
		"type", CleanText(resp.Header.Get("Content-Type"), 60), "length", resp.ContentLength, "from", from)
	return d.receive(resp, f, from)
}

// downloadText returns the request body. The address must be exactly as
// received: without its name and size it is refused, and with other times it
// still returns the whole file.
func downloadText(uri string) string {
	return `<downloadRequest version="1.0"><playbackURI>` + escapeXML(uri) + `</playbackURI></downloadRequest>`
}

// hungUp returns the error for a download without an answer. On a connection
// that worked, it is Short, because the recorder is there.
func (d *downloading) hungUp(err error) error {
	w, ok := errors.AsType[*wireError](err)
	if ok && w.connected && KindOf(unanswered(err, d.recorder.wire.limit)) == Unreachable {
		return failure(Short, "the recorder hung up before it sent anything", err)
	}
	return err
}

// contentRange is a parsed Content-Range of a 206.
type contentRange struct {
	first, last, total int64 // total is -1 if unknown
}

// parseContentRange parses "bytes 100-199/200" or "bytes 100-199/*".
func parseContentRange(text string) (c contentRange, err error) {
	unit, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	span, total, ok1 := strings.Cut(strings.TrimSpace(rest), "/")
	first, last, ok2 := strings.Cut(span, "-")
	if !strings.EqualFold(unit, "bytes") || !ok1 || !ok2 {
		return c, fmt.Errorf("%q is not a Content-Range", CleanText(text, 60))
	}
	c.total = -1
	if total != "*" {
		if c.total, err = parseLength(total); err != nil {
			return c, err
		}
	}
	if c.first, err = parseLength(first); err != nil {
		return c, err
	}
	if c.last, err = parseLength(last); err != nil {
		return c, err
	}
	if c.last < c.first || c.total >= 0 && c.last >= c.total {
		return c, fmt.Errorf("%q contradicts itself", CleanText(text, 60))
	}
	return c, nil
}

func parseLength(text string) (int64, error) {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 63)
	if err != nil {
		return 0, fmt.Errorf("%q is not a length", CleanText(text, 30))
	}
	return int64(n), nil
}
