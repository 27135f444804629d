package sheet_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"example.com/hikgrab/tasks/sheet"
)

// passwordSheet makes a workbook with one task whose password cell has this
// value and number format.
func passwordSheet(t testing.TB, value any, format string) string {
	return workbook(t, func(f *excelize.File) {
		for cell, v := range map[string]any{"A1": "host", "B1": "user", "C1": "password", "A2": "10.0.0.5", "B2": "admin", "C2": value} {
			if err := f.SetCellValue("Sheet1", cell, v); err != nil {
				t.Fatal(err)
			}
		}
		if format == "" {
			return
		}
		style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellStyle("Sheet1", "C2", "C2", style); err != nil {
			t.Fatal(err)
		}
	})
}

func TestPasswordIsTakenAsTyped(t *testing.T) {
	for _, c := range []struct {
		value        any
		format, want string
	}{
		{"secret", "", "secret"},
		{"00123", "@", "00123"},
		{123, "", "123"},
		{123, "00000", "00123"},
		{1234567, "00000", "1234567"},
		{12000000000, "", "12000000000"},
		{123456789012345, "", "123456789012345"},
		{12345, "@", "12345"},
		{12345, "0", "12345"},
		{12345, "#,##0", "12345"},
		{"1E10", "", "1E10"},
		{"TRUE", "", "TRUE"},
		{"01.02.2026", "", "01.02.2026"},
		{"=1+1", "", "=1+1"},
		{" two  spaces ", "", " two  spaces "},
		{"пароль", "", "пароль"},
		{"<&>\"'_x", "", "<&>\"'_x"},
		{"\u00a0pasted\u200b", "", "pasted"},
		{"ENV:NAME", "", "ENV:NAME"},
	} {
		s := read(t, passwordSheet(t, c.value, c.format))
		if got := string(s.Tasks[0].Login.Password); got != c.want {
			t.Errorf("%v shown as %q is %q, want %q", c.value, c.format, got, c.want)
		}
	}
}

func TestPasswordThatTheProgramChanged(t *testing.T) {
	for _, c := range []struct {
		value  any
		format string
	}{
		{1234567890123456, ""},
		{12.5, ""},
		{-5, ""},
		{0.15, "0%"},
		{46329, "dd.mm.yyyy"},
		{46329, "[$-419]d mmm;@"},
		{0.5, "h:mm"},
		{0.5, "# ?/?"},
		{120000000000.0, "0.00E+00"},
		{5, "$#,##0"},
		{5, `#,##0 "₽"`},
		{true, ""},
	} {
		got := faults(t, passwordSheet(t, c.value, c.format))
		if len(got) != 1 || !strings.HasPrefix(got[0], "tasks.xlsx  Sheet1!C2: the spreadsheet program ") {
			t.Errorf("%v shown as %q: %q", c.value, c.format, got)
		}
	}
	got := faults(t, write(t, "tasks.csv", "host;user;password\n10.0.0.5;admin;1,2E+10"))
	if want := "shortened the password to a rounded number"; len(got) != 1 || !strings.Contains(got[0], want) {
		t.Errorf("in a CSV file: %q", got)
	}
}

func TestPasswordNotices(t *testing.T) {
	for password, want := range map[string]string{
		"secret":            "",
		"two words":         "",
		" secret":           "begins or ends with a space",
		"secret ":           "begins or ends with a space",
		"secret\u00a0":      "invisible characters around",
		"\ufeffsecret\n":    "invisible characters around",
		"sec\u200bret":      "invisible characters inside",
		"no\u00a0break":     "invisible characters inside",
		"\u2067right\u2069": "",
	} {
		s := read(t, passwordSheet(t, password, ""))
		switch got := strings.Join(s.Notices, "\n"); {
		case want == "" && got != "", !strings.Contains(got, want):
			t.Errorf("%q: notices %q, want %q", password, got, want)
		case got != "" && !strings.HasPrefix(got, "Sheet1!C2: "):
			t.Errorf("%q: the notice names no cell: %q", password, got)
		case strings.Contains(got, strings.TrimSpace(password)):
			t.Errorf("the notice repeats the password: %q", got)
		}
	}
}

