// Package simulator is a simulated Hikvision recorder: an http.Handler that
// answers ISAPI requests as NVRs, DVRs and cameras do, with their habits
// (Quirks), with faults scripted per request (Fault), and with recordings that
// really play: MPEG program streams of any size, made on the fly.
//
// It is written from what public documents and projects report of real
// devices, and from nothing of this project's own client, so that any other
// ISAPI client can be pointed at it as well.
//
// Two ways of serving come with it. Network keeps everything inside the
// process, so that it works inside a testing/synctest bubble; Listen serves on
// a real address, with TLS if wanted.
//
// It is not a recorder: it records nothing, stores nothing, and knows only
// the calls that finding and fetching recordings takes.
package simulator
