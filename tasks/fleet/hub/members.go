package hub

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/hikgrab/tasks/fleet"
)

const (
	membersName  = "machines"
	membersLimit = 64 << 20 // bytes read at once
)

// member is a machine that has joined, still admitted or revoked.
type member struct {
	Key      string    `json:"key"` // public nkey, M of the subjects
	Curve    string    `json:"curve,omitempty"`
	Name     string    `json:"name,omitempty"`     // as its operator named it, cleaned
	Networks []string  `json:"networks,omitempty"` // that it may be in; none: any
	Invited  string    `json:"invited,omitempty"`  // label of the invitation it joined with
	From     string    `json:"from,omitempty"`     // address
	At       time.Time `json:"at,omitzero"`
	Revoked  bool      `json:"revoked,omitempty"`
}

func (m member) equal(o member) bool {
	return m.Key == o.Key && m.Curve == o.Curve && m.Name == o.Name && m.Invited == o.Invited &&
		m.Revoked == o.Revoked && slices.Equal(m.Networks, o.Networks)
}

// peer returns the machine as fleet sees it.
func (m member) peer() fleet.Peer {
	return fleet.Peer{Machine: fleet.MachineID(m.Key), Networks: m.Networks, Name: m.Name}
}

// members is the list of an operator's machines, a file beside the identity to
// which lines are appended. It does not depend on what a single run stores, and
// "invite --revoke" can write to it while a coordinator reads.
type members struct {
	path  string
	mu    sync.Mutex
	size  int64 // bytes read so far
	byKey map[string]member
	ended map[string]bool // invitations of revoked machines
	fresh []member        // revoked since the last call
}

func openMembers(dir string) (*members, error) {
	m := &members{path: filepath.Join(dir, membersName), byKey: map[string]member{}, ended: map[string]bool{}}
	err := m.read()
	m.fresh = nil
	return m, err
}

// revocations reads the list again if it grew, and returns who was revoked
// since the last call.
func (m *members) revocations() ([]member, error) {
	err := m.read()
	m.mu.Lock()
	defer m.mu.Unlock()
	fresh := m.fresh
	m.fresh = nil
	return fresh, err
}

// read reads what was appended since the last time.
func (m *members) read() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, err := os.Open(m.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the list of machines: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(io.NewSectionReader(f, m.size, membersLimit), membersLimit))
	if err != nil {
		return fmt.Errorf("read the list of machines: %w", err)
	}
	text = text[:bytes.LastIndexByte(text, '\n')+1] // the rest is being written
	m.size += int64(len(text))
	for line := range bytes.Lines(text) {
		var one member
		if json.Unmarshal(line, &one) != nil || one.Key == "" {
			continue // blank, or the end of a line cut by a crash
		}
		if one.Revoked && !m.byKey[one.Key].Revoked {
			m.fresh = append(m.fresh, one)
			m.ended[one.Invited] = one.Invited != ""
		}
		m.byKey[one.Key] = one
	}
	return nil
}

func (m *members) lookup(key string) (member, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	one, ok := m.byKey[key]
	return one, ok
}

// moved notes a machine's new address, for as long as this process runs.
func (m *members) moved(key, from string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if one := m.byKey[key]; from != "" {
		one.From = from
		m.byKey[key] = one
	}
}

// over reports whether an invitation ended because a machine that joined with
// it was revoked.
func (m *members) over(invited string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ended[invited]
}

// put durably appends the present state of a machine.
func (m *members) put(one member) error {
	line, err := json.Marshal(one)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(m.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write the list of machines: %w", err)
	}
	// Start a new line even after one cut by a crash; blank lines are skipped.
	_, err = f.Write(slices.Concat([]byte("\n"), line, []byte("\n")))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write the list of machines: %w", err)
	}
	return m.read()
}

// Revoke ends the membership of every machine of that name, and the invitations
// they joined with. A running coordinator notices within a second.
func (id *Identity) Revoke(name string, now time.Time) error {
	m, err := openMembers(id.dir)
	if err != nil {
		return err
	}
	var known []string
	revoked := false
	for _, one := range m.byKey {
		if one.Revoked {
			continue
		}
		known = append(known, one.Name)
		if one.Name != name && one.Key != name {
			continue
		}
		one.Revoked, one.At, revoked = true, now, true
		if err := m.put(one); err != nil {
			return err
		}
	}
	if revoked {
		return nil
	}
	slices.Sort(known)
	if known = slices.Compact(known); len(known) == 0 {
		return fmt.Errorf("no machine is called %q: none has joined yet", name)
	}
	return fmt.Errorf("no machine is called %q; those that joined are: %s", name, strings.Join(known, ", "))
}
