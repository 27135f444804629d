// Package child starts other programs with as little access as possible: only a
// few environment variables, and no terminal.
//
// It is not for choosing the programs or waiting for them.
package child

import (
	"os"
	"os/exec"
	"slices"
	"strings"
)

// passed lists the variables that programs need to be found and to run: paths,
// the language, and the session's own services. None holds a password.
var passed = []string{
	"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TMP", "TEMP", "LANG", "LANGUAGE", "TZ",
	"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_SESSION_ID",
	"SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA",
}

// Environment returns the environment for a child process: the allowed part of
// our own, plus entries such as "NAME=value".
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

// Prepare sets up a command before it starts: the environment, and a session of
// its own, out of reach of the terminal's interrupts and unable to prompt. If
// bound, Linux kills it when the thread that started it exits.
func Prepare(c *exec.Cmd, bound bool, more ...string) {
	c.Env = Environment(more...)
	c.SysProcAttr = apart(bound)
}
