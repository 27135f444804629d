package hub

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"path/filepath"
	"slices"
	"strconv"

	"example.com/hikgrab/tasks/archive/disk"
)

const (
	waysName = "addresses"
	// DefaultPort is the port on which a coordinator listens by default.
	DefaultPort = 7422
)

// way is where this operator's coordinator could last be reached. Invitations
// made beside it use that.
type way struct {
	Addresses []string `json:"addresses"`
	Cluster   bool     `json:"cluster,omitempty"`
}

func (id *Identity) remember(w way) error {
	text, err := json.Marshal(w)
	if err == nil {
		err = writeSecret(id.dir, waysName, text, true)
	}
	if err != nil {
		return fmt.Errorf("save the coordinator's addresses: %w", err)
	}
	return nil
}

// lastWay returns where the coordinator listens or last listened, or the
// default if it never did.
func (id *Identity) lastWay() (way, error) {
	text, err := readSecret(id.dir, waysName)
	if errors.Is(err, fs.ErrNotExist) {
		return way{Addresses: reachable(&net.TCPAddr{Port: DefaultPort})}, nil
	}
	if err != nil {
		return way{}, fmt.Errorf("read the coordinator's addresses: %w", err)
	}
	var w way
	if err := json.Unmarshal(text, &w); err != nil || len(w.Addresses) == 0 {
		return way{}, fmt.Errorf("%s is damaged: start hikgrab serve once more", filepath.Join(id.dir, waysName))
	}
	return w, nil
}

// reachable returns the addresses of a server that listens at addr. For all
// interfaces these are all of this machine's addresses, with those that only
// this machine can use last or left out.
func reachable(addr *net.TCPAddr) []string {
	port := strconv.Itoa(addr.Port)
	if addr.IP != nil && !addr.IP.IsUnspecified() {
		return []string{net.JoinHostPort(addr.IP.String(), port)}
	}
	var four, six []string
	addrs, _ := net.InterfaceAddrs() // without any, there is the loopback
	for _, a := range addrs {
		n, ok := a.(*net.IPNet)
		switch {
		case !ok || !n.IP.IsGlobalUnicast():
		case n.IP.To4() != nil:
			four = append(four, net.JoinHostPort(n.IP.String(), port))
		case addr.IP == nil || addr.IP.To4() == nil:
			six = append(six, net.JoinHostPort(n.IP.String(), port))
		}
	}
	all := slices.Concat(four, six)
	if len(all) == 0 {
		return []string{net.JoinHostPort("127.0.0.1", port)}
	}
	return all[:min(len(all), addressesLimit)]
}

// secretLimit limits the bytes read of one of our files.
const secretLimit = 16 << 10

// readSecret reads a small file in a directory for this user alone.
func readSecret(dir, name string) ([]byte, error) {
	d, err := disk.Look(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	f, err := d.OpenRead(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, secretLimit))
	return bytes.TrimSpace(text), err
}

// writeSecret writes such a file durably and atomically. It returns fs.ErrExist
// if the file exists and must not be replaced.
func writeSecret(dir, name string, text []byte, replace bool) error {
	private := filepath.Base(dir)
	d, err := disk.Open(filepath.Dir(dir), private)
	if err != nil {
		return err
	}
	defer d.Close()
	name = private + "/" + name
	spare := name + "-" + rand.Text()
	err = d.WriteSpare(spare, name, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
	if err != nil {
		return err
	}
	return errors.Join(d.Place(spare, name, replace, nil), d.Drop(spare))
}
