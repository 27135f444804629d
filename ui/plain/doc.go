// Package plain words a run without a screen: as lines for people and log
// files, or as newline-delimited JSON for programs, and the summary that every
// run ends with. It decides the exit code as well, in one place.
//
// It only prints: it is not for drawing (package ui), nor for driving what it
// prints (package command).
//
// # JSON output
//
// With --json every line of standard output is one JSON object in UTF-8. Every
// object has "type" and "time"; the fields of each type are those of the record
// types of this package (EventRecord, ProgressRecord, GapRecord, SummaryRecord,
// CheckRecord, CheckSummaryRecord, VerifyRecord, VerifySummaryRecord,
// MadeSummaryRecord). Their names and meanings are a promise: fields and types
// may be added, none is renamed or removed. A field that says nothing about an
// object is left out.
//
//	type            when
//	recorder        a recorder was signed in to, is held, or was released
//	camera          a camera changed its state
//	file            a recording is complete on disk
//	made            a file was joined or cut, or stills were made
//	retry           an attempt failed, the next one has a time
//	notice          worth knowing, nothing failed
//	error           something failed for good
//	machine         one of several machines joined, fell silent, came back or left
//	progress        every 10 seconds: how far everything is
//	gap             this reader was too slow and lost events
//	summary         the last line of a run
//	check           one recorder, as "hikgrab check" found it
//	check_summary   the last line of "hikgrab check"
//	verify          one file that is not as the manifest says
//	verify_summary  the last line of "hikgrab verify"
//	made_summary    the last line of "hikgrab join", "cut" and "frames"
//
// Times of this machine ("time", "next_try") are RFC 3339 with the zone. Times
// on a recorder's clock ("from", "to", "first", "last", "clock") have no zone,
// "2006-01-02T15:04:05", because recorders disagree on theirs: they are what
// the recorder itself displays. Durations are in seconds, sizes in bytes, rates
// in bytes per second. A camera's "state" is one of waiting, searching,
// downloading, retrying, pausing, paused, done, incomplete, empty, failed and
// skipped. A failure's "kind" is one of auth, locked, forbidden, busy, gone,
// unreachable, timeout, slow, short, protocol and tls for a recorder; full,
// denied, in-use, damaged, too-large and no-room for the disk; period for a time range that cannot
// be; stopped for what the operator ended; panic and error for the rest.
package plain
