package command

import (
	"archive/zip"
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/hikgrab/nvr/simulator"
)

type stageKey struct{}

// stage is the state shared by the commands of one script.
type stage struct {
	recorders map[string]*simulator.Recorder
}

func stageOf(ts *testscript.TestScript) *stage { return ts.Value(stageKey{}).(*stage) }

func (s *stage) recorder(ts *testscript.TestScript, name string) *simulator.Recorder {
	rec := s.recorders[name]
	if rec == nil {
		ts.Fatalf("no recorder %q was started", name)
	}
	return rec
}

const (
	scriptUser     = "operator"
	scriptPassword = "Pa55-word, with «odd» signs"
)

// recordersCmd starts a recorder for each name: two cameras with three
// recordings each on 2026-11-03, login operator and scriptPassword. It puts the
// addresses into variables of those names. A name that begins with "slow"
// delivers too slowly to complete anything; one that begins with "steady" takes
// three seconds.
//
//	recorders NAME...
func recordersCmd(ts *testscript.TestScript, _ bool, names []string) {
	for i, name := range names {
		day := time.Date(2026, 11, 3, 8+i, 0, 0, 0, time.UTC)
		config := simulator.Config{
			Name: name, User: scriptUser, Password: scriptPassword,
			Channels: []simulator.Channel{
				{Number: 1, Name: "Въезд " + name, Recordings: simulator.Span(day, day.Add(45*time.Minute), 15*time.Minute, 300_000)},
				{Number: 2, Name: "Ramp \u202e" + name, Recordings: simulator.Span(day, day.Add(45*time.Minute), 15*time.Minute, 200_000)},
			},
		}
		switch {
		case strings.HasPrefix(name, "slow"):
			config.Rate = 20_000
		case strings.HasPrefix(name, "steady"):
			config.Rate = 500_000
		}
		rec := simulator.New(config)
		server, err := simulator.Listen("127.0.0.1:0", rec)
		ts.Check(err)
		ts.Defer(func() { _ = server.Close() })
		stageOf(ts).recorders[name] = rec
		ts.Setenv(name, server.Addr())
	}
}

// fillCmd expands variables, and the password as ${password}, in files of the
// script.
//
//	fill FILE...
func fillCmd(ts *testscript.TestScript, _ bool, files []string) {
	for _, file := range files {
		text := os.Expand(ts.ReadFile(file), func(name string) string {
			if name == "password" {
				return scriptPassword
			}
			return ts.Getenv(name)
		})
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(text), 0o600))
	}
}

// exitsCmd runs a program and checks its exit code.
//
//	exits CODE PROGRAM [ARG...]
func exitsCmd(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	code := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// deliveredCmd checks that a directory holds every recording of the recorders,
// byte for byte, and no other.
//
//	delivered DIR NAME...
func deliveredCmd(ts *testscript.TestScript, _ bool, args []string) {
	missing := map[[sha256.Size]byte]string{}
	for _, name := range args[1:] {
		rec := stageOf(ts).recorder(ts, name)
		for _, track := range rec.Tracks() {
			for _, r := range rec.Recordings(track) {
				missing[digest(ts, rec.Content(track, r.Name))] = name + " " + strconv.Itoa(track) + " " + r.Name
			}
		}
	}
	own := regexp.MustCompile(`^(\.hikgrab/.*|manifest\.csv|index\.html|[^/]+\.result\.xlsx)$`)
	walk(ts, args[0], func(path string, content io.Reader) {
		if own.MatchString(path) {
			return
		}
		sum := digest(ts, content)
		if missing[sum] == "" {
			ts.Fatalf("%s is no recording, or one that is there twice", path)
		}
		delete(missing, sum)
	})
	for _, what := range missing {
		ts.Fatalf("not delivered: %s", what)
	}
}

func digest(ts *testscript.TestScript, r io.Reader) (sum [sha256.Size]byte) {
	h := sha256.New()
	_, err := io.Copy(h, r)
	ts.Check(err)
	return [sha256.Size]byte(h.Sum(nil))
}

// walk calls show for every file under a directory of the script.
func walk(ts *testscript.TestScript, dir string, show func(path string, content io.Reader)) {
	root := os.DirFS(ts.MkAbs(dir))
	ts.Check(fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := root.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		show(path, f)
		return nil
	}))
}

// contactedCmd checks that a recorder received a request, or none with "!".
//
//	[!] contacted NAME
func contactedCmd(ts *testscript.TestScript, neg bool, args []string) {
	stats := stageOf(ts).recorder(ts, args[0]).Stats()
	contacted := len(stats.Requests) > 0 || stats.Auth.Challenges > 0 || stats.Auth.Refused > 0
	if contacted == neg {
		ts.Fatalf("%s contacted: %v", args[0], contacted)
	}
}

