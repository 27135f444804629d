package archive_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

func TestMain(m *testing.M) {
	if !child() {
		goleak.VerifyTestMain(m)
	}
}

func TestCommitted(t *testing.T) {
	a := open(t, filepath.Join(t.TempDir(), "new", "recordings"))
	b := movie(1, 700_000)
	it := item(0, int64(len(b)))
	f := commit(t, a, it, b)

	const want = "10.20.0.11/ch02/2026-11-03/20261103-081500_20261103-083000.mpg"
	if f.Path != want || f.Bytes != int64(len(b)) || f.Attempts != 1 || f.Finished.IsZero() {
		t.Errorf("File = %+v, want path %s", f, want)
	}
	if f.SHA256 != sumOf(b) {
		t.Errorf("SHA256 = %s, want %s", f.SHA256, sumOf(b))
	}
	wantFile(t, a, f.Path, b)
	if n := parts(t, a.Dir()); n != 0 {
		t.Errorf("%d parts are left", n)
	}
	for range 2 {
		if s, ok := a.Stored(it); !ok || s.Path != f.Path || s.SHA256 != f.SHA256 || !s.Finished.Equal(f.Finished) {
			t.Errorf("Stored = %+v, %v, want %+v", s, ok, f)
		}
		a = reopen(t, a)
	}
	if _, ok := a.Stored(item(1, 0)); ok {
		t.Error("a recording that was never written is stored")
	}
	must(t, os.Truncate(pathOf(a.Dir(), f.Path), 10))
	if _, ok := a.Stored(it); ok {
		t.Error("a file that lost bytes is stored")
	}
}

func TestPartGoesOn(t *testing.T) {
	a := open(t, t.TempDir())
	b := movie(2, 1_000_000)
	it := item(0, int64(len(b)))
	p := create(t, a, it)
	write(t, p, b[:300_000])
	must(t, p.Close(), p.Close())
	a = reopen(t, a)
	p = create(t, a, it)
	if p.Offset() != 300_000 {
		t.Fatalf("Offset = %d after a restart, want 300000", p.Offset())
	}
	write(t, p, b[300_000:])
	f, err := p.Commit(t.Context(), try(2, len(b)))
	must(t, err)
	if f.SHA256 != sumOf(b) {
		t.Error("the checksum leaves out what an earlier run wrote")
	}

	p = create(t, a, item(1, 0))
	write(t, p, b[:300_000])
	if err := p.Reset(); err != nil || p.Offset() != 0 {
		t.Fatalf("Reset: %v, Offset %d", err, p.Offset())
	}
	write(t, p, b)
	if f, err = p.Commit(t.Context(), try(1, len(b))); err != nil || f.Bytes != int64(len(b)) {
		t.Fatalf("Commit after Reset: %+v, %v", f, err)
	}
	if err := p.Close(); err != nil {
		t.Errorf("Close after Commit: %v", err)
	}
	if _, err := p.Write(b); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Write after Commit: %v", err)
	}
}

func TestDamagedIsDropped(t *testing.T) {
	good := movie(3, 1000)
	tests := []struct {
		name    string
		b       []byte
		size    int64
		receipt nvr.Receipt
		want    string
	}{
		{"empty", nil, 0, nvr.Receipt{}, "nothing came"},
		{"short of the receipt", good, 0, receipt(2000), "the recording has 2000"},
		{"beyond the receipt", good, 0, receipt(500), "the recording has 500"},
		{"an XML answer", []byte("<?xml version=\"1.0\"?>\x1b[2J"), 0, receipt(25), "not a recording"},
		{"too small for a head", []byte("IM"), 0, receipt(2), "not a recording"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := open(t, t.TempDir())
			p := create(t, a, item(0, tt.size))
			if len(tt.b) > 0 {
				write(t, p, tt.b)
			}
			_, err := p.Commit(t.Context(), archive.Try{Number: 1, Receipt: tt.receipt})
			wantKind(t, err, archive.Damaged)
			if !strings.Contains(err.Error(), tt.want) || strings.ContainsRune(err.Error(), '\x1b') {
				t.Errorf("error %q, want %q in it", err, tt.want)
			}
			if got := tree(t, a.Dir()); len(got) != 0 || parts(t, a.Dir()) != 0 {
				t.Errorf("files %v and %d parts are left", got, parts(t, a.Dir()))
			}
			if p, err = a.Create(item(0, tt.size)); err != nil || p.Offset() != 0 {
				t.Errorf("the next attempt: %v", err)
			}
		})
	}
}

// A search may announce more than there is: the receipt counts.
func TestFewerThanAnnounced(t *testing.T) {
	a := open(t, t.TempDir())
	b := movie(1, 1000)
	it := item(0, 1001)
	p := create(t, a, it)
	write(t, p, b)
	f, err := p.Commit(t.Context(), try(1, len(b)))
	if err != nil || f.Bytes != 1000 {
		t.Fatalf("%+v, %v", f, err)
	}
	wantStored(t, a, it, f)
}

