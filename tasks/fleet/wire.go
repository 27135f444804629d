package fleet

import (
	"context"
	"errors"
	"strings"
)

// MostBytes limits a message on the wire, reports included. A hub refuses
// longer ones in both directions.
const MostBytes = 1 << 20

// MachineID identifies a machine for good: the public part of its key, "U" and
// 55 letters and digits. It can be part of a subject and of a store key.
type MachineID string

// Valid reports whether id can be part of a subject and a key: 1 to 64 letters
// and digits.
func (id MachineID) Valid() bool {
	return id != "" && len(id) <= 64 && strings.Trim(string(id), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// Peer is the sender of a message, as proven by the hub; nothing in it is the
// machine's own claim.
type Peer struct {
	Machine  MachineID
	Networks []string // those its invitation allows; empty: any
	Name     string   // what it was called when it joined, for people; may be empty
}

// Kind is the kind of a message: the last word of its subject.
type Kind string

// The kinds of message.
const (
	KindHello Kind = "hello" // machine → coordinator, request: here I am
	KindBeat  Kind = "beat"  // machine → coordinator, request: what I hold; the answer is what I may hold
	KindView  Kind = "view"  // machine → coordinator: progress and events
	KindHave  Kind = "have"  // machine → coordinator, request: what others have of a recorder

	KindWake   Kind = "wake"   // coordinator → machine: there is news, beat at once; no content
	KindDetail Kind = "detail" // coordinator → machine, request: one camera with its recordings
	KindPiece  Kind = "piece"  // coordinator → machine, request: a piece of a finished file; on a connection of its own

	// KindRevoked tells the coordinator that a machine may no longer take part.
	// The hub itself makes it, without content, after ending the machine's
	// session; it never crosses the wire.
	KindRevoked Kind = "revoked"
)

// Answer is called with every message that arrives, concurrently. Its result
// goes back to the sender; for kinds that are no request it is dropped. Answer
// owns data. It must answer within a second or two, and return nil when ctx
// ends.
type Answer func(ctx context.Context, from Peer, kind Kind, data []byte) []byte

// Hub is the coordinator's end of the wire. Its methods may be called
// concurrently. Messages and requests are delivered at most once, and none is
// kept for an absent machine. Reports are kept until they are acknowledged.
type Hub interface {
	Store
	Asker

	// Serve passes messages from machines to answer until ctx ends, which is no
	// error. It returns early if the hub is lost for good: the error is a sentence
	// for the operator, or ErrSuperseded if another coordinator has taken over.
	Serve(ctx context.Context, answer Answer) error

	// Tell sends a message to a machine without waiting. An absent machine misses
	// it, which is no error.
	Tell(to MachineID, kind Kind, data []byte) error

	// Seal encrypts a secret so that only that machine can open it. It returns
	// ErrAbsent for a machine that never said hello, because its key is unknown.
	Seal(to MachineID, secret []byte) ([]byte, error)

	// Reports waits until there is at least one report or ctx ends. It returns up
	// to most reports, those of one machine in the order sent. A report that is
	// not acknowledged within a minute comes again, and so may one that was. Only
	// one goroutine may call it at a time.
	Reports(ctx context.Context, most int) ([]Delivery, error)
}

// Delivery is a report on its way to the catalogue.
type Delivery struct {
	From Peer
	Data []byte
	// Ack makes the hub forget the report. If it fails, the report merely comes
	// again.
	Ack func() error
}

// Store keeps a few small values beside the hub. Each has a revision, so that
// only one of two coordinators can go on writing. The store may be lost between
// two runs: no file depends on it.
type Store interface {
	// Load returns every value.
	Load(ctx context.Context) (map[string]Kept, error)
	// Save replaces the value with that revision, 0 meaning no value, and returns
	// the new revision. A key consists of letters, digits and dots. It returns
	// ErrSuperseded if somebody else wrote in between. If the store has no leader,
	// Save retries until ctx ends; after a write with an unknown outcome it reads
	// the value back.
	Save(ctx context.Context, key string, value []byte, revision uint64) (uint64, error)
}

// Kept is a value of a Store: at most 64 KiB.
type Kept struct {
	Value    []byte
	Revision uint64
}

// Link is a machine's end of the wire. Its methods may be called concurrently.
type Link interface {
	// Machine returns this machine's ID.
	Machine() MachineID

	// Serve passes messages from the coordinator to answer until ctx ends, which
	// is no error. It reconnects by itself, however long that takes. After every
	// connect, including the first, it calls connected, which must return at once.
	// It returns a *RefusedError if the coordinator refuses this machine. The Peer
	// is empty.
	Serve(ctx context.Context, connected func(), answer Answer) error

	// Request sends a request to the coordinator and waits for the answer until
	// ctx ends. ErrAbsent means that no coordinator listens now. Nothing of a
	// request is sent after Request returned: a beat from before a reconnect must
	// not go out after it.
	Request(ctx context.Context, kind Kind, data []byte) ([]byte, error)

	// Publish sends without waiting. Without a connection it returns ErrAbsent and
	// sends nothing later.
	Publish(kind Kind, data []byte) error

	// Report hands over a report to be kept until the coordinator has taken it,
	// and returns once it is kept. Reports of one machine come out in the order of
	// the calls. Of two reports with the same id within two minutes, the second is
	// dropped. ErrAbsent means that nobody could keep it; the caller may try
	// again.
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

// RefusedError says why a coordinator refuses a machine: a sentence for the
// operator.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }
