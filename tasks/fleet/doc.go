// Package fleet spreads a run over several machines. One coordinates; every
// machine that joined works on the recorders it was given.
//
// A recorder is leased whole, because sessions, nonces, a refused login, limits
// and holds belong to one recorder. A machine runs an ordinary tasks.Queue on
// the recorders it holds, into its own archive. It reports finished files to
// the coordinator's catalogue; the journal beside the files stays the truth.
//
// The rules that keep two machines off one recorder are a table of events and
// times (Table), without sockets or clock. Two interfaces carry the messages:
// Hub is the coordinator's end and Link a machine's end.
//
// It is not for sockets, certificates and invitations (fleet/hub), nor for
// drawing (ui).
package fleet