func TestMoreThanAnnouncedIsGood(t *testing.T) {
	a := open(t, t.TempDir())
	commit(t, a, item(0, 900), movie(1, 1000))
}

func TestExtensionFollowsContent(t *testing.T) {
	a := open(t, t.TempDir())
	stream := string(movie(1, 1000))
	for n, head := range []string{stream, stream[40:], "\xFF\xD8......", "\x00\x00\x00\x18ftyp"} {
		f := commit(t, a, item(n, 0), []byte(head))
		if want := []string{".mpg", ".mpg", ".jpg", ".mp4"}[n]; filepath.Ext(f.Path) != want {
			t.Errorf("%q became %s, want %s", head[:8], f.Path, want)
		}
	}
}

func TestOneWriterPerRecording(t *testing.T) {
	a := open(t, t.TempDir())
	p := create(t, a, item(0, 0))
	_, err := a.Create(item(0, 0))
	wantKind(t, err, archive.InUse)
	closing(t, p)
	create(t, a, item(0, 0))
}

func TestSecondHikgrabIsRefused(t *testing.T) {
	a := open(t, t.TempDir())
	b, err := archive.Open(a.Dir(), nil)
	wantKind(t, err, archive.InUse)
	if b != nil || !strings.Contains(err.Error(), "process ") || !strings.Contains(err.Error(), " since ") {
		t.Errorf("Open = %v, %v: the other process is not named", b, err)
	}
	reopen(t, a)
}

func TestAttemptsSurvive(t *testing.T) {
	a := open(t, t.TempDir())
	next := time.Now().Add(time.Minute)
	camera := archive.CameraKey{Recorder: "10.20.0.11", Track: 201}
	must(t, a.NoteAttempt(item(0, 0), archive.Attempt{Count: 3, Next: next, Failure: "busy"}),
		a.NoteCamera(camera, archive.Outcome{State: "failed"}), a.NoteCamera(camera, archive.Outcome{State: "incomplete"}))
	for range 2 {
		got := a.Attempts(item(0, 0))
		if got.Count != 3 || !got.Next.Equal(next) || got.Failure != "busy" {
			t.Errorf("Attempts = %+v", got)
		}
		if s := a.CameraOutcome(camera); s.State != "incomplete" {
			t.Errorf("CameraOutcome = %+v", s)
		}
		if all := a.CameraOutcomes(); len(all) != 1 || all[camera].State != "incomplete" {
			t.Errorf("CameraOutcomes = %v", all)
		}
		a = reopen(t, a)
	}
	must(t, a.NoteAttempt(item(1, 0), archive.Attempt{Count: 1}), a.NoteAttempt(item(1, 0), archive.Attempt{}))
	commit(t, a, item(0, 0), movie(1, 100))
	for range 2 {
		if got := a.Attempts(item(1, 0)); got != (archive.Attempt{}) {
			t.Errorf("Attempts = %+v of a recording that was given a new start", got)
		}
		if got := a.Attempts(item(0, 0)); got != (archive.Attempt{}) {
			t.Errorf("Attempts = %+v of a recording that is done", got)
		}
		a = reopen(t, a)
	}
	if s := a.CameraOutcome(archive.CameraKey{Recorder: "10.20.0.11"}); s != (archive.Outcome{}) {
		t.Errorf("CameraOutcome = %+v of a recorder that never ended", s)
	}
}

func TestRecordersAndRunsAreRemembered(t *testing.T) {
	a := open(t, t.TempDir())
	facts := nvr.Facts{Serial: "DS-1", Clock: nvr.ClockUTC, Scheme: nvr.SchemeSHA256, LongestRange: time.Hour}
	run := archive.Run{Begun: morning, Took: time.Minute, Period: "today", Cameras: 3, Files: 20, Bytes: 1 << 40, ExitCode: 3}
	later := archive.Run{Begun: morning.Add(time.Hour)}
	camera := archive.CameraKey{"10.20.0.11", 201}
	outcome := archive.Outcome{State: "failed", Failure: "busy", What: "it is busy", From: morning, To: morning.Add(time.Hour), At: morning.Add(2 * time.Hour), Files: 1, Bytes: 5}
	must(t, a.NoteFacts("10.20.0.11", nvr.Facts{}), a.NoteFacts("10.20.0.11", facts), a.NoteRun(run), a.NoteRun(later), a.NoteCamera(camera, outcome))
	for range 2 {
		if got := a.Facts("10.20.0.11"); got != facts || a.Facts("10.20.0.12") != (nvr.Facts{}) {
			t.Errorf("Facts = %+v", got)
		}
		if got := a.Runs(); !slices.Equal(got, []archive.Run{later, run}) {
			t.Errorf("Runs = %+v", got)
		}
		if got := a.CameraOutcome(camera); got != outcome {
			t.Errorf("CameraOutcome = %+v", got)
		}
		a = reopen(t, a)
	}
}
