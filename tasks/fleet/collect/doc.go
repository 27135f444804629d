// Package collect brings home the files that the machines of a fleet have
// fetched: piece by piece over the hub, into the coordinator's own archive.
//
// What there is to bring stands in the archive's catalogue; nothing else is
// kept. A file is asked for by what it is, comes into an ordinary part, which is
// continued after a break, and counts when it is, byte for byte, what its
// machine reported. Of a file that several machines have one is brought, from
// whoever is there. Nothing is ever deleted at a machine.
//
// Queue shows itself as tasks.Queue does: a machine is a group, its files are
// the rows.
//
// It is not for deciding who fetches what (package fleet), for sockets
// (fleet/hub) or for the names and bytes on disk (tasks/archive).
package collect
