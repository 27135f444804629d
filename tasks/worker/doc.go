// Package worker does what a queue decides: it signs in to a recorder and lists
// its channels, searches a camera, finds out why there is nothing, fetches a
// recording, and makes files of what has come. Each kind of work is a value;
// its Do blocks until the work is done and returns another value. A panic
// becomes an error of that value, and costs nothing else.
//
// It is not for deciding: it knows no queue, no camera and no state, and tries
// nothing twice (see package tasks).
package worker
