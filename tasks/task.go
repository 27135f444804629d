package tasks

import "example.com/hikgrab/nvr"

// Task is one row of the task sheet: a recorder, or some of its cameras. Its
// JSON, which other machines get, has no login.
type Task struct {
	Source  string      `json:"source,omitempty"` // where it came from, for messages: "tasks.xlsx Sheet1!A7"
	Row     int         `json:"-"`                // 1-based row in the sheet; 0 if there is none
	Address nvr.Address `json:"address"`
	Login   nvr.Login   `json:"-"`
	Name    string      `json:"name,omitempty"`    // the operator's name for the place; may be empty
	Network string      `json:"-"`                 // the network of the address, if several machines work; may be empty
	Cameras []Pick      `json:"cameras,omitempty"` // empty means all
	Period  Period      `json:"period,omitzero"`   // zero means the run's default
	Stream  nvr.Stream  `json:"stream,omitempty"`
	Kinds   Kinds       `json:"kinds,omitempty"` // of recordings; empty means the run's default
	Clock   nvr.Clock   `json:"clock,omitempty"`
	Facts   nvr.Facts   `json:"-"` // what is known of the recorder
}

// Pick selects one camera of a recorder.
type Pick struct {
	Channel int        // 0 if it goes by its name
	Name    string     // as on the recorder, ignoring case and spaces
	Stream  nvr.Stream // 0 means the task's stream
}
