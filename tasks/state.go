package tasks

// State is what a camera is doing.
type State int

// The states of a camera. Their words are the same on screen, in JSON and in
// the docs.
const (
	Waiting     State = iota // for a slot, or for its recorder
	Searching                // the recorder is being asked for recordings
	Downloading              // at least one recording is coming
	Retrying                 // nothing is coming; the next try has a time
	Pausing                  // asked to pause, the worker has not left yet
	Paused                   // by the operator
	Done                     // the first ended state: every recording in the period is on disk
	Incomplete               // some recordings are on disk, others could not be had
	Empty                    // the recorder has nothing in the period
	Failed                   // nothing could be had
	Skipped                  // by the operator
	numStates
)

var stateNames = [numStates]string{
	Waiting: "waiting", Searching: "searching", Downloading: "downloading", Retrying: "retrying",
	Pausing: "pausing", Paused: "paused", Done: "done", Incomplete: "incomplete",
	Empty: "empty", Failed: "failed", Skipped: "skipped",
}

// moves says which state may follow which; nothing else does.
//
// Work cycles through Waiting, Searching, Downloading and Retrying. A camera
// with everything already on disk goes straight from its search to its end.
// Work can be paused (through Pausing while a worker still has to leave),
// skipped, or given up with its recorder at any point. Only the operator's
// retry leads out of an end, and then to wherever there is work at once. A
// camera that ended while it was pausing stays ended.
var moves = [numStates][]State{
	Waiting:     {Searching, Downloading, Retrying, Pausing, Paused, Incomplete, Failed, Skipped},
	Searching:   {Waiting, Downloading, Retrying, Pausing, Paused, Done, Incomplete, Empty, Failed, Skipped},
	Downloading: {Waiting, Searching, Retrying, Pausing, Paused, Done, Incomplete, Failed, Skipped},
	Retrying:    {Waiting, Searching, Downloading, Paused, Incomplete, Failed, Skipped},
	Pausing:     {Waiting, Searching, Downloading, Retrying, Paused, Done, Incomplete, Empty, Failed, Skipped},
	Paused:      {Waiting, Searching, Downloading, Retrying, Incomplete, Failed, Skipped},
	Done:        {Waiting, Searching},
	Incomplete:  {Waiting, Searching, Downloading},
	Empty:       {Waiting, Searching},
	Failed:      {Waiting, Searching, Downloading},
	Skipped:     {Waiting, Searching, Downloading},
}

// States lists every state in the order in which people expect to read them.
func States() []State {
	all := make([]State, numStates)
	for s := range all {
		all[s] = State(s)
	}
	return all
}

// String returns the state's word.
func (s State) String() string {
	if s < 0 || s >= numStates {
		return "unknown"
	}
	return stateNames[s]
}

// Ended reports whether nothing more will happen unless the operator asks.
func (s State) Ended() bool { return s >= Done && s < numStates }

// groupState returns the state of a recorder from those of its cameras: the
// current activity if there is any, otherwise the worst end.
func groupState(n Counts, all int) State {
	for _, s := range []State{Downloading, Searching, Pausing, Retrying, Waiting, Paused} {
		if n[s] > 0 {
			return s
		}
	}
	switch {
	case all == 0:
		return Empty
	case n[Failed] == all:
		return Failed
	case n[Failed] > 0 || n[Incomplete] > 0:
		return Incomplete
	case n[Skipped] > 0:
		return Skipped
	case n[Empty] == all:
		return Empty
	}
	return Done
}
