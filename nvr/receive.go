package nvr

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/hikgrab/nvr/media"
)

// closeGrace is how long to wait for more, or for the end of the connection,
// once everything announced has arrived.
var closeGrace = 2 * time.Second

// receive handles an answer: it checks it before the sink gets a byte, copies
// it, and compares every announced length.
func (d *downloading) receive(resp *http.Response, f form, from int64) (*Error, verdict, error) {
	length := resp.ContentLength
	switch resp.StatusCode {
	case http.StatusOK:
		if from > 0 {
			d.recorder.learn(func(l *learned) { l.ranges = rangeIgnored })
			if err := d.reset(); err != nil {
				return nil, verdict{}, err
			}
		}
	case http.StatusPartialContent:
		total, err := d.checkPart(resp, from)
		if err != nil {
			return nil, verdict{}, err
		}
		d.recorder.learn(func(l *learned) {
			l.ranges = rangeHonoured
			l.delivered(f)
		})
		if err := d.checkSeam(resp.Body); err != nil {
			return nil, verdict{}, err
		}
		at := from + seamSize
		switch {
		case total >= 0:
			length = total - at
		case length >= 0:
			length -= seamSize
		}
		return nil, verdict{}, d.pour(resp.Body, nil, length, at)
	default:
		return d.refused(resp, nil)
	}
	d.announced = length
	if d.ignoreLength {
		d.announced = parseAnnounced(resp.Header.Get(announcedLength))
		if d.announced > 0 && d.announced >= d.rec.Size {
			length = d.announced
		}
	}
	d.framed = slices.Contains(resp.TransferEncoding, "chunked")
	if !d.ignoreLength && length >= 0 && (length == 0 || length < d.rec.Size) && isRecordingType(resp.Header) {
		return failure(Short, "its length is announced wrongly", nil), verdict{status: resp.StatusCode, badLength: true}, nil
	}
	head, err := readShort(resp.Body, media.SniffLen)
	if errors.Is(err, errTrickle) {
		return nil, verdict{}, brokenOff(d.ctx, err, d.recorder.wire.limit)
	}
	if !media.Sniff(head).Recording() && !d.unknownContainer(resp, head, length) {
		if len(head) == 0 && err == nil {
			err = io.EOF
		}
		if err != nil && !bytes.HasPrefix(head, []byte("<")) && !bytes.HasPrefix(head, []byte("{")) {
			return nil, verdict{}, d.early(err)
		}
		return d.refused(resp, head)
	}
	d.recorder.learn(func(l *learned) {
		l.delivered(f)
		l.wrongLength = d.ignoreLength && length < 0
		delete(l.spurious, d.rec.URI)
	})
	return nil, verdict{}, d.pour(resp.Body, head, length, 0)
}

// unknownContainer reports whether an answer that begins with head may be a
// recording in an unknown container: it is not text, and it is exactly as long
// as the search announced, or as the answer did if the search did not. The
// caller should keep it only if it came twice with the same bytes.
func (d *downloading) unknownContainer(resp *http.Response, head []byte, length int64) bool {
	if len(head) < media.SniffLen || media.Sniff(head).Message() || !isRecordingType(resp.Header) {
		return false
	}
	return length > 0 && d.rec.Size <= 0 || d.rec.Size > 0 && (length < 0 || length == d.rec.Size)
}

// isRecordingType reports whether the type of an answer allows a recording.
func isRecordingType(h http.Header) bool {
	kind := strings.ToLower(h.Get("Content-Type"))
	return !strings.Contains(kind, "xml") && !strings.Contains(kind, "html") && !strings.Contains(kind, "json")
}

func parseAnnounced(text string) int64 {
	n, err := parseLength(text)
	if err != nil {
		return -1
	}
	return n
}

// checkPart accepts a 206 only if it begins at the exact byte. Anything else
// would leave a hole or a repetition in the file.
func (d *downloading) checkPart(resp *http.Response, from int64) (total int64, err error) {
	part, err := parseContentRange(resp.Header.Get("Content-Range"))
	bad := ""
	switch {
	case err != nil:
		bad = err.Error()
	case from == 0:
		bad = "it sent a part instead of the whole recording"
	case part.first != from:
		bad = fmt.Sprintf("it continues at byte %d instead of %d", part.first, from)
	case part.total >= 0 && part.last != part.total-1:
		bad = "the part ends before the recording"
	case part.total >= 0 && part.total < d.rec.Size:
		bad = fmt.Sprintf("it has %d bytes where the search announced %d", part.total, d.rec.Size)
	case resp.ContentLength >= 0 && resp.ContentLength != part.last-part.first+1:
		bad = "its lengths contradict each other"
	}
	if bad == "" {
		return part.total, nil
	}
	d.recorder.learn(func(l *learned) { l.ranges = rangeIgnored })
	return 0, d.cannotContinue(bad)
}

// checkSeam compares the first bytes of a continuation with the end of the
// sink's content.
func (d *downloading) checkSeam(body io.Reader) error {
	again, err := readShort(body, seamSize)
	if err == nil && len(again) < seamSize {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		if d.ctx.Err() != nil {
			return d.ctx.Err()
		}
		return d.early(err)
	}
	if !bytes.Equal(again, d.seam) {
		return d.cannotContinue("the data differs from what came before")
	}
	return nil
}

