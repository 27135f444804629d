// Package plain words a run without a screen: as lines for people and log
// files, or as newline-delimited JSON for programs, and the summary that every
// run ends with. It decides the exit code as well, in one place.
//
// It only prints: it is not for drawing (package ui), nor for driving what it
// prints (package command).
//
// # JSON output
//
// With --json every line of standard output is one JSON object in UTF-8, of one of
// the record types of this package. Their names and meanings are a promise, which
// "hikgrab help json" makes to operators, type by type: fields and types may be
// added, none is renamed or removed. A field that says nothing about an object is
// left out.
package plain
