// Package nvr talks to one Hikvision recorder (an NVR, a DVR, or a camera with
// its own storage) over ISAPI: it signs in, lists channels, searches
// recordings and downloads them.
//
// Its goals: one sign-in per recorder however many goroutines want it, a
// refused login that is never repeated by itself, every request bounded in
// time and size, and errors that say what happened and what to do.
//
// It is not for deciding: it knows nothing of task sheets, queues, retries,
// files on disk or screens. It sends each request as often as the protocol
// needs (a digest challenge, the other verb, a kept connection that was dead),
// and leaves it to its caller what to do about a failure.
//
// What devices disagree about it learns from their answers and remembers for
// the run: the verb of a download, the form of a search, the clock that it
// searches by, whether Range is honoured, whether nonces can be used again,
// whether a recording can be had by time.
//
// All times are the wall clock of the recorder, carried in time.UTC so that no
// conversion can creep in: 08:00 in a time.Time here is 08:00 on the
// recorder's own display, whatever its time zone is and whatever it labels the
// digits with. Where a device wants true UTC (standalone cameras), this package
// converts on the way out and on the way in.
package nvr
