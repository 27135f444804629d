package hub

import (
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"example.com/hikgrab/tasks/fleet"
)

// subjects spells the subjects of one fleet: "hg.C.up.M.kind" from a machine M
// to the coordinator, "hg.C.down.M.kind" to it.
type subjects string // C

func (s subjects) up(m fleet.MachineID, kind fleet.Kind) string {
	return "hg." + string(s) + ".up." + string(m) + "." + string(kind)
}

func (s subjects) down(m fleet.MachineID, kind fleet.Kind) string {
	return "hg." + string(s) + ".down." + string(m) + "." + string(kind)
}

func (s subjects) stream() string { return "HG_" + string(s) + "_REPORTS" }
func (s subjects) bucket() string { return "hg_" + string(s) }

// coordinatorInbox is where answers to the coordinator go.
const coordinatorInbox = "_INBOX.coordinator"

// inbox is where answers to a machine go, and nothing else.
func inbox(m fleet.MachineID) string { return "_INBOX." + string(m) }

// split returns who sent a message on which kind of subject.
func split(subject string) (fleet.MachineID, fleet.Kind) {
	words := strings.Split(subject, ".")
	if len(words) != 5 {
		return "", ""
	}
	return fleet.MachineID(words[3]), fleet.Kind(words[4])
}

// member returns what a machine may do: speak as itself, hear what is meant for
// it, and answer what it was asked.
func (s subjects) member(m fleet.MachineID) *server.Permissions {
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: []string{s.up(m, ">")}},
		Subscribe: &server.SubjectPermission{Allow: []string{s.down(m, ">"), inbox(m) + ".>"}},
		Response:  &server.ResponsePermission{MaxMsgs: 1, Expires: time.Minute},
	}
}

// hall returns what somebody may do that is refused: ask why.
func (s subjects) hall(m fleet.MachineID) *server.Permissions {
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: []string{s.up(m, kindJoin)}},
		Subscribe: &server.SubjectPermission{Allow: []string{inbox(m) + ".>"}},
	}
}
