package archive

import (
	"iter"
	"maps"
	"time"

	"example.com/hikgrab/nvr"
)

// Attempt is what the journal remembers of a recording that is not done.
type Attempt struct {
	Count   int       // tries so far
	Next    time.Time // when the next try was due
	Failure string    // the kind of the latest failure
}

// Attempts returns what the journal remembers of a recording that is not done.
func (a *Archive) Attempts(it Item) Attempt {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.index.attempts[identify(it)]
}

// NoteAttempt remembers a failed try of a recording, for this run and the
// next; a Count of 0 forgets what was remembered. It survives a crash of
// hikgrab, but does not wait for the disk: a power cut costs no more than one
// try too many.
func (a *Archive) NoteAttempt(it Item, t Attempt) error {
	t.Failure = field(t.Failure)
	return a.note(tryOf(identify(it), t))
}

// CameraKey names a camera from run to run.
type CameraKey struct {
	Recorder string    // nvr.Address.String
	Track    nvr.Track // 0 stands for the recorder as a whole
}

// NoteCamera remembers how a camera ended, as the state's word. It survives
// what NoteAttempt survives.
func (a *Archive) NoteCamera(c CameraKey, state string) error {
	c.Recorder = field(c.Recorder)
	return a.note(cameraOf(c, field(state)))
}

// CameraOutcome returns how a camera ended last time; "" when it never did.
func (a *Archive) CameraOutcome(c CameraKey) string {
	c.Recorder = field(c.Recorder)
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.index.cameras[c]
}

// CameraOutcomes yields how every camera ended that ever did.
func (a *Archive) CameraOutcomes() iter.Seq2[CameraKey, string] {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.All(maps.Clone(a.index.cameras))
}

// note takes a record into memory even if the disk fails: this run goes on
// with it.
func (a *Archive) note(r record) error {
	a.mu.Lock()
	a.index.apply(r, 0)
	a.mu.Unlock()
	return a.fail("write", journalName, a.journal.append(ofCrash, r))
}
