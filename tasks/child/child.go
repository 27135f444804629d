// Package child starts other programs so that they learn and disturb as little as
// they can: with a few variables of the environment, and away from the terminal.
//
// It is not for deciding which programs those are, nor for waiting for them.
package child

import (
	"os"
	"os/exec"
	"slices"
	"strings"
)

// passed are the variables that programs need to be found and to run: where
// things are, in which language to speak, and how to reach the session's own
// services. A password is in none of them.
var passed = []string{
	"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TMP", "TEMP", "LANG", "LANGUAGE", "TZ",
	"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_SESSION_ID",
	"SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA",
}

// Environment returns what a program gets of this one's environment, and more
// entries, such as "NAME=value".
func Environment(more ...string) []string {
	var env []string
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if name = strings.ToUpper(name); slices.Contains(passed, name) || strings.HasPrefix(name, "LC_") {
			env = append(env, entry)
		}
	}
	return append(env, more...)
}

// Prepare sets a command that is not started yet up: with Environment and more,
// and in a session of its own, where the terminal's interrupts do not reach it and
// it can ask nobody. Linux ends it with the thread that starts it where bound.
func Prepare(c *exec.Cmd, bound bool, more ...string) {
	c.Env = Environment(more...)
	c.SysProcAttr = apart(bound)
}
