// Package tasks is the domain of hikgrab: tasks and the cameras they ask for,
// the queue and its bounded pool of downloads, retries, holds, rates and the
// operator's control, and the snapshots and events that show all of it.
//
// The Queue owns all state. A worker (tasks/worker) gets a value, touches
// nothing else but its atomic meter, and returns a value; the screen polls
// snapshots.
//
// It is not for reading spreadsheets (tasks/sheet), writing files
// (tasks/archive), speaking to recorders (nvr) or drawing (ui).
package tasks
