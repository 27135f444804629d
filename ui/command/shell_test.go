package command

import (
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestQuote(t *testing.T) {
	for _, c := range []struct{ word, posix, cmd, powerShell string }{
		{"tasks.xlsx", "tasks.xlsx", "tasks.xlsx", "tasks.xlsx"},
		{"", "''", `""`, "''"},
		{"my tasks.xlsx", "'my tasks.xlsx'", `"my tasks.xlsx"`, "'my tasks.xlsx'"},
		{"it's", `'it'\''s'`, `"it's"`, "'it''s'"},
		{`D:\archive`, `'D:\archive'`, `D:\archive`, `D:\archive`},
		{"50%", "50%", `"50%"`, "50%"},
		{"a,b", "a,b", "a,b", "'a,b'"},
		{"@list", "@list", "@list", "'@list'"},
		{"$HOME;rm", "'$HOME;rm'", `"$HOME;rm"`, "'$HOME;rm'"},
		{"Склад.xlsx", "'Склад.xlsx'", `"Склад.xlsx"`, "'Склад.xlsx'"},
	} {
		for s, want := range map[shell]string{posix: c.posix, cmd: c.cmd, powerShell: c.powerShell} {
			if got := s.quote(c.word); got != want {
				t.Errorf("shell %d: %q becomes %s, want %s", s, c.word, got, want)
			}
		}
	}
}

func TestTheProgramIsCalledAsItWas(t *testing.T) {
	for _, c := range []struct {
		shell         shell
		program, want string
	}{
		{posix, "hikgrab", "hikgrab check a.csv"},
		{posix, "./hikgrab", "./hikgrab check a.csv"},
		{posix, "/opt/my tools/hikgrab", "'/opt/my tools/hikgrab' check a.csv"},
		{posix, "/tmp/go-build1/b001/exe/hikgrab", "go run . check a.csv"},
		{cmd, `C:\Program Files\hikgrab.exe`, `"C:\Program Files\hikgrab.exe" check a.csv`},
		{powerShell, `.\hikgrab.exe`, `.\hikgrab.exe check a.csv`},
		{powerShell, `C:\Program Files\hikgrab.exe`, `& 'C:\Program Files\hikgrab.exe' check a.csv`},
	} {
		if got := c.shell.line(c.program, "check", "a.csv"); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// A real shell must read back the quoted words.
func TestTheShellReadsBackWhatWasQuoted(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil || runtime.GOOS == "windows" {
		return // no POSIX shell here
	}
	generated := rapid.SliceOfN(rapid.StringMatching(`[^\x00]{0,12}`), 1, 60).Example(1)
	words := append(generated, "a b", "'", `"`, "$(id)", "`id`", `\`, "*", "~", "!", "\n", "a\tb")
	command := strings.TrimPrefix(posix.line("x", words...), "x ")
	out, err := exec.CommandContext(t.Context(), sh, "-c", `printf '%s\0' `+command).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(out), strings.Join(words, "\x00")+"\x00"; got != want {
		t.Errorf("the shell read %q, want %q", got, want)
	}
}
