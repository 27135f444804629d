package fleet

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
)

// Protocol is the version of the messages. Machines with another version are
// refused with an explanation.
const Protocol = 1

// RecorderID identifies a recorder of the fleet, the same on every machine. One
// address in two networks is two recorders.
type RecorderID string

// RecorderOf returns the ID of a recorder.
func RecorderOf(network, address string) RecorderID {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", strings.ToLower(network), address))
	return RecorderID(hex.EncodeToString(sum[:16]))
}

// Hello introduces a machine after each start and each reconnect.
type Hello struct {
	Protocol int      `json:"protocol"`
	Version  string   `json:"version"` // of hikgrab
	Name     string   `json:"name"`
	Networks []string `json:"networks,omitempty"` // empty: those its invitation allows
}

// Welcome answers a Hello.
type Welcome struct {
	Refused string        `json:"refused,omitempty"` // why it may not take part: a sentence
	Session uint64        `json:"session,omitempty"` // part of every beat and report
	Beat    time.Duration `json:"beat,omitempty"`    // interval of beats
	Run     Run           `json:"run,omitzero"`
}

// Run is what the coordinator decides for all machines.
type Run struct {
	ID          string            `json:"id"`        // changes with the options
	Catalogue   string            `json:"catalogue"` // name of the coordinator's catalogue
	Title       string            `json:"title"`
	Coordinator string            `json:"coordinator"` // its name
	Began       time.Time         `json:"-"`           // what "the last 6 hours" counts back from
	Age         time.Duration     `json:"age"`         // how long ago Began was: the machines' clocks differ
	Period      tasks.Period      `json:"period,omitzero"`
	Kinds       tasks.Kinds       `json:"kinds,omitempty"`
	PerRecorder int               `json:"per_recorder"`
	Retries     int               `json:"retries"`
	Timeout     time.Duration     `json:"timeout"`
	Format      archive.Format    `json:"format"`
	DropAudio   bool              `json:"drop_audio,omitempty"`
	Cut         bool              `json:"cut,omitempty"`
	Derivations tasks.Derivations `json:"derive,omitzero"`
	Insecure    bool              `json:"insecure,omitempty"`
	Layout      string            `json:"layout,omitempty"`
	Unattended  bool              `json:"unattended,omitempty"` // nobody is at the coordinator's screen
}

// Beat is what a machine holds. The rules rest on its discipline: a machine has
// one beat under way at a time, and never takes the answer to an older beat
// once it has sent a newer one.
type Beat struct {
	Session  uint64    `json:"session"`
	N        uint64    `json:"n"`                  // number in this session, from 1
	Accepted uint64    `json:"accepted,omitempty"` // the last beat whose answer was taken
	Holds    []Holding `json:"holds,omitempty"`
	Jobs     int       `json:"jobs"`            // downloads it can run at once
	Free     int64     `json:"free"`            // bytes on its disk; -1 if unknown
	Held     string    `json:"held,omitempty"`  // why nothing can be written there
	Rate     float64   `json:"rate,omitempty"`  // bytes per second
	Files    int       `json:"files,omitempty"` // finished in this run
	Active   int       `json:"active,omitempty"`
	Leaving  bool      `json:"leaving,omitempty"`
}

// Holding is a lease as its machine sees it.
type Holding struct {
	Recorder RecorderID `json:"r"`
	Epoch    uint64     `json:"e"`
	Wanted   string     `json:"w,omitempty"` // a copy of Grant.Wanted
	Started  bool       `json:"s,omitempty"` // it has contacted the recorder
	Request  int        `json:"wish,omitempty"`
	Refused  string     `json:"x,omitempty"` // why it cannot take the grant: a sentence
}

// Orders answer a Beat: everything the machine may hold. It must leave
// everything else at once.
type Orders struct {
	Stranger bool      `json:"stranger,omitempty"` // the session is over: say hello
	Leases   []Promise `json:"leases,omitempty"`
	More     bool      `json:"more,omitempty"`  // beat again at once, there are more grants
	Told     uint64    `json:"told,omitempty"`  // reports of this session that the catalogue has
	Drain    bool      `json:"drain,omitempty"` // finish active downloads and start nothing new
	Over     bool      `json:"over,omitempty"`  // the run has ended; nothing more will come
	Jobs     int       `json:"jobs,omitempty"`  // to run at once, if the operator has said so
	Limit    int64     `json:"limit,omitempty"` // bytes per second; 0 is none
}

