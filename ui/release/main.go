// Release writes the files that packages contain besides the program: man
// pages, completions and the libraries' licences. GoReleaser runs it before it
// builds:
//
//	go run ./ui/release DIR
//
// It is not for building or publishing: GoReleaser does both.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra/doc"

	"example.com/hikgrab/ui/command"
	"example.com/hikgrab/ui/topics"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./ui/release DIR")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// write fills dir: man/, completions/ and LICENSES.txt.
func write(dir string) error {
	man, completions := filepath.Join(dir, "man"), filepath.Join(dir, "completions")
	for _, d := range []string{man, completions} {
		if err := os.MkdirAll(d, 0o777); err != nil {
			return err
		}
	}
	root := command.Program{}.Tree()
	root.DisableAutoGenTag = true // it contains the build date
	if err := doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "hikgrab", Manual: "hikgrab", Date: new(built())}, man); err != nil {
		return err
	}
	for _, t := range topics.All() {
		if t.Name == "licenses" {
			if err := os.WriteFile(filepath.Join(dir, "LICENSES.txt"), []byte(t.Text), 0o666); err != nil {
				return err
			}
			continue
		}
		if err := os.WriteFile(filepath.Join(man, "hikgrab-"+t.Name+".7"), []byte(page(t)), 0o666); err != nil {
			return err
		}
	}
	for name, generate := range map[string]func(path string) error{
		"hikgrab.bash": func(path string) error { return root.GenBashCompletionFileV2(path, true) },
		"hikgrab.fish": func(path string) error { return root.GenFishCompletionFile(path, true) },
		"hikgrab.ps1":  root.GenPowerShellCompletionFileWithDesc,
		"_hikgrab":     root.GenZshCompletionFile,
	} {
		if err := generate(filepath.Join(completions, name)); err != nil {
			return err
		}
	}
	return nil
}

// page formats a topic as a man page, line by line.
func page(t topics.Topic) string {
	protect := strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`)
	b := new(strings.Builder)
	fmt.Fprintf(b, ".TH HIKGRAB-%s 7 %q hikgrab hikgrab\n.SH NAME\nhikgrab-%s \\- %s\n.SH DESCRIPTION\n.nf\n",
		strings.ToUpper(protect.Replace(t.Name)), built().Format("Jan 2006"), protect.Replace(t.Name), protect.Replace(t.Short))
	for line := range strings.Lines(t.Text) {
		if strings.HasPrefix(line, ".") {
			b.WriteString(`\&`)
		}
		b.WriteString(protect.Replace(line))
	}
	b.WriteString("\n.fi\n.SH SEE ALSO\n.BR hikgrab (1)\n")
	return b.String()
}

// built returns the day of the release: that of the commit, so that builds are
// reproducible (see reproducible-builds.org).
func built() time.Time {
	if seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		return time.Unix(seconds, 0).UTC()
	}
	return time.Now()
}
