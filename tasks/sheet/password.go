package sheet

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/hikgrab/nvr"
)

// Prefixes of a password cell that says where the password is.
const (
	envPrefix  = "env:"
	filePrefix = "file:"
)

var (
	// envName matches the variables that may hold a password: a stranger's sheet
	// must not send any other to a stranger's recorder.
	envName = regexp.MustCompile(`^HIKGRAB_[\p{L}\d_]+$`)
	// shortened matches what a spreadsheet program writes into a CSV file for a
	// number of many digits.
	shortened = regexp.MustCompile(`^\d[.,]\d+E\+\d{2,3}$`)
)

// password reads the password of a row. No message repeats it.
func (r rowReader) password() nvr.Secret {
	c := r.cell(password)
	switch c.kind {
	case number:
		return r.numericPassword(c)
	case boolean:
		r.fault(password, "the spreadsheet program turned the password into TRUE or FALSE; format the column as text and type it again")
		return ""
	case blank, text, errored, uncomputed:
	}
	if c.empty() {
		r.fault(password, "password is empty")
		return ""
	}
	if r.table.csv && shortened.MatchString(c.text) {
		r.fault(password, "the spreadsheet program shortened the password to a rounded number; type it again, in an .xlsx sheet as text")
		return ""
	}
	typed := strings.TrimFunc(c.text, unseen)
	if variable, ok := strings.CutPrefix(typed, envPrefix); ok {
		return r.passwordFromEnvironment(strings.TrimSpace(variable))
	}
	if path, ok := strings.CutPrefix(typed, filePrefix); ok {
		return r.passwordFromFile(strings.TrimSpace(path))
	}
	return nvr.Secret(r.tidied(c.text))
}

// numericPassword takes a number as it was typed. It refuses one that can no
// longer be known: a wrong password is a step towards a locked account.
func (r rowReader) numericPassword(c cell) nvr.Secret {
	digits, ok := c.whole()
	if !ok {
		r.fault(password, "the spreadsheet program changed the password into another number (more than 15 digits, a decimal, a date, a percentage); "+
			"format the column as text and type it again")
		return ""
	}
	if c.format.grouped {
		r.notice(password, "the password is a number shown with separators; its plain digits are used")
	}
	return nvr.Secret(digits)
}

func (r rowReader) passwordFromEnvironment(variable string) nvr.Secret {
	if len(variable) > 80 || !envName.MatchString(variable) {
		r.fault(password, "only variables whose names begin with HIKGRAB_ are read; call it HIKGRAB_KAZAN, say, and type env:HIKGRAB_KAZAN")
		return ""
	}
	value := os.Getenv(variable)
	if value == "" {
		r.fault(password, "the environment variable %s is not set", variable)
		return ""
	}
	r.sources[r.line.row] = "the variable " + variable
	return nvr.Secret(value)
}

// passwordFromFile reads the first line of a file; the path is relative to the
// sheet.
func (r rowReader) passwordFromFile(path string) nvr.Secret {
	path = strings.TrimPrefix(path, "//localhost")
	if strings.HasPrefix(path, "///") {
		path = path[2:]
	}
	switch {
	case path == "":
		r.fault(password, "file: needs the path of a file")
		return ""
	case isPrivate(path):
		r.fault(password, "passwords are not read from another machine, a hidden directory or a system directory; put it into a file elsewhere")
		return ""
	case !filepath.IsAbs(path):
		path = filepath.Join(r.table.dir, path)
	}
	line, err := firstLine(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.fault(password, "the file that file: names does not exist")
	case err != nil:
		r.fault(password, "the file that file: names cannot be read: %s", withoutPath(err))
	case line == "" || !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl):
		r.fault(password, "the first line of the file that file: names is not a password")
	default:
		r.sources[r.line.row] = "the file " + clean(path)
		return nvr.Secret(line)
	}
	return ""
}

// isPrivate reports whether a file must not be sent to a recorder, because the
// sheet may be a stranger's. Keys and tokens are in hidden directories, password
// hashes in a system directory, and a path to another machine tells that machine
// who asks.
func isPrivate(path string) bool {
	slashed := filepath.ToSlash(path)
	if strings.HasPrefix(slashed, "//") || strings.HasPrefix(path, `\\`) {
		return true
	}
	hidden := func(part string) bool { return strings.HasPrefix(part, ".") && strings.Trim(part, ".") != "" }
	if slices.ContainsFunc(strings.Split(slashed, "/"), hidden) {
		return true
	}
	in := func(dir string) bool { return strings.HasPrefix(filepath.ToSlash(filepath.Clean(path)), dir) }
	return in("/proc/") || in("/sys/") || in("/dev/") || in("/etc/") && !in("/etc/hikgrab/")
}

// maxPasswordLine is the longest first line that can be a password.
const maxPasswordLine = 1024

var errNoRegularFile = errors.New("it is not a file, or its first line is too long")

func firstLine(path string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", err
	case !info.Mode().IsRegular():
		return "", errNoRegularFile // a pipe would wait for a writer
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	line, err := bufio.NewReader(io.LimitReader(f, maxPasswordLine)).ReadString('\n')
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return "", err
	case len(line) == maxPasswordLine:
		return "", errNoRegularFile
	}
	return strings.TrimPrefix(strings.TrimRight(line, "\r\n"), string(utf8Mark)), nil
}

// tellSecrets says which passwords from outside the sheet go to which
// recorders, because the sheet may be a stranger's.
func (r *reader) tellSecrets() {
	var names []string
	recorders := map[string][]string{}
	for _, row := range r.rows {
		source, address := r.sources[row.Row], row.Address.String()
		switch {
		case source == "":
			continue
		case recorders[source] == nil:
			names = append(names, source)
		case slices.Contains(recorders[source], address):
			continue
		}
		recorders[source] = append(recorders[source], address)
	}
	for _, name := range names {
		r.secrets = append(r.secrets, "the password in "+name+" goes to "+strings.Join(recorders[name], ", "))
	}
}

// tidied removes from the ends of a password what no keyboard types, and adds a
// notice of everything invisible in it. Plain spaces stay: they may be meant.
func (r rowReader) tidied(typed string) string {
	pasted := func(c rune) bool { return c != ' ' && unseen(c) }
	text := strings.TrimFunc(typed, pasted)
	if text != typed {
		r.notice(password, "invisible characters around the password are ignored")
	}
	switch {
	case strings.ContainsFunc(text, pasted):
		r.notice(password, "there are invisible characters inside the password, as copying from a web page leaves them; type it again if the recorder refuses it")
	case strings.TrimFunc(text, unicode.IsSpace) != text:
		r.notice(password, "the password begins or ends with a space; delete it if it is not meant")
	}
	return text
}
