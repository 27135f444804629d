package fleet

import (
	"context"
	"errors"
	"strings"
)

// MostBytes is the longest message on the wire, reports included. A hub refuses
// longer ones in both directions.
const MostBytes = 1 << 20

// MachineID names a machine for good: the public part of its key, "U" and 55
// letters and digits. It can stand in a subject and in a key of the store.
type MachineID string

// Valid reports whether id may stand in a subject and in a key: 1 to 64 letters
// and digits.
func (id MachineID) Valid() bool {
	return id != "" && len(id) <= 64 && strings.Trim(string(id), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// Peer is who sent a message, as the hub has proven it; nothing in it is the
// machine's own claim.
type Peer struct {
	Machine  MachineID
	Networks []string // those that its invitation opened; empty: any
	Name     string   // what it was called when it joined, for people; may be empty
}

// Kind says what a message is; it is the last word of its subject.
type Kind string

// The kinds of message.
const (
	KindHello Kind = "hello" // machine → coordinator, request: here I am
	KindBeat  Kind = "beat"  // machine → coordinator, request: what I hold; the answer is what I may hold
	KindView  Kind = "view"  // machine → coordinator: how far everything is, and what happened
	KindHave  Kind = "have"  // machine → coordinator, request: what others have of a recorder

	KindWake   Kind = "wake"   // coordinator → machine: there is news, beat at once; no content
	KindDetail Kind = "detail" // coordinator → machine, request: one camera with its recordings
	KindPiece  Kind = "piece"  // coordinator → machine, request: a piece of a finished file; on a connection of its own

	// KindRevoked tells the coordinator that a machine may not take part any
	// more. The hub itself makes it, without content, having ended the
	// machine's session; it never comes over the wire.
	KindRevoked Kind = "revoked"
)

// Answer is called with every message that arrives, by many goroutines at once.
// What it returns goes back to who asked; for kinds that are no request it is
// dropped. It owns data. It answers within a second or two and gives up, with
// nil, when ctx ends.
type Answer func(ctx context.Context, from Peer, kind Kind, data []byte) []byte

// Hub is the coordinator's end of the wire. Its methods may be called by many
// goroutines at once. Messages and requests are delivered at most once, and none
// is kept for a machine that is not there; reports are kept until they are
// acknowledged.
type Hub interface {
	Store
	Asker

	// Serve hands what machines send to answer until ctx ends, which is no
	// error. It returns early when the hub is lost for good: the error is a
	// sentence for the operator, and is ErrSuperseded when another coordinator
	// has taken over.
	Serve(ctx context.Context, answer Answer) error

	// Tell sends a message to a machine and does not wait for it. A machine that
	// is not there misses it, which is no error.
	Tell(to MachineID, kind Kind, data []byte) error

	// Seal encrypts a secret so that only that machine can open it. It gives
	// ErrAbsent for a machine that has never said hello, whose key nobody knows.
	Seal(to MachineID, secret []byte) ([]byte, error)

	// Reports waits until there is at least one report, or ctx ends, and returns
	// up to so many, per machine in the order in which it sent them. A report
	// that is not acknowledged within a minute comes once more, and so may one
	// that was. There is one caller at a time.
	Reports(ctx context.Context, most int) ([]Delivery, error)
}

// Delivery is a report on its way to the catalogue.
type Delivery struct {
	From Peer
	Data []byte
	// Ack forgets the report. That it failed only means that the report comes
	// once more.
	Ack func() error
}

// Store keeps a few small values beside the hub, each with a revision, so that
// of two coordinators only one can go on writing. It may be lost between two
// runs: nothing in it is needed to keep a file.
type Store interface {
	// Load returns every value.
	Load(ctx context.Context) (map[string]Kept, error)
	// Save writes a value over the one of that revision, 0 meaning that there is
	// none, and returns its own revision. A key is of letters, digits and dots. It gives ErrSuperseded when somebody
	// else wrote in between. Saving is retried while ctx lasts when the store has
	// no leader at the moment; a write of which nobody knows whether it
	// happened is read back.
	Save(ctx context.Context, key string, value []byte, revision uint64) (uint64, error)
}

// Kept is a value of a Store: at most 64 KiB.
type Kept struct {
	Value    []byte
	Revision uint64
}

// Link is a machine's end of the wire. Its methods may be called by many
// goroutines at once.
type Link interface {
	// Machine is who this is.
	Machine() MachineID

	// Serve hands what the coordinator sends to answer until ctx ends, which is
	// no error. It reconnects by itself, for as long as it takes, and calls
	// connected, which returns at once, after every time that it did; the first
	// included. It returns a *RefusedError when the coordinator will not have
	// this machine. The Peer is empty.
	Serve(ctx context.Context, connected func(), answer Answer) error

	// Request asks the coordinator and waits for the answer, no longer than until
	// ctx ends. ErrAbsent means that no coordinator listens at present. Nothing
	// of a request is sent after Request returned: a beat from before a
	// reconnect must not go out after it.
	Request(ctx context.Context, kind Kind, data []byte) ([]byte, error)

	// Publish sends without waiting. While there is no connection it gives
	// ErrAbsent and sends nothing later.
	Publish(kind Kind, data []byte) error

	// Report hands a report over to be kept until the coordinator has taken it,
	// and returns when it is kept. Reports of one machine come out in the order
	// in which Report was called. Of two with one id within two minutes the
	// second is dropped. ErrAbsent means that nobody could keep it; another try
	// may follow.
	Report(ctx context.Context, id string, data []byte) error

	// Open decrypts what Hub.Seal sealed for this machine.
	Open(sealed []byte) ([]byte, error)
}

var (
	// ErrAbsent says that nobody is there to take a message.
	ErrAbsent = errors.New("nobody answers")
	// ErrSuperseded says that another coordinator has written meanwhile.
	ErrSuperseded = errors.New("another coordinator has taken over")
)

// RefusedError says that a coordinator will not have a machine, and why: a
// sentence for the operator.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }
