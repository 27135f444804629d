package topics

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write licenses.txt anew")

// The page has the licences of the libraries in the program, for every system
// that it is built for.
func TestLicensesAreThoseOfTheLibraries(t *testing.T) {
	want := licensesOf(t, librariesOf(t))
	if *update {
		if err := os.WriteFile("licenses.txt", []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if textOf(t, "licenses") != want {
		t.Error("the libraries or their licences have changed; run: go test ./ui/topics -update")
	}
}

type library struct{ Path, Version, Dir string }

// librariesOf returns the modules in the program except its own, and Go itself.
func librariesOf(t *testing.T) []library {
	t.Helper()
	known := make(map[string]library)
	for _, system := range []string{"linux", "windows", "darwin"} {
		c := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=Module", "example.com/hikgrab")
		c.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		out, err := c.Output()
		if err != nil {
			t.Fatal(err)
		}
		for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
			var p struct{ Module *library }
			if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			if p.Module != nil && p.Module.Version != "" {
				known[p.Module.Path] = *p.Module
			}
		}
	}
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	list := []library{{Path: "Go's standard library", Dir: strings.TrimSpace(string(root))}}
	for _, l := range known {
		list = append(list, l)
	}
	slices.SortFunc(list[1:], func(a, b library) int { return strings.Compare(a.Path, b.Path) })
	return list
}

// licensesOf returns each licence once, under the libraries that use it.
func licensesOf(t *testing.T, list []library) string {
	t.Helper()
	var texts []string
	users := make(map[string][]string)
	for _, l := range list {
		text := licenseIn(t, l)
		if users[text] == nil {
			texts = append(texts, text)
		}
		users[text] = append(users[text], l.Path)
	}
	b := new(strings.Builder)
	b.WriteString("Hikgrab is under the MIT licence. It is built of these libraries, with thanks to\ntheir authors:\n")
	for _, text := range texts {
		fmt.Fprintf(b, "\n%s\n%s\n%s\n\n%s\n", strings.Repeat("-", 80), strings.Join(users[text], "\n"), strings.Repeat("-", 80), text)
	}
	return b.String()
}

// licenseIn returns the licence and notices in the root of a library.
func licenseIn(t *testing.T, l library) string {
	t.Helper()
	var parts []string
	for _, pattern := range []string{"[Ll][Ii][Cc][Ee][Nn][CcSs][Ee]*", "COPYING*", "NOTICE*"} {
		paths, _ := filepath.Glob(filepath.Join(l.Dir, pattern))
		for _, path := range paths {
			if text, err := os.ReadFile(path); err == nil {
				parts = append(parts, strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")))
			}
		}
	}
	if len(parts) == 0 {
		if text, ok := outside[l.Path]; ok {
			return text
		}
		t.Fatalf("%s comes without a licence; look for it, and whether hikgrab may hold it", l.Path)
	}
	return strings.Join(parts, "\n\n")
}

// outside holds the licences of libraries whose modules lack the file.
var outside = map[string]string{
	// Its README says "MIT" and names the author.
	"github.com/mattn/go-localereader": "MIT License\n\nCopyright (c) Yasuhiro Matsumoto (a.k.a. mattn)\n\n" + mit,
}

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`