// cannotContinue resets the sink and says why.
func (d *downloading) cannotContinue(why string) error {
	if err := d.reset(); err != nil {
		return err
	}
	return unexpected("continuing failed: "+why+"; the next try starts from the beginning", nil)
}

// refused reads the verdict in an answer that is not a recording. head is the
// part of its body already read.
func (d *downloading) refused(resp *http.Response, head []byte) (*Error, verdict, error) {
	rest, err := readShort(resp.Body, maxVerdict)
	if err != nil && d.ctx.Err() != nil {
		return nil, verdict{}, d.ctx.Err()
	}
	body := append(head, rest...)
	v := verdict{status: resp.StatusCode}
	status, isVerdict := readStatus(body)
	v.responseStatus, v.page = status, !isVerdict
	if e := refusal(resp.StatusCode, resp.Header, body); e != nil {
		return e, v, nil
	}
	return unexpected("what came is not a recording but "+describeBody(resp.Header.Get("Content-Type"), body), nil), v, nil
}

// describeBody describes a body for the detail of an error.
func describeBody(contentType string, body []byte) string {
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return "nothing"
	case bytes.HasPrefix(body, []byte("<")):
		if name := CleanText(rootName(body), 40); name != "" && !strings.EqualFold(name, "html") {
			return "XML (" + name + ")"
		}
		return "a web page"
	}
	text := fmt.Sprintf("data that begins with % x", body[:min(len(body), 8)])
	if kind := CleanText(contentType, 40); kind != "" {
		text += " (" + kind + ")"
	}
	return text
}

// early returns the error for a body that ended with err before its first byte.
func (d *downloading) early(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		e := failure(Short, "the recorder sent nothing", nil)
		e.maybeGone = errors.Is(err, io.EOF)
		return e
	}
	return brokenOff(d.ctx, err, d.recorder.wire.limit)
}

// pour copies head and body to the sink and compares lengths. length is the
// announced length of the body, or -1.
func (d *downloading) pour(body io.ReadCloser, head []byte, length, from int64) error {
	c := copying{ctx: d.ctx, body: body, sink: d.sink, limit: -1}
	announced := max(d.rec.Size, d.announced)
	switch {
	case d.most > 0 && length > d.most-from:
		return failure(TooLarge, beyond(0, from+length), nil)
	case length >= 0:
		c.limit = length
		announced = max(announced, from+length)
	default:
		c.enough = max(d.rec.Size-from, 0)
		c.most = cmp.Or(d.most, mostBytes(d.rec, announced)) - from
	}
	if e, ok := d.sink.(Expecter); ok && announced > 0 {
		if err := e.Expect(announced); err != nil {
			return &sinkError{err}
		}
	}
	end, err := c.run(head)
	d.receipt.Received += c.received
	if err != nil && d.ctx.Err() != nil && end != endOfSink {
		return d.ctx.Err()
	}
	switch end {
	case endOfSink:
		return &sinkError{err}
	case endSlow:
		return failure(Slow, c.pace(), nil)
	case endTooLarge:
		if err := d.reset(); err != nil {
			return err
		}
		return failure(TooLarge, beyond(from+c.received, announced), nil)
	case endOfBody, endOfPatience:
		return d.compare(end, err, length, from)
	}
	return err
}

// compare decides whether a body that has ended is the whole recording.
func (d *downloading) compare(end ending, err error, length, from int64) error {
	got, size := d.receipt.Received, d.rec.Size
	have := from + got
	switch {
	case size > 0 && have >= size && length >= 0 && got < length:
		// The size from the search matches what arrived; Content-Length does not.
		d.note(fmt.Sprintf("the recorder announced %d bytes for this answer and sent %d, which is the size that its search gave", length, got))
	case have < size && from == 0 && d.confirmsEnd(have, end, err):
		d.note(fmt.Sprintf("the search announced %d bytes, but the recording has %d: the recorder sent exactly this size more than once", size, have))
	case end == endOfPatience && !(size > 0 && have >= size):
		return brokenOff(d.ctx, err, d.recorder.wire.limit)
	case length >= 0 && got < length, err != nil && length < 0 && have < size:
		return d.short(from+length, have, err)
	case have < size:
		return d.short(size, have, err)
	case err != nil && size <= 0:
		return brokenOff(d.ctx, err, d.recorder.wire.limit)
	case end == endOfPatience:
		d.note("the recorder did not close the connection at the end")
	}
	switch {
	case size > 0 && have > size:
		d.note(fmt.Sprintf("it is %d bytes longer than the search announced", have-size))
	case size <= 0 && length < 0 && d.most == 0: // a caller of DownloadSpan checks the content
		d.receipt.Unverified = true
		d.note("the recorder gave no length, so hikgrab could not verify that the recording is complete")
	}
	d.receipt.Length = have
	return nil
}

func (d *downloading) short(want, have int64, cause error) error {
	return failure(Short, came(have, max(want, d.rec.Size)), cause)
}
