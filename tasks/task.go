package tasks

import "example.com/hikgrab/nvr"

// Task is one row of the task sheet: a recorder, or some of its cameras. As JSON,
// which other machines get, it has no login.
type Task struct {
	Source  string      `json:"source,omitempty"` // where it came from, for messages: "tasks.xlsx  Sheet1!A7"
	Row     int         `json:"-"`                // 1-based row in the sheet; 0 when there is none
	Address nvr.Address `json:"address"`
	Login   nvr.Login   `json:"-"`
	Name    string      `json:"name,omitempty"`    // what the operator calls the place; may be empty
	Network string      `json:"-"`                 // the network that the address belongs to, when several machines work; may be empty
	Cameras []Pick      `json:"cameras,omitempty"` // empty means all
	Period  Period      `json:"period,omitzero"`   // zero means the run's default
	Stream  nvr.Stream  `json:"stream,omitempty"`
	Kinds   Kinds       `json:"kinds,omitempty"` // of recordings; empty means the run's default
	Clock   nvr.Clock   `json:"clock,omitempty"`
	Facts   nvr.Facts   `json:"-"` // what is known of the recorder
}

// Pick names one camera of a recorder.
type Pick struct {
	Channel int        // 0 when it goes by its name
	Name    string     // as the recorder has it, case and spaces aside
	Stream  nvr.Stream // 0 means the task's stream
}
