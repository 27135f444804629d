package nvr

import (
	"context"
	"errors"
	"net/http"
)

// page sends a search in the form that this device takes.
func (r *Recorder) page(ctx context.Context, p page) (found, error) {
	var first error
	again := false
	for shape := r.known().shape; shape < len(searchShapes); shape++ {
		d, err := r.fetch(ctx, http.MethodPost, searchPath, p.text(shape))
		if err != nil {
			return found{}, brokeOffSearch(err)
		}
		refused := d.refusal()
		if refused == nil {
			f, err := readFound(d.body)
			if err == nil {
				r.learn(func(l *learned) { l.shape, l.shaped = shape, true })
			}
			return f, err
		}
		if first == nil {
			first = refused
		}
		verdict, _ := readStatus(d.body)
		if refused.Kind == Gone && d.status == http.StatusOK {
			return found{more: moreNone}, nil // "not found": nothing was recorded
		}
		if refused.Kind == Protocol && verdict.noStorage() {
			refused.what = "this device refuses to search"
			return found{}, refused.helped(CheckOwnDisk)
		}
		refused.badRequest = d.status == http.StatusBadRequest || verdict.badRequest()
		if !refused.badRequest || refused.Kind == Busy {
			return found{}, refused
		}
		if r.known().shaped {
			if again || verdict.says("badParameters") {
				return found{}, refused
			}
			// Recorders under load call good XML bad. A long search must not
			// fall over one such answer.
			again = true
			shape--
			continue
		}
	}
	return found{}, first
}

// brokeOffSearch gives a search that got no answer on a connection that worked
// the kind of an answer that ended early: the recorder is there.
func brokeOffSearch(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == Unreachable && e.Detail == noAnswer {
		return failure(Short, "the recorder hung up on the search", err)
	}
	return err
}
