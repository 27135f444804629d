package command

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"example.com/hikgrab/tasks/archive"
)

// store is the archive of a run, with its log.
type store struct {
	*archive.Archive
	log  *slog.Logger
	file io.WriteCloser // the log's
}

// open opens the archive in --out, and the log there.
func (a *app) open(options ...archive.Option) (*store, error) {
	book := &logBook{}
	s := &store{log: a.logger(book)}
	var err error
	if s.Archive, err = archive.Open(a.flags.Out, s.log, options...); err != nil {
		return nil, failed(err)
	}
	if s.file, err = s.LogWriter(); err == nil {
		err = book.open(s.file)
	}
	if err != nil {
		return nil, errors.Join(failed(err), s.close(shutdownLimit))
	}
	return s, nil
}

// close closes both, and gives up after limit if the disk hangs.
func (s *store) close(limit time.Duration) error {
	return failed(within(limit, func() error {
		if s.file != nil {
			_ = s.file.Close() // losing the log's last lines is not a failure
		}
		return s.Archive.Close()
	}))
}

func (s *store) logPath() string {
	if named, ok := s.file.(interface{ Name() string }); ok {
		return filepath.FromSlash(named.Name())
	}
	return ""
}

// teller returns a function that tells the log and the operator about the run
// as a whole. It ignores write errors: follow reports a reader that is gone.
func (s *store) teller(out printer) func(text string) {
	return func(text string) {
		s.log.Info("Notice", "text", text)
		_ = out.Notice(time.Now(), text)
	}
}

func (a *app) logger(w io.Writer) *slog.Logger {
	level := slog.LevelInfo
	if a.flags.Debug {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
}

// logBook is the log's writer. It buffers in memory until the file exists,
// which is not before the archive is open.
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