// refusedCmd checks how many logins a recorder refused.
//
//	refused NAME N
func refusedCmd(ts *testscript.TestScript, _ bool, args []string) {
	if got := stageOf(ts).recorder(ts, args[0]).Stats().Auth.Refused; strconv.Itoa(got) != args[1] {
		ts.Fatalf("%s refused %d logins, want %s", args[0], got, args[1])
	}
}

// downloadsCmd checks how many downloads a recorder was asked for so far.
//
//	downloads NAME N
func downloadsCmd(ts *testscript.TestScript, _ bool, args []string) {
	got := stageOf(ts).recorder(ts, args[0]).Stats().Requests[simulator.Download]
	if strconv.Itoa(got) != args[1] {
		ts.Fatalf("%s was asked for %d downloads, want %s", args[0], got, args[1])
	}
}

// unpackCmd extracts one part of a workbook to a file.
//
//	unpack WORKBOOK PART FILE
func unpackCmd(ts *testscript.TestScript, _ bool, args []string) {
	z, err := zip.OpenReader(ts.MkAbs(args[0]))
	ts.Check(err)
	defer z.Close()
	r, err := z.Open(args[1])
	ts.Check(err)
	data, err := io.ReadAll(r)
	ts.Check(errors.Join(err, r.Close(), os.WriteFile(ts.MkAbs(args[2]), data, 0o600)))
}

// nosecretCmd checks that no file under a directory, and no output of the last
// program, contains the recorders' password in any form, and that other users
// cannot read hikgrab's own files.
//
//	nosecret DIR
func nosecretCmd(ts *testscript.TestScript, _ bool, args []string) {
	secrets := secretForms()
	look := func(where string, content []byte) {
		content = bytes.ToLower(content)
		for form, secret := range secrets {
			if bytes.Contains(content, []byte(strings.ToLower(secret))) {
				ts.Fatalf("the password stands in %s (%s)", where, form)
			}
		}
	}
	look("stdout", []byte(ts.ReadFile("stdout")))
	look("stderr", []byte(ts.ReadFile("stderr")))
	files := 0
	walk(ts, args[0], func(path string, content io.Reader) {
		files++
		b, err := io.ReadAll(content)
		ts.Check(err)
		look(path, b)
		info, err := os.Stat(filepath.Join(ts.MkAbs(args[0]), path))
		ts.Check(err)
		if strings.HasPrefix(path, ".hikgrab/") && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			ts.Fatalf("%s may be read by others: %v", path, info.Mode())
		}
	})
	if files == 0 {
		ts.Fatalf("%s is empty: nothing was searched", args[0])
	}
}

// secretForms returns the password in every form in which it could leak.
func secretForms() map[string]string {
	login := scriptUser + ":" + scriptPassword
	quoted, _ := json.Marshal(scriptPassword)
	digested := md5.Sum([]byte(scriptUser + ":DVRNVRDVS:" + scriptPassword)) // enough for any digest login
	return map[string]string{
		"as it is": scriptPassword, "in part": scriptPassword[:9], "as JSON": strings.Trim(string(quoted), `"`),
		"in ASCII":   strings.Trim(strconv.QuoteToASCII(scriptPassword), `"`),
		"in a query": url.QueryEscape(scriptPassword), "in a path": url.PathEscape(scriptPassword),
		"in base64": base64.RawStdEncoding.EncodeToString([]byte(scriptPassword)),
		"for Basic": base64.RawStdEncoding.EncodeToString([]byte(login)),
		"in hex":    hex.EncodeToString([]byte(scriptPassword)),
		"digested":  hex.EncodeToString(digested[:]),
	}
}

// jsonlinesCmd checks that each printed line is a JSON object with a type and a
// time, that every named type occurs, and that the last line has the last named
// type.
//
//	jsonlines TYPE...
func jsonlinesCmd(ts *testscript.TestScript, _ bool, args []string) {
	seen, last := map[string]bool{}, ""
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		var o struct {
			Type string    `json:"type"`
			Time time.Time `json:"time"`
		}
		if err := json.Unmarshal([]byte(line), &o); err != nil || o.Type == "" || o.Time.IsZero() {
			ts.Fatalf("no object with type and time: %s (%v)", line, err)
		}
		seen[o.Type], last = true, o.Type
	}
	for _, want := range args {
		if !seen[want] {
			ts.Fatalf("no object of type %s", want)
		}
	}
	if want := args[len(args)-1]; last != want {
		ts.Fatalf("the last line is of type %s, want %s", last, want)
	}
}

// awaitCmd waits until a file exists.
//
//	await FILE
func awaitCmd(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		matches, err := filepath.Glob(path)
		ts.Check(err)
		if len(matches) > 0 {
			return
		}
	}
	ts.Fatalf("%s did not appear", args[0])
}
