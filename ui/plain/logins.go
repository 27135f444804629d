package plain

import (
	"bufio"
	"fmt"
	"io"

	"example.com/hikgrab/tasks"
)

// Logins writes how to reach simulated recorders, passwords included, and a
// command that tries the first of them. It is for recorders of "hikgrab demo"
// only, whose passwords are no secret.
func Logins(w io.Writer, list []tasks.Task) error {
	b := bufio.NewWriter(w)
	for _, t := range list {
		fmt.Fprintf(b, "http://%s  user %s  password %s  %s\n", t.Address, t.Login.User, string(t.Login.Password), clean(t.Name))
	}
	if len(list) > 0 {
		login := list[0].Login.User + ":" + string(list[0].Login.Password)
		address := "http://" + list[0].Address.String() + "/ISAPI/System/deviceInfo"
		fmt.Fprintf(b, "\nTry it:  %s\nCtrl+C ends the recorders.\n", Command("curl", "--digest", "--user", login, address))
	}
	return b.Flush()
}
