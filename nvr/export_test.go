package nvr

import (
	"context"
	"io"
)

// SuspectCutsFrom lets a test with few items exercise what real devices do
// after thousands. Call undo to restore it.
func SuspectCutsFrom(items int) (undo func()) {
	before := cutSuspicion
	cutSuspicion = items
	return func() { cutSuspicion = before }
}

// Copy copies a body to a sink as a download does.
func Copy(ctx context.Context, body io.Reader, sink Sink, limit int64) error {
	c := copying{ctx: ctx, body: body, sink: sink, limit: limit}
	_, err := c.run(nil)
	return err
}

// DecodedDisks returns how many disks of a list have room in memory.
func DecodedDisks(body string) int {
	var s storage
	_ = newXMLDecoder([]byte(body)).Decode(&s)
	return cap(s.Disks) + cap(s.Volumes)
}
