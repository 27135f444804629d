// Package worker does the work that a queue decides on: it signs in to a
// recorder and lists its channels, searches a camera, finds out why nothing was
// found, fetches a recording, and makes files from what was fetched. Each kind
// of work is a value whose Do method blocks until the work is done and returns
// another value. A panic becomes an error in that value and stops nothing else.
//
// It is not for deciding: it knows no queue, camera or state, and retries
// nothing (see package tasks).
package worker
