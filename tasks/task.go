package tasks

import "example.com/hikgrab/nvr"

// Task is one row of the task sheet: a recorder, or some of its cameras.
type Task struct {
	Source  string // where it came from, for messages: "tasks.xlsx  Sheet1!A7"
	Row     int    // 1-based row in the sheet; 0 when there is none
	Address nvr.Address
	Login   nvr.Login
	Name    string // what the operator calls the place; may be empty
	Network string // the network that the address belongs to, when several machines work; may be empty
	Cameras []Pick // empty means all
	Period  Period // zero means the run's default
	Stream  nvr.Stream
	Kinds   Kinds // of recordings; empty means the run's default
	Clock   nvr.Clock
	Facts   nvr.Facts // what is known of the recorder
}

// Pick names one camera of a recorder.
type Pick struct {
	Channel int        // 0 when it goes by its name
	Name    string     // as the recorder has it, case and spaces aside
	Stream  nvr.Stream // 0 means the task's stream
}