// Promise lets a machine touch a recorder for a time, counted from the sending
// of the beat.
type Promise struct {
	Recorder RecorderID       `json:"r"`
	Epoch    uint64           `json:"e"`
	TTL      time.Duration    `json:"ttl"`
	Back     bool             `json:"back,omitempty"`  // give it back if nothing of it has started
	Grant    *Grant           `json:"grant,omitempty"` // what to do, for a machine that does not know yet
	Requests []Request        `json:"wishes,omitempty"`
	Had      []archive.Remote `json:"had,omitempty"` // what others reported lately
}

// Grant is what a machine must know to work on a recorder.
type Grant struct {
	Wanted  string       `json:"wanted"` // changes when the tasks do
	Network string       `json:"network,omitempty"`
	Tasks   []tasks.Task `json:"tasks"`  // without their logins
	Logins  []byte       `json:"logins"` // of the tasks, sealed
	Facts   nvr.Facts    `json:"facts,omitzero"`
	Shared  bool         `json:"shared,omitempty"` // others could take it: do not insist if it is unreachable
	Had     bool         `json:"had,omitempty"`    // others have recordings of it: ask with Have
}

// login is a login in the clear. It exists only while it is sealed or opened.
type login struct {
	User     string `json:"user"`
	Password string `json:"password"`
	// Address is the recorder that the login is for. It is sealed too, so that
	// whoever carries the messages cannot have the login sent elsewhere or less
	// securely.
	Address nvr.Address `json:"address"`
}

// What an operator can request of a recorder's cameras.
const (
	requestPause  = "pause"
	requestResume = "resume"
	requestRetry  = "retry"
	requestSkip   = "skip"
)

// Request is what the operator wants of some cameras. The requests of a lease
// are numbered from 1; a machine carries out each once.
type Request struct {
	N       int          `json:"n"`
	What    string       `json:"what"`
	Cameras []tasks.Pick `json:"cameras,omitempty"` // empty: all
}

// View is a machine's progress on some recorders, with their events. The next
// view makes up for a lost one.
type View struct {
	Session   uint64         `json:"session"`
	Recorders []RecorderView `json:"recorders,omitempty"`
	Events    []Happening    `json:"events,omitempty"`
}

// Happening is an event of a recorder of the fleet.
type Happening struct {
	Recorder RecorderID  `json:"r"`
	Account  int         `json:"a,omitempty"`
	Event    tasks.Event `json:"event"`
}

// RecorderView is a recorder of a snapshot with its cameras. A lease has
// several if the sheet has several logins for one address; they are numbered
// from 0 in the order of the sheet.
type RecorderView struct {
	ID      RecorderID         `json:"r"`
	Epoch   uint64             `json:"e"`
	Account int                `json:"a,omitempty"`
	View    tasks.RecorderView `json:"view"`
	Cameras []tasks.CameraView `json:"cameras,omitempty"`
	Facts   nvr.Facts          `json:"facts,omitzero"`
}

// Report is something the catalogue must know: a file, or an End with its
// lease. A machine numbers the reports of a session without gaps, so that an
// End never overtakes a file.
type Report struct {
	Session  uint64           `json:"session"`
	N        uint64           `json:"n"`
	File     *archive.Distant `json:"file,omitempty"`
	End      *End             `json:"end,omitempty"`
	Recorder RecorderID       `json:"r,omitempty"`
	Epoch    uint64           `json:"e,omitempty"`
}

// End is how a machine finished with a recorder.
type End struct {
	Returned string           `json:"returned,omitempty"` // why it is given back unfinished: a sentence; empty: every camera has ended
	Away     bool             `json:"away,omitempty"`     // it cannot be reached from there
	Latched  bool             `json:"latched,omitempty"`  // nobody may try again until the operator says so
	Views    []RecorderView   `json:"views,omitempty"`
	Coverage []tasks.Coverage `json:"coverage,omitempty"`
}

// Have asks what others have of a recorder, from a position on.
type Have struct {
	Recorder RecorderID `json:"r"`
	From     int        `json:"from"`
}

// Had answers a Have.
type Had struct {
	Recordings []archive.Remote `json:"recordings,omitempty"`
	Next       int              `json:"next,omitempty"` // 0: no more
}

// Detail asks for one camera.
type Detail struct {
	Recorder RecorderID `json:"r"`
	Account  int        `json:"a,omitempty"`
	Camera   tasks.Pick `json:"camera"`
}

func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil { // these types contain nothing JSON cannot encode
		panic(err)
	}
	return text
}

// decode reads a message from outside: one value of bounded length and nothing
// after it.
func decode(data []byte, v any) error {
	if len(data) > MostBytes {
		return fmt.Errorf("a message of %d bytes", len(data))
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("cannot understand a message: %w", err)
	}
	return nil
}
