// Package nvr talks to one Hikvision recorder (an NVR, a DVR, or a camera with
// its own storage) over ISAPI: it signs in, lists channels, searches recordings
// and downloads them.
//
// However many goroutines use a recorder, there is one sign-in. A refused login
// is never repeated automatically. Every request is bounded in time and size.
// Errors say what happened and what to do.
//
// It is not for deciding: it knows nothing of task sheets, queues, retries,
// files on disk or screens. It sends a request as often as the protocol needs
// (a digest challenge, the other method, a dead idle connection), and leaves
// failures to its caller.
//
// It learns from a device's answers where devices differ, and remembers that
// for the run: the method of a download, the form of a search, the clock used
// in searches, whether Range is honoured, whether nonces can be reused, whether
// download by time works.
//
// All times are the recorder's wall clock in time.UTC, so that nothing converts
// them by accident: 08:00 in a time.Time here is 08:00 on the recorder's own
// display, whatever its time zone and whatever its label for the digits. For
// devices that use true UTC (standalone cameras), this package converts times
// in both directions.
package nvr
