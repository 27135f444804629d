// Package fleet spreads a run over several machines: one coordinates, every
// machine that joined works on the recorders that it was given.
//
// A recorder is leased whole, because sessions, nonces, a refused login, limits
// and holds belong to one recorder. A machine runs an ordinary tasks.Queue on
// the recorders that it holds, into an archive of its own; what it finished goes
// to the coordinator's catalogue as reports, and the journal beside the files
// stays the truth.
//
// The rules that keep two machines off one recorder are a table of events and
// times (Table), without socket or clock. What carries messages is behind two
// interfaces: Hub, the coordinator's end, and Link, a machine's end.
//
// It is not for sockets, certificates and invitations (fleet/hub), nor for
// drawing (ui).
package fleet
