// Package collect brings the files that a fleet's machines have fetched into
// the coordinator's own archive, piece by piece over the hub.
//
// The archive's catalogue lists what there is to bring; the package stores
// nothing else. A file is requested by its identity and written to an ordinary
// part, which continues after a break. It counts once it is, byte for byte,
// what its machine reported. If several machines have a file, it comes from one
// that is present. Nothing is ever deleted on a machine.
//
// Queue looks like a tasks.Queue: a machine is a group, and its files are the
// rows.
//
// It is not for deciding who fetches what (package fleet), for sockets
// (fleet/hub) or for the names and bytes on disk (tasks/archive).
package collect
