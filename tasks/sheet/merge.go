package sheet

import (
	"fmt"
	"slices"
	"strings"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// device tells recorders apart, whatever certificate is expected of them.
type device struct {
	address nvr.Address
	network string
}

func (r *reader) device(t *tasks.Task) device {
	d := device{address: t.Address.Place()}
	if r.options.Networks {
		d.network = strings.ToLower(t.Network)
	}
	return d
}

// samePasswords refuses two passwords for one user of one recorder. One of them
// is wrong, and after a few of those a recorder locks the account.
func (r *reader) samePasswords() {
	type account struct {
		device device
		user   string
	}
	first := map[account]*tasks.Task{}
	for i := range r.rows {
		row := &r.rows[i]
		a := account{r.device(row), row.Login.User}
		if row.Address == (nvr.Address{}) || row.Login.Password == "" {
			continue // already refused
		}
		other, ok := first[a]
		switch {
		case !ok:
			first[a] = row
		case other.Login.Password != row.Login.Password:
			r.fault(row.Row, r.layout.first(password), "this is not the password that %s has for the same user of the same recorder; "+
				"trying both could lock the account", r.table.ref(other.Row, r.layout.first(password)))
		}
	}
}

// secretNames refuses camera names that are also passwords: then columns are
// mixed up, and names are shown.
func (r *reader) secretNames() {
	secrets := map[string]bool{}
	for i := range r.rows {
		row := &r.rows[i]
		secrets[words(string(row.Login.Password))] = true
	}
	for i := range r.rows {
		row := &r.rows[i]
		if slices.ContainsFunc(row.Cameras, func(p tasks.Pick) bool { return p.Name != "" && secrets[p.Name] }) {
			r.fault(row.Row, r.layout.first(cameras), "a name here is a password elsewhere in the sheet; check that the columns are not mixed up")
		}
	}
}

// share gives all rows of a recorder the clock that one of them names, and
// their strictest demands on certificates and logins, because they share its
// connections. It refuses two clocks and two certificates.
func (r *reader) share() {
	named, strict := map[device]*tasks.Task{}, map[device]*tasks.Task{}
	for i := range r.rows {
		row := &r.rows[i]
		if row.Address == (nvr.Address{}) {
			continue
		}
		key := r.device(row)
		switch other := named[key]; {
		case row.Clock == nvr.ClockAuto:
		case other == nil:
			named[key] = row
		case other.Clock != row.Clock:
			r.fault(row.Row, r.layout.first(clock), "this is not the clock that %s has for the same recorder", r.table.ref(other.Row, r.layout.first(clock)))
		}
		if other := strict[key]; other != nil {
			var ok bool
			if row.Address, ok = row.Address.Strictest(other.Address); !ok {
				r.fault(row.Row, r.layout.first(recorder), "this is not the certificate that %s has for the same recorder", r.table.ref(other.Row, r.layout.first(recorder)))
				continue
			}
		}
		strict[key] = row
	}
	for i := range r.rows {
		row := &r.rows[i]
		key := r.device(row)
		if other := named[key]; other != nil {
			row.Clock = other.Clock
		}
		if other := strict[key]; other != nil {
			row.Address = other.Address
		}
	}
}

// scope is what two rows have in common if they may ask for the same camera
// twice.
type scope struct {
	device device
	period tasks.Period
	kinds  tasks.Kinds
	camera tasks.Pick // the zero Channel means all
}

func (r *reader) scopeOf(t *tasks.Task, p tasks.Pick) scope {
	if p.Stream == 0 {
		p.Stream = t.Stream
	}
	return scope{r.device(t), t.Period, t.Kinds, p}
}

// merged returns the tasks without what an earlier row already asks for, with
// notices of that.
func (r *reader) merged() []tasks.Task {
	asked := map[scope]int{} // by which row
	for i := range r.rows {  // rows for all cameras win over rows for some
		t := &r.rows[i]
		if all := r.scopeOf(t, tasks.Pick{}); len(t.Cameras) == 0 && asked[all] == 0 {
			asked[all] = t.Row
		}
	}
	list := r.rows[:0]
	for _, t := range r.rows {
		before := 0
		if len(t.Cameras) == 0 {
			if before = asked[r.scopeOf(&t, tasks.Pick{})]; before != t.Row {
				r.twice(t.Row, "this row asks for the same as row %d and is merged with it", before)
				continue
			}
			list = append(list, t)
			continue
		}
		var twice []tasks.Pick
		t.Cameras = slices.DeleteFunc(slices.Clone(t.Cameras), func(p tasks.Pick) bool {
			earlier, ok := asked[r.scopeOf(&t, p)]
			if !ok {
				stream := tasks.Pick{Stream: p.Stream}
				earlier, ok = asked[r.scopeOf(&t, stream)]
			}
			if !ok {
				asked[r.scopeOf(&t, p)] = t.Row
				return false
			}
			twice, before = append(twice, p), earlier
			return true
		})
		switch {
		case len(t.Cameras) == 0:
			r.twice(t.Row, "row %d asks for these cameras as well; the two are merged", before)
			continue
		case len(twice) > 0 && before != t.Row:
			r.twice(t.Row, "row %d asks for %s as well; it is fetched once", before, plural(len(twice), "one of these cameras", "%d of these cameras"))
		}
		list = append(list, t)
	}
	return list
}

func (r *reader) twice(row int, format string, args ...any) {
	r.notice(row, r.layout.first(cameras), format, args...)
}

// plural chooses between the words for one and for many.
func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(many, n)
}
