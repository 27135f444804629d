// Package plain writes a run without a screen: as lines for people and log
// files, or as newline-delimited JSON for programs, with the summary at the
// end. It also decides the exit code, in one place.
//
// It is not for drawing (package ui) or for driving a run (package command).
//
// # JSON output
//
// With --json every line of standard output is one JSON object in UTF-8, of one
// of the record types of this package. Their names and meanings are stable, as
// "hikgrab help json" promises operators type by type: fields and types may be
// added, but none is renamed or removed. A field that does not apply to an
// object is left out.
package plain
