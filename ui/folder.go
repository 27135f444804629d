package ui

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// folder returns the folder with the recordings of the row under the cursor:
// the deepest directory that holds them all, or the output directory if there
// are none yet. It is always inside the output directory, whatever the
// recordings' names contain.
func (m *model) folder() string {
	out := cmp.Or(m.opts.Out, m.snap.Disk.Dir)
	var paths []string
	for _, c := range m.list.under(&m.snap) {
		d, _ := m.queue.Camera(c.ID)
		for i := range d.Recordings {
			paths = append(paths, d.Recordings[i].Path)
		}
	}
	return filepath.Join(out, common(paths))
}

// common returns the deepest directory that holds all files of paths, relative
// to their common root. It ignores empty paths and those that leave the root.
func common(paths []string) string {
	all := ""
	for _, path := range paths {
		path = filepath.FromSlash(path)
		if path == "" || !filepath.IsLocal(path) {
			continue
		}
		dir := filepath.Dir(path)
		if all == "" {
			all = dir
		}
		for all != "." && dir != all && !strings.HasPrefix(dir, all+string(filepath.Separator)) {
			all = filepath.Dir(all)
		}
	}
	return all
}

// copy puts the error of the row, or else its folder, on the clipboard of the
// operator's own machine. The terminal does that by OSC 52, over ssh too.
func (m *model) copy() tea.Cmd {
	text, what := m.list.current().trouble(), "the error"
	if text == "" {
		text, what = m.folder(), "the folder"
		if at, err := filepath.Abs(text); err == nil {
			text = at
		}
	}
	m.say("copied " + what + ": " + text)
	return func() tea.Msg {
		m.term.send(ansi.SetSystemClipboard(text))
		return nil
	}
}

// trouble returns what is wrong with a row, in enough detail for a colleague;
// empty if nothing is.
func (r row) trouble() string {
	switch {
	case r.rec == nil:
	case r.rec.Hold.Held():
		return clean(join(" ", recorderTitle(r.rec)+":", advised(r.rec.Hold.What, r.rec.Hold.Remedy), "("+r.rec.Source+")"))
	case r.cam != nil && troubled(r.cam):
		return clean(join(" ", r.rec.Address, cameraTitle(r.cam)+":", advised(r.cam.Failure.What, r.cam.Failure.Remedy), "("+r.rec.Source+")"))
	}
	return ""
}

func (m *model) openFolder() tea.Cmd {
	at := m.folder()
	m.say("opening " + at)
	return func() tea.Msg {
		if err := open(at); err != nil {
			return sayMsg("cannot open " + at + ": " + err.Error())
		}
		return nil
	}
}

// open starts the system's file browser on a directory and waits until that
// command returns, usually at once.
func open(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if info, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return errors.New("it does not exist yet")
	} else if err != nil {
		return err
	}
	program := "xdg-open"
	switch runtime.GOOS {
	case "windows":
		program = "explorer.exe"
	case "darwin":
		program = "open"
	}
	// The browser may outlive us, so no context ends it. Its output would corrupt
	// the screen, so it gets none.
	err = exec.CommandContext(context.Background(), program, dir).Run()
	if runtime.GOOS == "windows" {
		if _, ran := errors.AsType[*exec.ExitError](err); ran {
			return nil // explorer returns 1 even on success
		}
	}
	return err
}
