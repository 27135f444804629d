package worker

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// BenchmarkDownload moves one 512 MiB recording from a simulated recorder on
// loopback to disk: as hikgrab does with --format raw (checked, scanned,
// hashed, synced, entered in journal and manifest), as hikgrab does to an MP4,
// as hikgrab does with none of that, with curl, which only writes, and with
// curl plus the commands an operator would run to be as sure. SHA-256 of bytes
// in memory is the lower bound for the first on one processor. The recorder
// shares the machine with the program measured, so only ratios mean anything:
//
//	go test ./tasks/worker -run xxx -bench Download -count 5
func BenchmarkDownload(b *testing.B) {
	const bytes = 512 << 20
	client, address, list := recorderOf(b, 1, bytes)
	rec := list[0]
	b.Run("hikgrab", func(b *testing.B) { fetchAll(b, client, address, list, archive.Raw) })
	b.Run("hikgrab,mp4", func(b *testing.B) { fetchAll(b, client, address, list, archive.MP4) })
	b.Run("sha256,in-memory", func(b *testing.B) {
		b.SetBytes(bytes)
		piece := make([]byte, 256<<10)
		for b.Loop() {
			sum := sha256.New()
			for range bytes / len(piece) {
				sum.Write(piece)
			}
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
	fetch := "curl -sf " + curlOf(address, 0)
	b.Run("curl", func(b *testing.B) { shell(b, list, fetch) })
	b.Run("curl,sha256sum,sync", func(b *testing.B) {
		shell(b, list, fetch+" && sha256sum recording*.mpg >>SHA256SUMS && sync recording*.mpg SHA256SUMS .")
	})
}

// BenchmarkEightDownloads moves eight 128 MiB recordings at once, in the same
// ways as BenchmarkDownload.
func BenchmarkEightDownloads(b *testing.B) {
	client, address, list := recorderOf(b, 8, 128<<20)
	b.Run("hikgrab", func(b *testing.B) { fetchAll(b, client, address, list, archive.Raw) })
	fetch := "curl -Zsf"
	for i := range list {
		if i > 0 {
			fetch += " --next -sf"
		}
		fetch += " " + curlOf(address, i)
	}
	b.Run("curl", func(b *testing.B) { shell(b, list, fetch) })
	b.Run("curl,sha256sum,sync", func(b *testing.B) {
		shell(b, list, fetch+" && sha256sum recording*.mpg >>SHA256SUMS && sync recording*.mpg SHA256SUMS .")
	})
}

// recorderOf starts a simulated recorder with the given number of channels and
// one recording on each, and finds the recordings.
func recorderOf(b *testing.B, channels int, bytes int64) (*nvr.Recorder, nvr.Address, []nvr.Recording) {
	day := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	eight := day.Add(8 * time.Hour)
	config := simulator.Config{Channels: make([]simulator.Channel, channels)}
	for i := range config.Channels {
		config.Channels[i].Recordings = simulator.Span(eight, eight.Add(time.Hour), time.Hour, bytes)
	}
	server, err := simulator.Listen("127.0.0.1:0", simulator.New(config))
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
	var list []nvr.Recording
	for i := range channels {
		for rec, err := range client.Search(b.Context(), nvr.TrackOf(i+1, nvr.Main), day, day.AddDate(0, 0, 1)) {
			if err != nil {
				b.Fatal(err)
			}
			list = append(list, rec)
		}
	}
	return client, address, list
}

// fetchAll measures hikgrab fetching a whole list at once into a fresh archive.
func fetchAll(b *testing.B, client *nvr.Recorder, address nvr.Address, list []nvr.Recording, format archive.Format) {
	b.SetBytes(int64(len(list)) * list[0].Size)
	for b.Loop() {
		dir := b.TempDir()
		store, err := archive.Open(dir, nil)
		if err != nil {
			b.Fatal(err)
		}
		var all sync.WaitGroup
		for _, rec := range list {
			order := Fetch{
				Recorder: client, Archive: store, Attempt: 1,
				Item:  archive.Item{Recorder: address.String(), Recording: rec, Format: format},
				Meter: &Meter{}, Limiter: NewLimiter(0), Lane: NewLane(), Fence: func() error { return nil },
			}
			all.Go(func() {
				if out := order.Do(b.Context()); out.Err != nil {
					b.Error(out.Err)
				}
			})
		}
		all.Wait()
		if err := store.Close(); err != nil {
			b.Fatal(err)
		}
		_ = os.RemoveAll(dir)
	}
}

// curlOf returns the curl arguments that fetch recording i of the list.
func curlOf(address nvr.Address, i int) string {
	return fmt.Sprintf("--digest -u %s:%s -X POST -H 'Content-Type: application/xml' --data-binary @request%d.xml -o recording%d.mpg http://%s/ISAPI/ContentMgmt/download",
		simulator.DefaultUser, simulator.DefaultPassword, i, i, address.String())
}

// plainFile is a sink that only writes, as curl does.
type plainFile struct{ *os.File }

func (plainFile) Offset() int64     { return 0 }
func (plainFile) Tail([]byte) error { return nil }
func (plainFile) Reset() error      { return nil }

// shell measures a command that fetches a list into a fresh directory.
func shell(b *testing.B, list []nvr.Recording, command string) {
	for _, program := range []string{"curl", "sha256sum"} {
		if _, err := exec.LookPath(program); err != nil {
			b.Skip(program, " is not installed")
		}
	}
	b.SetBytes(int64(len(list)) * list[0].Size)
	for b.Loop() {
		dir := b.TempDir()
		for i, rec := range list {
			request := "<downloadRequest><playbackURI>" + strings.ReplaceAll(rec.URI, "&", "&amp;") + "</playbackURI></downloadRequest>"
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("request%d.xml", i)), []byte(request), 0o600); err != nil {
				b.Fatal(err)
			}
		}
		cmd := exec.CommandContext(b.Context(), "sh", "-c", command)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		for i, rec := range list {
			if info, err := os.Stat(filepath.Join(dir, fmt.Sprintf("recording%d.mpg", i))); err != nil || info.Size() != rec.Size {
				b.Fatalf("curl left %v, %v", info, err)
			}
		}
		_ = os.RemoveAll(dir)
	}
}
