package simulator

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Hostile returns what a recorder can do that means harm, or that somebody has
// taken over: it announces what cannot be, never ends, or takes for ever. Nothing
// of it may touch another recorder of the same run, or fill memory or disk.
func Hostile() []Quirk {
	const none = "nobody; what an attacker would try"
	week := `<userCheck><statusValue>401</statusValue><statusString>Unauthorized</statusString><lockStatus>lock</lockStatus><unlockTime>604800</unlockTime></userCheck>`
	pieces := "<DeviceInfo><model>" + strings.Repeat("x<?a?>", 233_000) + "</model></DeviceInfo>"
	return []Quirk{
		{"endless-body", "The search says 50 bytes, and the body never ends.", none, func(c *Config) { sizes(50)(c); always(Download, Endless())(c) }},
		{"petabyte", "The search says 1 PB.", none, sizes(1 << 50)},
		{"largest-size", "The search says 2^63-1 bytes.", none, sizes(1<<63 - 1)},
		{"petabyte-answer", "Content-Length says 1 PB more than comes.", none, quirk(func(q *Quirks) { q.WrongLength = 1 << 50 })},
		{"trickled-documents", "Every document comes a byte a second.", none, always(DeviceInfo, TrickleAfter(0, 1), Capabilities, Time, InputProxy, VideoInputs, Tracks)},
		{"trickled-search", "The answer to a search comes a byte a second.", none, always(Search, TrickleAfter(0, 1))},
		{"trickled-body", "A recording comes at 100 bytes a second.", none, always(Download, TrickleAfter(1000, 100))},
		{"locked-for-a-week", "The address is locked for a week.", none, always(Search, Status(http.StatusUnauthorized, week))},
		{"busy-for-a-day", "It is busy, and asks for a day of rest.", none, always(Search, Busy(24*time.Hour), Download)},
		{"more-for-ever", "A search always has another page of items that nobody has seen.", none, quirk(func(q *Quirks) { q.EndlessMore = true })},
		{"field-in-pieces", "A name comes in a quarter of a million pieces.", none, always(DeviceInfo, Status(http.StatusOK, pieces))},
	}
}

// sizes has the search announce so many bytes for every recording of the first
// size that there is.
func sizes(bytes int64) func(*Config) {
	return func(c *Config) {
		for _, ch := range c.Channels {
			for _, r := range ch.Recordings {
				c.Quirks.WrongSize = bytes - r.Size
				return
			}
		}
	}
}

// always has requests to an endpoint, and to more, meet a fault for ever.
func always(e Endpoint, f Fault, more ...Endpoint) func(*Config) {
	return func(c *Config) {
		all := map[Endpoint]Fault{}
		for known, fault := range c.Always {
			all[known] = fault
		}
		for _, one := range slices.Concat([]Endpoint{e}, more) {
			all[one] = f
		}
		c.Always = all
	}
}
