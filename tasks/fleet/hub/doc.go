// Package hub carries the messages of a fleet over NATS, and is the only place
// that knows NATS: the server that a coordinator has inside it or somebody's
// cluster, the bucket and the stream that JetStream keeps, and reconnecting.
//
// It is also where the machines of a fleet come to know each other. An operator
// has one Identity. Its public key is pinned by every Invitation, so that a
// machine knows whom it talks to before it says anything; its secret is what
// invitations are made with. A machine has Keys of its own, proves them on every
// connection, and needs no invitation any more once it has joined by one. What
// it may then say and hear is its own only. Secrets are sealed for one machine,
// and nobody between, a cluster's administrator included, can open them.
//
// It is not for deciding who works on what (tasks/fleet), and nothing that it
// keeps is needed to keep a recording.
package hub
