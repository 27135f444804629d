package command

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/hikgrab/nvr/simulator"
)

// inhibit stands in for the programs that keep a machine awake: it adds to a
// file, if there is one, that it started, and that it exited when its input
// closed. It may exit after a killed hikgrab, when the test's directory is being
// removed, so it must not make the file.
func inhibit() {
	mark := func(text string) {
		f, err := os.OpenFile("awake", os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return
		}
		_, _ = fmt.Fprintln(f, text)
		_ = f.Close()
	}
	mark("held")
	_, _ = io.Copy(io.Discard, os.Stdin)
	mark("released")
}

// Names as a malicious user would choose them.
var badNames = []string{
	"../../../../tmp/evil", "CON", "nul.mp4", strings.Repeat("long", 100), "\x1b[2J\x1b]0;owned\x07", "\u202egpj.exe",
	"=cmd|' /C calc'!A0", "a\x00b\r\nc\td", "..", "\xff\xfe", "<b>&amp;</b>", "\u2066left\u2069\u200b",
}

// hostileCmd starts one malicious recorder per name and puts its address into a
// variable of that name:
//
//   - names: everything it can name has one of badNames
//   - elsewhere: its recordings are said to be on another machine
//   - endless: every answer is XML without end
//   - bomb: every answer is XML with multiplying entities
//   - headers: every answer has headers without end
//   - redirect: every request is redirected to the recorder of that name
func hostileCmd(ts *testscript.TestScript, _ bool, names []string) {
	for _, name := range names {
		var handler http.Handler
		switch name {
		case "names", "elsewhere":
			rec := simulator.New(hostileConfig(name))
			stageOf(ts).recorders[name] = rec
			handler = rec
		case "endless":
			handler = answering(func(w io.Writer) error {
				_, err := io.WriteString(w, "<DeviceInfo><deviceName>"+strings.Repeat("<x>endless</x>", 1000))
				return err
			})
		case "bomb":
			handler = answering(bomb())
		case "headers":
			handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for i := range 2000 {
					w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 1000))
				}
				w.WriteHeader(http.StatusOK)
			})
		case "redirect":
			to := "http://" + ts.Getenv("trap") + "/ISAPI/System/deviceInfo"
			handler = http.RedirectHandler(to, http.StatusTemporaryRedirect)
		default:
			ts.Fatalf("nobody does harm by %q", name)
		}
		server, err := simulator.Listen("127.0.0.1:0", handler)
		ts.Check(err)
		ts.Defer(func() { _ = server.Close() })
		ts.Setenv(name, server.Addr())
	}
}

func hostileConfig(name string) simulator.Config {
	day := time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)
	c := simulator.Config{User: scriptUser, Password: scriptPassword}
	for i, bad := range badNames {
		recording := simulator.Recording{Start: day, End: day.Add(15 * time.Minute), Size: 50_000}
		if name == "names" {
			c.Name, c.Model, c.Serial, c.Firmware = bad, bad, bad, bad
			if i < 4 || bad == ".." { // the others break the recorder's own search
				recording.Name = bad
			}
		}
		c.Channels = append(c.Channels, simulator.Channel{Number: i + 1, Name: bad, Recordings: []simulator.Recording{recording}})
	}
	if name == "elsewhere" {
		c.Quirks.URIHost = "192.0.2.66"
	}
	return c
}

// answering accepts every login and repeats the same answer until the client
// disconnects.
func answering(write func(io.Writer) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		for r.Context().Err() == nil && write(w) == nil {
		}
	})
}

// bomb writes the "billion laughs" document once.
func bomb() func(io.Writer) error {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a0 "ha">`)
	for i := range 12 {
		fmt.Fprintf(&b, `<!ENTITY a%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&a%d;", i), 10))
	}
	b.WriteString(`]><DeviceInfo><deviceName>&a12;</deviceName></DeviceInfo>`)
	return func(w io.Writer) error {
		if _, err := io.WriteString(w, b.String()); err != nil {
			return err
		}
		return io.EOF
	}
}

// harmlessCmd checks that no output and no file name can harm a terminal or a
// spreadsheet, and that everything stayed in the directory.
//
//	harmless DIR
func harmlessCmd(ts *testscript.TestScript, _ bool, args []string) {
	clean := func(where, text string) {
		for _, r := range text {
			bad := unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar || r == '\u200b'
			if bad {
				ts.Fatalf("%q stands in %s: %q", r, where, text[:min(len(text), 400)])
			}
		}
	}
	clean("stdout", ts.ReadFile("stdout"))
	clean("stderr", ts.ReadFile("stderr"))
	clean("the manifest", ts.ReadFile(filepath.Join(args[0], "manifest.csv")))
	if strings.Contains(ts.ReadFile(filepath.Join(args[0], "manifest.csv")), ",=cmd") {
		ts.Fatalf("the manifest holds a formula")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(filepath.WalkDir(filepath.Dir(dir), func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(filepath.Dir(dir), path)
		ts.Check(err)
		clean("a name on disk", rel)
		if strings.Contains(strings.ToLower(rel), "evil") || len(filepath.Base(rel)) > 200 {
			ts.Fatalf("a name came through: %s", rel)
		}
		return nil
	}))
}
