package nvr

import (
	"cmp"
	"net/http"
	"regexp"
	"strings"

	"github.com/icholy/digest"
)

// maxVerdict bounds the body of a short verdict, in bytes.
const maxVerdict = 64 << 10

// unauthorized is the content of a 401.
type unauthorized struct {
	challenge *digest.Challenge // the strongest usable digest offered; nil if there is none
	basic     bool              // Basic is offered
	offered   string            // the schemes offered, for messages
	status    responseStatus
	words     string
}

// scheme returns the strongest scheme that the 401 offers, or SchemeNone if
// none is usable.
func (u unauthorized) scheme() Scheme {
	switch {
	case u.challenge != nil:
		return schemeOfAlgorithm(u.challenge.Algorithm)
	case u.basic:
		return SchemeBasic
	}
	return SchemeNone
}

// stale reports whether the recorder says that only the nonce was wrong.
func (u unauthorized) stale() bool { return u.challenge != nil && u.challenge.Stale }

// readUnauthorized reads and closes a 401: challenges from its header, the
// reason from its body, which may be XML, HTML or empty.
func readUnauthorized(resp *http.Response) unauthorized {
	body, _ := readShort(resp.Body, maxVerdict) // use whatever arrived
	_ = resp.Body.Close()
	u := parseChallenges(resp.Header.Values("WWW-Authenticate"))
	u.status, _ = readStatus(body)
	u.words = u.status.words()
	return u
}

// parseChallenges selects from the challenges of a 401. Units set to
// "MD5+SHA256" send one header for each; others put several into one header.
//
// It ignores what follows maxChallenges: putting the parts of a challenge
// together takes quadratic time.
func parseChallenges(headers []string) unauthorized {
	var u unauthorized
	var schemes []string
	best, left := SchemeNone, maxChallenges
	for _, header := range headers {
		header = header[:min(len(header), left)]
		left -= len(header)
		for _, one := range splitChallenges(header) {
			scheme, _, _ := strings.Cut(one, " ")
			schemes = append(schemes, CleanText(scheme, 20))
			if strings.EqualFold(scheme, "Basic") {
				u.basic = true
			}
			if c := parseDigest(one); c != nil && schemeOfAlgorithm(c.Algorithm) > best {
				u.challenge, best = c, schemeOfAlgorithm(c.Algorithm)
			}
		}
	}
	u.offered = CleanText(strings.Join(schemes, ", "), 60)
	return u
}

// parseDigest returns nil for a challenge that cannot be answered. Recorders
// quote "algorithm" and "stale", and send "opaque" empty or not at all.
func parseDigest(text string) *digest.Challenge {
	c, err := digest.ParseChallenge(text)
	if err != nil || c.Nonce == "" {
		return nil
	}
	for i := range c.QOP {
		c.QOP[i] = strings.TrimSpace(c.QOP[i])
	}
	if len(c.QOP) == 1 && c.QOP[0] == "" {
		c.QOP = nil
	}
	if !digest.CanDigest(c) {
		return nil
	}
	return c
}

// schemeOfAlgorithm returns the scheme for a digest algorithm, or SchemeNone if
// unknown.
func schemeOfAlgorithm(algorithm string) Scheme {
	algorithm = cmp.Or(strings.ToUpper(algorithm), "MD5")
	for s, row := range schemes {
		if row.algorithm == algorithm {
			return Scheme(s)
		}
	}
	return SchemeNone
}

// splitChallenges splits a header into challenges, each beginning with its
// scheme. Commas separate both challenges and parameters; a challenge begins
// where a word is followed by a space and no equals sign.
func splitChallenges(header string) []string {
	var all []string
	for _, part := range challengePart.FindAllString(header, -1) {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		word, rest, spaced := strings.Cut(part, " ")
		begins := !strings.ContainsAny(word, `="`) && (!spaced || !strings.HasPrefix(strings.TrimSpace(rest), "="))
		if begins || len(all) == 0 {
			all = append(all, part)
			continue
		}
		last := &all[len(all)-1]
		if strings.Contains(*last, " ") {
			*last += ","
		}
		*last += " " + part
	}
	return all
}

// maxChallenges is more bytes than all challenges of any device.
const maxChallenges = 8 << 10

// challengePart matches what is between commas, except those in quotes. The
// last quote may be open.
var challengePart = regexp.MustCompile(`(?s)(?:[^",]|"(?:[^"\\]|\\.)*(?:"|\\?$))+`)
