package nvr

import (
	"context"
	"io"
)

// SuspectCutsFrom lets a test with few items meet what real devices do after
// thousands. It returns what undoes it.
func SuspectCutsFrom(items int) (undo func()) {
	before := cutSuspicion
	cutSuspicion = items
	return func() { cutSuspicion = before }
}

// Copy moves a body into a sink as a download does.
func Copy(ctx context.Context, body io.Reader, sink Sink, limit int64) error {
	c := copying{ctx: ctx, body: body, sink: sink, limit: limit}
	_, err := c.run(nil)
	return err
}
