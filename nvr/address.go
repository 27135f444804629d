package nvr

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Address is the network address of a recorder and how to connect to it.
type Address struct {
	HTTPS       bool
	Host        string // name or IP, IPv6 without brackets
	Port        int    // always set
	Fingerprint string // SHA-256 of the certificate to accept, lower-case hex; empty: use the system's roots
	LegacyTLS   bool   // allow TLS 1.0 and 1.1 and RSA key exchange, for units that support nothing newer
	Weakest     Scheme // a weak authentication scheme that is allowed anyway; SchemeNone: none
}

// ParseAddress parses an address as operators type it: "10.0.0.5",
// "nvr.site.local:8080", "https://10.0.0.5:8443", "[2001:db8::5]:80",
// "https://10.0.0.5#sha256:…". It accepts stray spaces and a trailing slash. It
// refuses a user name, a password, a path or a query, because they would be
// silently dropped or end up in a message.
//
// "http+basic://" allows Basic for a unit that supports nothing else, although
// everybody on the way can then read the password. "http+md5://" allows MD5
// digest for a unit that has offered something better before. Both work with
// https as well.
//
// After "#" come TLS options, separated by commas: "sha256:" and the
// fingerprint of the only certificate to accept, and "legacy" for a unit that
// supports only TLS 1.0 or 1.1.
func ParseAddress(text string) (Address, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Address{}, errors.New("the address is empty")
	}
	// No error before this check may repeat any of the text.
	if strings.Contains(text, "@") {
		return Address{}, errors.New("an address must not hold a login: put user and password in their own columns")
	}
	rest, options, hasOptions := strings.Cut(text, "#")
	a := Address{Port: 80}
	if scheme, after, found := strings.Cut(rest, "://"); found {
		transport, weak, _ := strings.Cut(strings.ToLower(strings.TrimSpace(scheme)), "+")
		allowed, known := weakSchemes[weak]
		switch {
		case known && transport == "http":
		case known && transport == "https":
			a.HTTPS, a.Port = true, 443
		default:
			return Address{}, fmt.Errorf("%q is not a scheme of a recorder: use http:// or https://", CleanText(scheme, 20))
		}
		a.Weakest, rest = allowed, after
	}
	rest = strings.TrimSpace(strings.TrimRight(rest, "/"))
	if i := strings.IndexAny(rest, `/?\`); i >= 0 {
		return Address{}, fmt.Errorf("%q goes on after the host: give only the host and its port", CleanText(rest, 60))
	}
	if err := a.setHostPort(rest); err != nil {
		return Address{}, err
	}
	if hasOptions {
		if err := a.setOptions(options); err != nil {
			return Address{}, err
		}
	}
	return a, nil
}

// weakSchemes maps the text after "http+" to a scheme; it is empty for plain
// "http".
var weakSchemes = map[string]Scheme{"": SchemeNone, "basic": SchemeBasic, "md5": SchemeMD5}

func (a *Address) setHostPort(text string) error {
	// A bare IPv6 address has colons but no port.
	bare := text
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		bare = text[1 : len(text)-1]
	}
	if ip, err := netip.ParseAddr(bare); err == nil {
		a.Host = ip.String()
		return nil
	}
	host, port := text, ""
	if i := strings.LastIndexByte(text, ':'); i >= 0 {
		host, port = text[:i], text[i+1:]
		n, err := strconv.Atoi(strings.TrimSpace(port))
		if err != nil || n < 1 || n > 65535 {
			return fmt.Errorf("%q is not a port: use a number from 1 to 65535", CleanText(port, 20))
		}
		a.Port = n
	}
	host = strings.TrimSpace(host)
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		ip, err := netip.ParseAddr(host[1 : len(host)-1])
		if err != nil || !ip.Is6() {
			return fmt.Errorf("%q is not an IPv6 address", CleanText(host, 60))
		}
		a.Host = ip.String()
		return nil
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is4() {
		a.Host = ip.String()
		return nil
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if err := checkHostName(host); err != nil {
		return err
	}
	a.Host = host
	return nil
}

// checkHostName refuses names that no resolver knows, and malformed IP
// addresses (spreadsheets and typing produce both).
func checkHostName(host string) error {
	if host == "" {
		return errors.New("the address has no host")
	}
	if strings.Trim(host, "0123456789.,") == "" {
		return fmt.Errorf("%q is not an IP address: it needs four numbers from 0 to 255 with dots between them", CleanText(host, 60))
	}
	if len(host) > 253 {
		return errors.New("the host name is longer than 253 characters")
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 {
			return fmt.Errorf("%q is not a host name", CleanText(host, 60))
		}
	}
	for _, r := range host {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-._", r) {
			return fmt.Errorf("%q is not a host name: %q cannot stand in one", CleanText(host, 60), string(r))
		}
	}
	return nil
}

func (a *Address) setOptions(text string) error {
	if !a.HTTPS {
		return errors.New("what follows # is for TLS: put https:// in front")
	}
	for option := range strings.SplitSeq(text, ",") {
		option = strings.ToLower(strings.TrimSpace(option))
		switch sum, pinned := strings.CutPrefix(option, "sha256:"); {
		case pinned:
			sum = strings.NewReplacer(":", "", " ", "").Replace(sum)
			if raw, err := hex.DecodeString(sum); err != nil || len(raw) != 32 {
				return errors.New("a SHA-256 fingerprint has 64 hexadecimal digits")
			}
			a.Fingerprint = sum
		case option == "legacy":
			a.LegacyTLS = true
		default:
			return fmt.Errorf("%q is not known after #: use sha256:… or legacy", CleanText(option, 40))
		}
	}
	return nil
}

// String returns the address for messages and the manifest: the host, the port
// unless it is the default, and "https://" in front for TLS. It never contains
// a login.
func (a Address) String() string {
	scheme, own := "", 80
	if a.HTTPS {
		scheme, own = "https://", 443
	}
	host := a.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if a.Port == own || a.Port == 0 {
		return scheme + host
	}
	return scheme + host + ":" + strconv.Itoa(a.Port)
}

// Place returns the address without its options: only where the recorder is.
func (a Address) Place() Address {
	a.Fingerprint, a.LegacyTLS, a.Weakest = "", false, SchemeNone
	return a
}

// Strictest returns the address with the strictest options of a and b, which
// must be for the same place. ok is false if they name two certificates.
func (a Address) Strictest(b Address) (strict Address, ok bool) {
	if a.Fingerprint != "" && b.Fingerprint != "" && a.Fingerprint != b.Fingerprint {
		return a, false
	}
	a.Fingerprint = max(a.Fingerprint, b.Fingerprint)
	a.LegacyTLS = a.LegacyTLS && b.LegacyTLS
	if a.Weakest == SchemeNone || b.Weakest == SchemeNone {
		a.Weakest = SchemeNone
	} else {
		a.Weakest = max(a.Weakest, b.Weakest)
	}
	return a, true
}

// origin is the part of a URL before the path.
func (a Address) origin() string {
	scheme := "http"
	if a.HTTPS {
		scheme = "https"
	}
	return scheme + "://" + a.hostPort()
}

func (a Address) hostPort() string { return net.JoinHostPort(a.Host, strconv.Itoa(a.Port)) }
