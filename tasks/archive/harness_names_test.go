package archive_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"example.com/hikgrab/tasks/archive"
)

// Names from sheets and recorders, and what they may become.

// hostile are names that would do harm unchanged.
var hostile = []string{
	"", ".", "..", "../../x", "/etc/passwd", `C:\x`, `\\server\share`, "CON", "con.local", "NUL", "com1", "LPT9.x", "aux",
	strings.Repeat("a", 300), strings.Repeat("я", 300), "a\x00b", "a\nb", "\x1b[31mred", "x.", "x ", " x", "x...", ".hikgrab",
	"manifest.csv", "tasks.result.xlsx", "a:b", "a:99999", "a:080", "https://", "[", "[]", "[x]:1", "[::1%eth0]", "nvr_8080",
	"a/b", "a\\b", "a*b", "a?b", "-rf", "рег.рф", "\u202egpj", "\xff\xfe", "host:80:80", "https://https://x", "http://x",
}

// fataler is the common part of tests and properties.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// wantName fails unless a name is a valid component on every system.
func wantName(t fataler, name string) {
	t.Helper()
	odd := func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune(`\/:*?"<>|`, r) }
	if name == "" || len(name) > 255 || !utf8.ValidString(name) || strings.ContainsFunc(name, odd) || name[0] == '.' || strings.TrimRight(name, " .") != name || device(name) {
		t.Fatalf("%q is no name on every system", name)
	}
}

// device reports whether Windows takes a name for a device.
func device(name string) bool {
	base, _, _ := strings.Cut(strings.ToLower(name), ".")
	return slices.Contains(strings.Fields("con prn aux nul com1 com9 com¹ lpt1 lpt9 lpt¹"), strings.TrimRight(base, " "))
}

// plainComponent fails unless a name consists of lower-case letters, digits and
// ".-_".
func plainComponent(t fataler, name string) {
	t.Helper()
	ok := len(name) <= 100 && !strings.HasPrefix(name, "-") && name == strings.ToLower(name)
	for _, r := range name {
		ok = ok && strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789.-_", r)
	}
	if wantName(t, name); !ok {
		t.Fatalf("%q is not a plain path component", name)
	}
}

// wantAlone checks that nothing was written beside the directory.
func wantAlone(t *testing.T, a *archive.Archive) {
	t.Helper()
	if above, err := os.ReadDir(filepath.Dir(a.Dir())); err != nil || len(above) != 1 {
		t.Errorf("something was written beside the directory: %v, %v", above, err)
	}
}

// wantInside checks that exactly that many files were written, all in the
// directory.
func wantInside(t *testing.T, a *archive.Archive, files int) {
	t.Helper()
	wantAlone(t, a)
	v, err := archive.Verify(t.Context(), a.Dir(), &archive.VerifyProgress{})
	if err != nil || v.Files != files || len(v.Deviations) != 0 {
		t.Errorf("%+v, %v, want %d files", v, err, files)
	}
}

func layoutOf(t testing.TB, text string) archive.Layout {
	t.Helper()
	l, err := archive.ParseLayout(text)
	must(t, err)
	return l
}
