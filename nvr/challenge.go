package nvr

import (
	"net/http"
	"strings"

	"github.com/icholy/digest"
)

// maxVerdict bounds the body of an answer that should be a short verdict.
const maxVerdict = 64 << 10

// unauthorized is what a recorder says together with status 401.
type unauthorized struct {
	challenge *digest.Challenge // the strongest digest offered; nil when none can be used
	basic     bool              // Basic is offered
	offered   string            // the schemes offered, for a message
	status    responseStatus
	words     string
}

// scheme returns the strongest scheme that the 401 offers, SchemeNone when none
// can be used.
func (u unauthorized) scheme() Scheme {
	switch {
	case u.challenge != nil:
		return schemeOfAlgorithm(u.challenge.Algorithm)
	case u.basic:
		return SchemeBasic
	}
	return SchemeNone
}

// stale reports whether the recorder says that only the nonce was at fault.
func (u unauthorized) stale() bool { return u.challenge != nil && u.challenge.Stale }

// readUnauthorized reads and closes a 401: challenges from its header, the
// reason from its body, which may be XML, HTML or nothing.
func readUnauthorized(resp *http.Response) unauthorized {
	body, _ := readShort(resp.Body, maxVerdict) // what did come is all there is to know
	_ = resp.Body.Close()
	u := parseChallenges(resp.Header.Values("WWW-Authenticate"))
	u.status, _ = readStatus(body)
	u.words = u.status.words()
	return u
}

// parseChallenges chooses among the challenges of a 401. Units set to
// "MD5+SHA256" send one header for each; others put several into one header.
func parseChallenges(headers []string) unauthorized {
	var u unauthorized
	var schemes []string
	best := SchemeNone
	for _, header := range headers {
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

// parseDigest returns nil for everything that cannot be answered. "algorithm"
// and "stale" come quoted from recorders, "opaque" comes empty or not at all.
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

// schemeOfAlgorithm returns the scheme of a digest, SchemeNone for what is not
// known.
func schemeOfAlgorithm(algorithm string) Scheme {
	switch strings.ToUpper(algorithm) {
	case "", "MD5":
		return SchemeMD5
	case "SHA-256":
		return SchemeSHA256
	case "SHA-512-256":
		return SchemeSHA512Trunc
	case "SHA-512":
		return SchemeSHA512
	}
	return SchemeNone
}

// splitChallenges cuts a header into challenges, each beginning with the name
// of its scheme. Commas separate challenges as well as parameters; a challenge
// begins where a word is followed by a space and no equals sign.
func splitChallenges(header string) []string {
	var all []string
	for _, part := range splitOutsideQuotes(header) {
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

func splitOutsideQuotes(s string) []string {
	var parts []string
	quoted, escaped, from := false, false, 0
	for i := range len(s) {
		switch {
		case escaped:
			escaped = false
		case quoted && s[i] == '\\':
			escaped = true
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			parts = append(parts, s[from:i])
			from = i + 1
		}
	}
	return append(parts, s[from:])
}
