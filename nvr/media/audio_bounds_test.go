package media

import (
	"testing"

	"example.com/hikgrab/nvr/media/ps"
)

// TestSoundWaitsInBounds feeds sound that never gets a place. It must not pile
// up.
func TestSoundWaitsInBounds(t *testing.T) {
	t.Parallel()
	times := timeline{place: func(moment, int64) {}}
	a := audio{times: &times, kind: G711A}
	payload := make([]byte, 1000)
	for range 5000 {
		a.packet(&ps.Packet{ID: 0xC0, Payload: payload}, 0)
		if a.waiting > audioWait || len(a.early)*len(payload) > audioWait {
			t.Fatalf("%d bytes of %d packets wait for a picture", a.waiting, len(a.early))
		}
	}
	times.push(moment{raw: 0, known: true})
	a.start(0)
	// One stamp is ahead and is never confirmed.
	a.packet(&ps.Packet{ID: 0xC0, Payload: payload, HasPTS: true}, 0)
	a.packet(&ps.Packet{ID: 0xC0, Payload: payload, PTS: 2 * clock, HasPTS: true}, 0)
	for range 5000 {
		a.packet(&ps.Packet{ID: 0xC0, Payload: payload}, 0)
		if len(a.pending) > pendingMax {
			t.Fatalf("%d frames wait for a stamp", len(a.pending))
		}
	}
}
