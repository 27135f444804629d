package command

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"sync"

	"golang.org/x/term"

	"example.com/hikgrab/ui/plain"
)

func terminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// screen reports whether the full screen can and should be used.
func (a *app) screen() bool {
	return !a.flags.Plain && !a.flags.JSON && os.Getenv("TERM") != "dumb" && os.Getenv("CI") == "" &&
		terminal(a.Stdin) && terminal(a.Stdout)
}

// printer is what both forms of plain output can do.
type printer interface {
	plain.Printer
	plain.SurveyPrinter
	plain.VerifyPrinter
	plain.DerivePrinter
}

func (a *app) printer() printer {
	if a.flags.JSON {
		return plain.NewJSON(a.Stdout)
	}
	return plain.NewLines(a.Stdout, a.flags.ASCII)
}

func (a *app) logger(w io.Writer) *slog.Logger {
	level := slog.LevelInfo
	if a.flags.Debug {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
}

// logBook is where the log goes: into memory until there is a file, which
// exists only once the archive could be opened.
type logBook struct {
	mu    sync.Mutex
	early bytes.Buffer
	file  io.Writer
}

func (b *logBook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.file == nil {
		return b.early.Write(p)
	}
	return b.file.Write(p)
}

func (b *logBook) open(file io.Writer) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.file = file
	_, err := b.early.WriteTo(file)
	return err
}
