package fleet

import (
	"strings"
	"testing"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// A login goes only to the recorder it was sealed for, no less securely,
// whatever else the message says.
func TestALoginGoesWhereItWasSealedFor(t *testing.T) {
	m := &Machine{link: &loop{}}
	sealed := nvr.Address{Host: "127.0.0.5", Port: 80}
	elsewhere, weaker := sealed, sealed
	elsewhere.Host = "127.0.0.6"
	weaker.Weakest = nvr.SchemeBasic
	for name, c := range map[string]struct {
		beside nvr.Address
		want   bool
	}{"as sealed": {sealed, true}, "elsewhere": {elsewhere, false}, "weaker": {weaker, false}} {
		list, err := m.tasksOf(&Grant{
			Tasks:  []tasks.Task{{Address: c.beside}},
			Logins: encode([]login{{"admin", "secret", sealed}}),
		})
		switch {
		case c.want && (err != nil || list[0].Login.Password != "secret" || list[0].Address != sealed):
			t.Errorf("%s: %v, %v", name, list, err)
		case !c.want && (err == nil || !strings.Contains(err.Error(), "another address")):
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What crosses the wire in the clear changes with the password. Without the
// secret it tells nobody whether a guess is right.
func TestTheMarkOfALoginIsKeyed(t *testing.T) {
	mark := func(secret, password string) string {
		j := job{list: []tasks.Task{{Login: nvr.Login{User: "admin", Password: nvr.Secret(password)}}}}
		j.mark([]byte(secret))
		return j.wanted
	}
	one := mark("a", "one")
	if again := mark("a", "one"); one != again || one == mark("a", "two") {
		t.Error("the mark does not follow the password")
	}
	if one == mark("b", "one") || one == mark("", "one") {
		t.Error("the mark can be found without the secret")
	}
}
