package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive/disk"
)

// What hikgrab itself keeps in the output directory.
const (
	ownDir       = ".hikgrab"
	partsDir     = ownDir + "/parts"
	journalName  = ownDir + "/journal"
	lockName     = ownDir + "/lock"
	ownerName    = ownDir + "/owner.json"
	manifestName = "manifest.csv"
)

// isTree reports whether a directory is for derived files.
func isTree(name string) bool {
	return slices.Contains([]Tree{JoinedTree, CutTree, FramesTree}, Tree(name))
}

const (
	dayLayout    = "2006-01-02"
	stampLayout  = "20060102-150405"
	wallLayout   = "2006-01-02T15:04:05"           // a recorder's wall clock: no zone
	beginsLayout = "2006-01-02T15:04:05.000"       // the same, of pictures
	exactLayout  = "2006-01-02T15:04:05.999999999" // the same, as far as two recordings can differ
	nameLimit    = 64                              // bytes of one path component
	nameAttempts = 99                              // names tried before a recording counts as impossible to name
)

// recordingID identifies a recording from run to run. It is made from what the
// recorder says of it, except the size, which a recorder may correct.
type recordingID [16]byte

func identify(it Item) recordingID {
	r := it.Recording
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %d %s %s %q", strings.ToLower(it.Recorder), r.Track,
		r.Start.Format(exactLayout), r.End.Format(exactLayout), r.Name))
	return recordingID(sum[:16])
}

func (id recordingID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText writes the identity as in the journal.
func (id recordingID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (id *recordingID) UnmarshalText(text []byte) error { return disk.Unhex(id[:], text) }

// String names the file in the manifest: by its recording and, for a clip, what
// was wanted of it.
func (id fileID) String() string {
	if id.clip == (clip{}) {
		return id.recording.String()
	}
	return id.recording.String() + "." + id.clip.String()
}

// parseFileID is the inverse of String.
func parseFileID(text string, f form) (id fileID, err error) {
	id.form = f
	name, piece, cut := strings.Cut(text, ".")
	if cut {
		err = id.clip.UnmarshalText([]byte(piece))
	}
	return id, errors.Join(err, id.recording.UnmarshalText([]byte(name)))
}

// part returns where a file is while it is made.
func (id fileID) part() string {
	name := partsDir + "/" + id.String()
	if id.form == asMovie {
		name += ".mp4"
	}
	return name + ".part"
}

// fileOfPart is the inverse of part.
func fileOfPart(name string) (id fileID, ok bool) {
	stem, ok := strings.CutSuffix(name, ".part")
	f := asSent
	stem, made := strings.CutSuffix(stem, ".mp4")
	if made {
		f = asMovie
	}
	id, err := parseFileID(stem, f)
	return id, ok && err == nil
}

// channelDir returns "ch02", "ch02-sub" or "ch02-photo". A track whose last
// digits are no known stream, such as 120 of old traffic cameras, keeps its
// number.
func channelDir(t nvr.Track) string {
	dir := fmt.Sprintf("ch%02d", t.Channel())
	switch t.Stream() {
	case nvr.Main:
		return dir
	case nvr.Sub, nvr.Photo:
		return dir + "-" + t.Stream().String()
	}
	return dir + "-track" + strconv.Itoa(int(t))
}

// recorderDir turns nvr.Address.String into one path component that is valid on
// every system and differs for different recorders, even ignoring case: the
// host as it is, "_port" unless it is HTTP's own, and part of a hash if
// anything had to be changed.
func recorderDir(recorder string) string {
	text := strings.ToLower(recorder)
	host, port := splitAddress(text)
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() && ip.Zone() == "" {
		return "ipv6_" + strings.ReplaceAll(ip.String(), ":", "-") + port
	}
	clean := hostName(host)
	if clean == host && !reserved(clean) && len(clean)+len(port) <= nameLimit {
		return clean + port
	}
	sum := sha256.Sum256([]byte(text))
	clean = strings.Trim(clean[:min(len(clean), nameLimit/2)], ".-_")
	if clean == "" || reserved(clean) {
		clean = "recorder"
	}
	return clean + "_x" + hex.EncodeToString(sum[:6])
}

// splitAddress splits "https://host:port" into the host and "_port", which is
// empty for HTTP on its own port. HTTPS on its own port is "_443", because one
// address may lead to two recorders on the two ports.
func splitAddress(text string) (host, port string) {
	host, tls := strings.CutPrefix(text, "https://")
	if inner, ok := strings.CutPrefix(host, "["); ok {
		host, port, _ = strings.Cut(inner, "]")
		port = strings.TrimPrefix(port, ":")
		if !strings.Contains(host, ":") {
			return text, ""
		}
	} else if strings.Count(host, ":") == 1 {
		host, port, _ = strings.Cut(host, ":")
	}
	n, err := strconv.ParseUint(port, 10, 16)
	switch {
	case port == "" && tls:
		return host, "_443"
	case port == "" || err == nil && n == 80 && !tls:
		return host, ""
	case err != nil || strconv.FormatUint(n, 10) != port:
		return text, "" // not an address as nvr writes it: the whole of it counts
	}
	return host, "_" + port
}

// hostName replaces everything in text that a DNS name cannot have by "-".
func hostName(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '-':
			b.WriteRune(r)
		case !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() > 2*nameLimit {
			break
		}
	}
	return b.String()
}

// reserved reports whether a name means something else to a system or to
// hikgrab.
func reserved(name string) bool {
	return name == "" || strings.HasPrefix(name, "-") || strings.HasSuffix(name, ".") || keptForHikgrab(name) || device(name)
}

// device reports whether Windows takes a name for a device, whatever its
// extension.
func device(name string) bool {
	base, _, _ := strings.Cut(strings.ToLower(name), ".")
	base = strings.TrimRight(base, " ")
	switch base {
	case "con", "prn", "aux", "nul", "conin$", "conout$":
		return true
	}
	number, ok := strings.CutPrefix(base, "com")
	if !ok {
		number, ok = strings.CutPrefix(base, "lpt")
	}
	return ok && utf8.RuneCountInString(number) == 1 && strings.Contains("0123456789¹²³", number)
}
