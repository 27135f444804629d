package nvr

import (
	"cmp"
	"context"
	"errors"
	"net/http"
)

// documents fetches documents that a device may do without, in the order of
// paths; what it does not have comes back empty.
//
// A device that fails to answer for one document says something about that
// document first: evercam met recorders that answer deviceError to a single
// list for ever. Only two failures in a row, or nothing but failures, are about
// the recorder. What failed beside answers is asked for once more and then left
// out; leftOut is why, nil when nothing was.
func (r *Recorder) documents(ctx context.Context, paths ...string) (docs []document, leftOut, err error) {
	docs = make([]document, len(paths))
	failed := make([]error, len(paths))
	answered, inRow := false, 0
	for i, path := range paths {
		docs[i], failed[i] = r.optional(ctx, path)
		switch {
		case failed[i] == nil:
			answered, inRow = true, 0
			continue
		case !concernsOne(failed[i]), inRow > 0, !answered && KindOf(failed[i]) == Timeout:
			return nil, nil, failed[i]
		}
		inRow++
		leftOut = errors.Join(leftOut, failed[i])
	}
	if !answered {
		return nil, nil, leftOut
	}
	leftOut = nil
	for i, path := range paths {
		if KindOf(failed[i]) != Busy {
			leftOut = cmp.Or(leftOut, failed[i])
			continue
		}
		if docs[i], err = r.optional(ctx, path); err != nil && !concernsOne(err) {
			return nil, nil, err
		}
		leftOut = cmp.Or(leftOut, err)
	}
	return docs, leftOut, nil
}

// concernsOne reports whether a failure may be about the one thing that was
// asked for.
func concernsOne(err error) bool {
	switch KindOf(err) {
	case Busy, Timeout, Short, Slow:
		return true
	case KindUnknown, Auth, Locked, Forbidden, Gone, Unreachable, Protocol, TLS, TooLarge:
	}
	return false
}

// optional fetches a document that a device may do without: a plain no and
// nonsense give an empty document.
func (r *Recorder) optional(ctx context.Context, path string) (document, error) {
	d, err := r.fetch(ctx, http.MethodGet, path, "")
	if err == nil {
		if refused := d.refusal(); refused != nil {
			err = refused
		}
	}
	if err == nil {
		return d, nil
	}
	switch KindOf(err) {
	case Forbidden, Gone:
		r.log.Debug("the device does without", "path", path, "reason", err)
		return d.withoutBody(), nil
	case Protocol:
		e, _ := errors.AsType[*Error](err)
		if d.status == 0 || e.remedy != "" {
			return document{}, err // no answer, or one that asks somebody to act: a redirect, a sign-in that is not known
		}
		r.log.Debug("the device does without", "path", path, "reason", err)
		return d.withoutBody(), nil
	case KindUnknown, Auth, Locked, Busy, Unreachable, Timeout, Slow, Short, TLS, TooLarge:
	}
	return document{}, err
}

// withoutBody returns what is left of a document that was refused.
func (d document) withoutBody() document {
	_, d.verdict = readStatus(d.body)
	d.body = nil
	return d
}
