package worker

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// BenchmarkDownload moves one recording of 512 MiB from a simulated recorder on
// loopback to the disk: as hikgrab does with --format raw (checked, scanned,
// hashed, synced, noted in journal and manifest), as it moves bytes without all
// that, with curl, which only writes, and with curl followed by what an operator
// would have to run to be as sure.
// The recorder shares the machine with whoever is measured, so only the ratios
// mean something:
//
//	go test ./tasks/worker -run xxx -bench Download -count 5
func BenchmarkDownload(b *testing.B) {
	const bytes = 512 << 20
	day := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	eight := day.Add(8 * time.Hour)
	recorder := simulator.New(simulator.Config{Channels: []simulator.Channel{{
		Recordings: simulator.Span(eight, eight.Add(time.Hour), time.Hour, bytes),
	}}})
	server, err := simulator.Listen("127.0.0.1:0", recorder)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = server.Close() })
	address, err := nvr.ParseAddress(server.Addr())
	if err != nil {
		b.Fatal(err)
	}
	client := nvr.New(nvr.Config{
		Address: address,
		Login:   nvr.Login{User: simulator.DefaultUser, Password: simulator.DefaultPassword},
	})
	b.Cleanup(client.Close)
	var rec nvr.Recording
	for found, err := range client.Search(b.Context(), 101, day, day.AddDate(0, 0, 1)) {
		if err != nil {
			b.Fatal(err)
		}
		rec = found
	}

	b.Run("hikgrab", func(b *testing.B) {
		b.SetBytes(bytes)
		for b.Loop() {
			dir := b.TempDir()
			store, err := archive.Open(dir, nil)
			if err != nil {
				b.Fatal(err)
			}
			order := Fetch{
				Recorder: client, Archive: store, Attempt: 1,
				Item:  archive.Item{Recorder: address.String(), Recording: rec},
				Meter: &Meter{}, Limiter: NewLimiter(0), Lane: NewLane(), Fence: func() error { return nil },
			}
			if out := order.Do(b.Context()); out.Err != nil {
				b.Fatal(out.Err)
			}
			if err := store.Close(); err != nil {
				b.Fatal(err)
			}
			_ = os.RemoveAll(dir)
		}
	})
	b.Run("hikgrab,moving-only", func(b *testing.B) {
		b.SetBytes(bytes)
		for b.Loop() {
			f, err := os.CreateTemp(b.TempDir(), "recording")
			if err != nil {
				b.Fatal(err)
			}
			if _, err := client.Download(b.Context(), rec, plainFile{f}); err != nil {
				b.Fatal(err)
			}
			if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
				b.Fatal(err)
			}
		}
	})
	fetch := fmt.Sprintf("curl -sf --digest -u %s:%s -X POST -H 'Content-Type: application/xml' --data-binary @request.xml -o recording.mpg %s/ISAPI/ContentMgmt/download",
		simulator.DefaultUser, simulator.DefaultPassword, server.Addr())
	b.Run("curl", func(b *testing.B) { shell(b, bytes, rec, fetch) })
	b.Run("curl,sha256sum,sync", func(b *testing.B) {
		shell(b, bytes, rec, fetch+" && sha256sum recording.mpg >>SHA256SUMS && sync recording.mpg SHA256SUMS .")
	})
}

// plainFile is a sink that takes no care of what it gets, as curl takes none.
type plainFile struct{ *os.File }

func (plainFile) Offset() int64     { return 0 }
func (plainFile) Tail([]byte) error { return nil }
func (plainFile) Reset() error      { return nil }

// shell measures a command that fetches rec into a fresh directory.
func shell(b *testing.B, bytes int64, rec nvr.Recording, command string) {
	for _, program := range []string{"curl", "sha256sum"} {
		if _, err := exec.LookPath(program); err != nil {
			b.Skip(program, " is not installed")
		}
	}
	request := "<downloadRequest><playbackURI>" + strings.ReplaceAll(rec.URI, "&", "&amp;") + "</playbackURI></downloadRequest>"
	b.SetBytes(bytes)
	for b.Loop() {
		dir := b.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "request.xml"), []byte(request), 0o600); err != nil {
			b.Fatal(err)
		}
		cmd := exec.CommandContext(b.Context(), "sh", "-c", command)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		if info, err := os.Stat(filepath.Join(dir, "recording.mpg")); err != nil || info.Size() != bytes {
			b.Fatalf("curl left %v, %v", info, err)
		}
		_ = os.RemoveAll(dir)
	}
}
