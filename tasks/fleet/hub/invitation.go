package hub

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	invitationScheme = "hikgrab-join:"
	embeddedVersion  = 1       // to the server inside a coordinator
	clusterVersion   = 2       // over somebody's NATS cluster
	invitationLimit  = 8 << 10 // characters
	networksLimit    = 32
	networkNameLimit = 64 // bytes
	addressesLimit   = 32
)

// Invitation lets a machine join: it says whom to join, where, until when, and
// for which networks. Whoever has its text can join, so it is a secret.
type Invitation struct {
	Pin       Pin
	Expiry    time.Time // whole seconds
	Networks  []string  // none: the machine itself says where it is
	Addresses []string  // host:port
	Cluster   bool      // they are those of a NATS cluster
	tag       [sha256.Size]byte
}

// Why an invitation cannot be read.
var (
	ErrNoInvitation = errors.New("this is not an invitation: it begins with " + invitationScheme + " and is one line; ask the coordinator for one with: hikgrab invite")
	ErrDamaged      = errors.New("the invitation is damaged: copy all of it, or take the file that hikgrab invite -o writes")
)

// Invite makes an invitation that stays valid for a time, to the coordinator
// that runs or ran last. The networks must be names that a sheet can have.
func (id *Identity) Invite(now time.Time, valid time.Duration, networks []string) (Invitation, error) {
	if err := checkNetworks(networks); err != nil {
		return Invitation{}, err
	}
	if valid <= 0 {
		return Invitation{}, errors.New("an invitation must be valid for a while")
	}
	w, err := id.lastWay()
	if err != nil {
		return Invitation{}, err
	}
	// A whole second, and never less than asked.
	expiry := now.Add(valid + time.Second - 1).Truncate(time.Second)
	inv := Invitation{Pin: id.pin, Expiry: expiry, Networks: networks, Addresses: w.Addresses, Cluster: w.Cluster}
	inv.tag = id.tag(inv.terms())
	return inv, nil
}

// tag proves that this identity made an invitation on these terms.
func (id *Identity) tag(terms []byte) (tag [sha256.Size]byte) {
	mac := hmac.New(sha256.New, id.root)
	mac.Write(terms)
	mac.Sum(tag[:0])
	return tag
}

func (inv Invitation) terms() []byte {
	out := binary.BigEndian.AppendUint64(nil, uint64(inv.Expiry.Unix()))
	out = append(out, byte(len(inv.Networks)))
	for _, n := range inv.Networks {
		out = append(append(out, byte(len(n))), n...)
	}
	return out
}

// String returns the line to give to the other machine.
func (inv Invitation) String() string {
	raw := []byte{embeddedVersion}
	if inv.Cluster {
		raw[0] = clusterVersion
	}
	raw = append(raw, inv.Pin[:]...)
	raw = append(append(raw, inv.terms()...), inv.tag[:]...)
	return invitationScheme + base64.RawURLEncoding.EncodeToString(raw) + "@" + strings.Join(inv.Addresses, ",")
}

