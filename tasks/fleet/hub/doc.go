// Package hub carries the messages of a fleet over NATS, and is the only
// package that knows NATS: the server embedded in a coordinator or somebody's
// cluster, the bucket and the stream in JetStream, and reconnecting.
//
// It also makes the machines of a fleet known to each other. An operator has
// one Identity. Every Invitation pins its public key, so that a machine knows
// whom it talks to before it says anything; its secret makes the invitations. A
// machine has Keys of its own and proves them on every connection; once it has
// joined, it needs no invitation. It can then send and receive only on its own
// subjects. Secrets are sealed for one machine; nobody between, not even a
// cluster's administrator, can open them.
//
// It is not for deciding who works on what (tasks/fleet). No recording depends
// on anything it stores.
package hub
