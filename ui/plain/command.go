package plain

import (
	"runtime"
	"strings"
)

// Command returns a command line that an operator can paste into the shell of
// this system: every argument that needs it is quoted.
func Command(args ...string) string {
	quoted := make([]string, len(args))
	for i, arg := range args {
		quoted[i] = quote(arg, runtime.GOOS)
	}
	return strings.Join(quoted, " ")
}

const plainCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+./:,@%"

func quote(arg, goos string) string {
	safe := plainCharacters
	if goos == "windows" {
		safe = strings.ReplaceAll(safe, "%", "") + `\`
	}
	if arg != "" && strings.Trim(arg, safe) == "" {
		return arg
	}
	if goos == "windows" {
		// cmd.exe and PowerShell agree on double quotes; file names hold none.
		return `"` + strings.ReplaceAll(arg, `"`, `\"`) + `"`
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