// ParseInvitation reads a line that String wrote, with space around it. Only
// the coordinator can tell whether it is genuine and still valid.
func ParseInvitation(line string) (Invitation, error) {
	line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff")) // Notepad's byte order mark
	secret, ok := strings.CutPrefix(line, invitationScheme)
	if !ok {
		return Invitation{}, ErrNoInvitation
	}
	if len(line) > invitationLimit || strings.ContainsFunc(line, unicode.IsSpace) {
		return Invitation{}, ErrDamaged
	}
	secret, at, _ := strings.Cut(secret, "@")
	raw, err := base64.RawURLEncoding.Strict().DecodeString(secret)
	if err != nil || len(raw) == 0 {
		return Invitation{}, ErrDamaged
	}
	if raw[0] != embeddedVersion && raw[0] != clusterVersion {
		return Invitation{}, fmt.Errorf("the invitation has version %d, this hikgrab reads %d and %d: run the same hikgrab on all machines", raw[0], embeddedVersion, clusterVersion)
	}
	inv := Invitation{Cluster: raw[0] == clusterVersion}
	raw = raw[1:]
	if len(raw) < len(inv.Pin)+len(inv.tag) {
		return Invitation{}, ErrDamaged
	}
	copy(inv.Pin[:], raw)
	copy(inv.tag[:], raw[len(raw)-len(inv.tag):])
	if inv.Expiry, inv.Networks, err = parseTerms(raw[len(inv.Pin) : len(raw)-len(inv.tag)]); err != nil {
		return Invitation{}, err
	}
	if inv.Addresses, err = ParseAddresses(at); err != nil {
		return Invitation{}, fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	return inv, nil
}

func parseTerms(terms []byte) (time.Time, []string, error) {
	const latest = 1 << 38 // seconds; no calendar needs later ones
	if len(terms) < 9 || len(terms) > 9+networksLimit*(1+networkNameLimit) || binary.BigEndian.Uint64(terms) > latest {
		return time.Time{}, nil, ErrDamaged
	}
	expiry := time.Unix(int64(binary.BigEndian.Uint64(terms)), 0)
	count, rest := int(terms[8]), terms[9:]
	var networks []string
	for range count {
		if len(rest) == 0 || len(rest) < 1+int(rest[0]) {
			return time.Time{}, nil, ErrDamaged
		}
		networks = append(networks, string(rest[1:1+rest[0]]))
		rest = rest[1+rest[0]:]
	}
	if len(rest) > 0 || checkNetworks(networks) != nil {
		return time.Time{}, nil, ErrDamaged
	}
	return expiry, networks, nil
}

func checkNetworks(networks []string) error {
	if len(networks) > networksLimit {
		return fmt.Errorf("%d networks are too many: at most %d", len(networks), networksLimit)
	}
	for _, n := range networks {
		if n == "" || len(n) > networkNameLimit || !utf8.ValidString(n) || strings.ContainsFunc(n, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return fmt.Errorf("%q cannot be the name of a network: write up to %d printable characters", n, networkNameLimit)
		}
	}
	return nil
}

// ParseAddresses reads host:port pairs separated by commas; a NATS URL counts
// as its host and port.
func ParseAddresses(text string) ([]string, error) {
	var out []string
	for one := range strings.SplitSeq(text, ",") {
		one = strings.TrimSpace(one)
		for _, scheme := range []string{"nats://", "tls://"} {
			one = strings.TrimPrefix(one, scheme)
		}
		host, port, err := net.SplitHostPort(one)
		number, portErr := strconv.ParseUint(port, 10, 16)
		if err != nil || portErr != nil || number == 0 || host == "" || strings.ContainsFunc(host, notInHost) {
			return nil, fmt.Errorf("%q is not an address: write host:port", one)
		}
		out = append(out, net.JoinHostPort(host, port))
	}
	if len(out) > addressesLimit {
		return nil, fmt.Errorf("%d addresses are too many: at most %d", len(out), addressesLimit)
	}
	return out, nil
}

func notInHost(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".-_:%", r)
}

// ticket is what a machine shows of its invitation: the terms, and a proof made
// from the tag for its own keys only. The tag itself never leaves the machine,
// so whoever carries the ticket cannot join with it.
func (inv Invitation) ticket(keys []byte) []byte {
	mac := hmac.New(sha256.New, inv.tag[:])
	mac.Write(keys)
	return mac.Sum(inv.terms())
}

// errForeign refuses a ticket from an invitation that this identity did not
// make.
var errForeign = errors.New("the invitation is not from this coordinator, or it was changed")

// admit reads the ticket of a machine with these keys. It returns what the
// machine is invited to, whatever the time, and which invitation it was.
func (id *Identity) admit(ticket, keys []byte) (Invitation, error) {
	if len(ticket) < sha256.Size {
		return Invitation{}, errForeign
	}
	terms, sum := ticket[:len(ticket)-sha256.Size], ticket[len(ticket)-sha256.Size:]
	expiry, networks, err := parseTerms(terms)
	if err != nil {
		return Invitation{}, errForeign
	}
	inv := Invitation{Pin: id.pin, Expiry: expiry, Networks: networks, tag: id.tag(terms)}
	if !hmac.Equal(sum, bytes.TrimPrefix(inv.ticket(keys), terms)) {
		return Invitation{}, errForeign
	}
	return inv, nil
}

// same reports whether both lead to the same coordinator in the same way.
func (inv Invitation) same(other Invitation) bool {
	return inv.Pin == other.Pin && inv.Cluster == other.Cluster && slices.Equal(inv.Addresses, other.Addresses)
}

// label identifies an invitation without giving it away.
func (inv Invitation) label() string {
	sum := sha256.Sum256(inv.tag[:])
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}
