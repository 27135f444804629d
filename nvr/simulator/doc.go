// Package simulator is a simulated Hikvision recorder: an http.Handler that
// answers ISAPI requests as NVRs, DVRs and cameras do, with their habits
// (Quirks), with faults scripted per request (Fault), and with playable
// recordings: MPEG program streams of any size, generated on the fly.
//
// It is based on what public documents and projects report about real devices,
// and on no code of this project's own client, so that it works with any other
// ISAPI client as well.
//
// There are two ways to serve it. Network stays inside the process, so that it
// works in a testing/synctest bubble. Listen serves on a real address, with TLS
// if wanted.
//
// It is not for recording: it stores nothing, and supports only the calls for
// finding and fetching recordings.
package simulator
