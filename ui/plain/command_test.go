package plain

import (
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestQuote(t *testing.T) {
	tests := []struct{ arg, posix, windows string }{
		{"tasks.xlsx", "tasks.xlsx", "tasks.xlsx"},
		{"", "''", `""`},
		{"my tasks.xlsx", "'my tasks.xlsx'", `"my tasks.xlsx"`},
		{"it's", `'it'\''s'`, `"it's"`},
		{`D:\archive`, `'D:\archive'`, `D:\archive`},
		{"50%", "50%", `"50%"`},
		{"$HOME;rm", "'$HOME;rm'", `"$HOME;rm"`},
		{"Склад.xlsx", "'Склад.xlsx'", `"Склад.xlsx"`},
		{"2026-11-03 08:00", "'2026-11-03 08:00'", `"2026-11-03 08:00"`},
	}
	for _, tt := range tests {
		if got := quote(tt.arg, "linux"); got != tt.posix {
			t.Errorf("linux: %q becomes %s, want %s", tt.arg, got, tt.posix)
		}
		if got := quote(tt.arg, "windows"); got != tt.windows {
			t.Errorf("windows: %q becomes %s, want %s", tt.arg, got, tt.windows)
		}
	}
}

// A shell is asked what it makes of the quoted words.
func TestTheShellReadsBackWhatWasQuoted(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil || runtime.GOOS == "windows" {
		return // no POSIX shell to ask
	}
	generated := rapid.SliceOfN(rapid.StringMatching(`[^\x00]{0,12}`), 1, 60).Example(1)
	words := append(generated, "a b", "'", `"`, "$(id)", "`id`", `\`, "*", "~", "!", "\n", "a\tb")
	command := strings.TrimPrefix(Command(append([]string{"x"}, words...)...), "x ")
	out, err := exec.CommandContext(t.Context(), shell, "-c", `printf '%s\0' `+command).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(out), strings.Join(words, "\x00")+"\x00"; got != want {
		t.Errorf("the shell read %q, want %q", got, want)
	}
}
