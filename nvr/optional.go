package nvr

import (
	"cmp"
	"context"
	"errors"
	"net/http"
)

// documents fetches optional documents, in the order of paths. Those that the
// device lacks are empty.
//
// If a device fails to answer for one document, the cause is probably that
// document: evercam met recorders that always answer deviceError to a certain
// list. Only two failures in a row, or nothing but failures, are about the
// recorder. A document that failed between answered ones is requested once more
// and then left out; leftOut is the reason, or nil.
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

// concernsOne reports whether a failure may be about the single document.
func concernsOne(err error) bool {
	switch KindOf(err) {
	case Busy, Timeout, Short, Slow:
		return true
	case KindUnknown, Auth, Locked, Forbidden, Gone, Unreachable, Protocol, TLS, TooLarge:
	}
	return false
}

// optional fetches an optional document. A plain refusal or nonsense gives an
// empty document.
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
	e, ok := errors.AsType[*Error](err)
	// Without an answer, or with one that needs action (a redirect, an unsupported
	// sign-in), a Protocol error is about the device.
	if !ok || e.Kind != Forbidden && e.Kind != Gone && (e.Kind != Protocol || d.status == 0 || e.remedy != "") {
		return document{}, err
	}
	r.log.Debug("the device does without", "path", path, "reason", err)
	_, d.verdict = readStatus(d.body)
	d.body = nil
	return d, nil
}