func TestPasswordFromTheEnvironment(t *testing.T) {
	t.Setenv("HIKGRAB_SITE", " from outside ")
	t.Setenv("HIKGRAB_КАЗАНЬ", "казанский")
	t.Setenv("HIKGRAB_NONE", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
	s := read(t, passwordSheet(t, "env:HIKGRAB_SITE", ""))
	if got := string(s.Tasks[0].Login.Password); got != " from outside " {
		t.Errorf("got %q", got)
	}
	equal(t, s.Notices, []string{"the password in the variable HIKGRAB_SITE goes to 10.0.0.5"})
	if got := string(read(t, passwordSheet(t, "env:HIKGRAB_КАЗАНЬ", "")).Tasks[0].Login.Password); got != "казанский" {
		t.Errorf("got %q", got)
	}
	const others = "only variables whose names begin with HIKGRAB_ are read; call it HIKGRAB_KAZAN, say, and type env:HIKGRAB_KAZAN"
	for cell, want := range map[string]string{
		"env:HIKGRAB_NONE":          "the environment variable HIKGRAB_NONE is not set",
		"env:HIKGRAB_NO_SUCH_ONE":   "the environment variable HIKGRAB_NO_SUCH_ONE is not set",
		"env:AWS_SECRET_ACCESS_KEY": others,
		"env:hikgrab_site":          others,
		"env:":                      others,
		"env:p@ss word":             others,
	} {
		equal(t, faults(t, passwordSheet(t, cell, "")), []string{"tasks.xlsx  Sheet1!C2: " + want})
	}
}

// TestSecretsAreTold has many recorders: whatever other notices there are, they
// say where each variable goes.
func TestSecretsAreTold(t *testing.T) {
	t.Setenv("HIKGRAB_A", "one")
	t.Setenv("HIKGRAB_B", "two")
	var text strings.Builder
	text.WriteString("host;user;password;remark\n")
	for i := range 60 {
		fmt.Fprintf(&text, "10.0.0.%d;admin;env:HIKGRAB_A\n10.0.0.%d;admin;env:HIKGRAB_A\n", i, i)
	}
	text.WriteString("10.0.1.1;admin;env:HIKGRAB_B;x\n")
	s := read(t, write(t, "tasks.csv", text.String()))
	if len(s.Notices) != 53 || !strings.HasPrefix(s.Notices[0], "the password in the variable HIKGRAB_A goes to 10.0.0.0, 10.0.0.1, ") ||
		!strings.HasSuffix(s.Notices[0], ", 10.0.0.59") || s.Notices[1] != "the password in the variable HIKGRAB_B goes to 10.0.1.1" {
		t.Errorf("%d notices: %q", len(s.Notices), s.Notices[:2])
	}
}

func TestPasswordFromAFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"site.txt": "\ufeffS3cret wörd\r\nsecond line\n", "empty.txt": "\n", "binary.txt": "\x00\x01", "long.txt": strings.Repeat("x", 5000), ".keys/token": "hunter2",
	} {
		writeFile(t, filepath.Join(dir, name), content)
	}
	path := filepath.Join(dir, "tasks.csv")
	try := func(cell string) (sheet.Sheet, error) {
		writeFile(t, path, "host\tuser\tpassword\n10.0.0.5\tadmin\t"+cell)
		return sheet.Read(path, sheet.Options{})
	}
	whole := filepath.Join(dir, "site.txt")
	for _, cell := range []string{"file:site.txt", " file: ./site.txt ", "file:" + whole} {
		s, err := try(cell)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(s.Tasks[0].Login.Password); got != "S3cret wörd" {
			t.Errorf("%s gives %q", cell, got)
		}
		equal(t, s.Notices, []string{"the password in the file " + whole + " goes to 10.0.0.5"})
	}
	const private = "passwords are not read from another machine"
	for cell, want := range map[string]string{
		"file:":                        "needs the path of a file",
		"file:missing.txt":             "does not exist",
		"file:empty.txt":               "is not a password",
		"file:binary.txt":              "is not a password",
		"file:long.txt":                "cannot be read",
		"file:" + dir:                  "cannot be read",
		"file:.keys/token":             private,
		"file:../x/.ssh/id_ed25519":    private,
		"file:/etc/shadow":             private,
		"file:/tmp/../etc/shadow":      private,
		"file:/proc/self/environ":      private,
		`file:\\127.0.0.1\share\x.txt`: private,
		"file://127.0.0.1/share/x.txt": private,
	} {
		_, err := try(cell)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "tasks.csv  C2: ") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want %q", cell, err, want)
		}
	}
}

// Wherever a password is, even in a wrong column, no message repeats it.
func TestNoMessageRepeatsAPassword(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		secret := rapid.StringMatching(`[A-Za-z0-9!@#$%^&*.:/-]{6,12}Qz7x`).Draw(rt, "secret")
		order := rapid.Permutation([]string{secret, "admin", "10.0.0.5", "1,2", "main"}).Draw(rt, "order")
		text := strings.Join(order, "\t") + "\n" + strings.Join(order, "\t") + "x\n"
		if rapid.Bool().Draw(rt, "header") {
			text = "host\tuser\tpassword\tcameras\tstream\n" + text
		}
		path := dir + "/tasks.csv"
		writeFile(t, path, text)
		s, err := sheet.Read(path, sheet.Options{})
		said := strings.Join(s.Notices, "\n")
		if err != nil {
			said += err.Error()
		}
		for _, part := range []string{secret, "Qz7x", "qz7x"} {
			if strings.Contains(said, part) {
				rt.Fatalf("%q stands in %q", part, said)
			}
		}
	})
}
