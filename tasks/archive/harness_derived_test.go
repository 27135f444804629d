package archive_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"example.com/hikgrab/nvr/media/splice"
	"example.com/hikgrab/tasks/archive"
)

// Files made from recordings.

// boxesOf returns an MP4 with valid boxes and any content.
func boxesOf(content string) []byte {
	var b []byte
	for _, box := range []struct{ kind, content string }{{"ftyp", "isom"}, {"moov", ""}, {"mdat", content}} {
		b = binary.BigEndian.AppendUint32(b, uint32(8+len(box.content)))
		b = append(append(b, box.kind...), box.content...)
	}
	return b
}

// requested returns the n-th request; content stands for its sources.
func requested(n int, content string) archive.Deriving {
	start := morning.Add(time.Duration(n) * time.Hour)
	return archive.Deriving{
		Tree: archive.JoinedTree, Dir: archive.CameraDir("10.20.0.11", 201), Name: start.Format("20060102-150405"),
		Recorder: "10.20.0.11", Label: "Depot", Camera: "=Gate", Track: 201,
		Shows: splice.File{
			Start: start.Add(40 * time.Millisecond), End: start.Add(time.Hour),
			Codec: "H.264", Width: 320, Height: 180, Frames: 90_000, Bytes: 1000,
		},
		Notes:  []string{"joined from 4 recordings", "1 gap, 3m10s in all"},
		Origin: archive.Origin{Request: fmt.Sprintf("%08x", n), Sources: sumOf([]byte(content))[:16], Number: 1, Of: 1},
	}
}

// holding writes an MP4 with that content.
func holding(content string) func(io.WriteSeeker) error {
	return func(w io.WriteSeeker) error { _, err := w.Write(boxesOf(content)); return err }
}

func derive(a *archive.Archive, m archive.Deriving, content string) (archive.Derived, error) {
	return a.Derive(context.Background(), m, holding(content), new(atomic.Int64))
}

func mustDerive(t *testing.T, a *archive.Archive, m archive.Deriving, content string) archive.Derived {
	t.Helper()
	d, err := derive(a, m, content)
	must(t, err)
	return d
}

// wantTree checks that the tree contains exactly those files, and that Verify
// agrees.
func wantTree(t *testing.T, a *archive.Archive, want map[string]string) {
	t.Helper()
	v, err := archive.Verify(t.Context(), filepath.Join(a.Dir(), "joined"), &archive.VerifyProgress{})
	if err != nil || len(v.Deviations) > 0 || v.Files != len(want) {
		t.Errorf("%d files are listed, not %d; %v, %v", v.Files, len(want), v.Deviations, err)
	}
	for name, content := range want {
		wantFile(t, a, name, boxesOf(content))
	}
}

func sameDerived(d, e archive.Derived) bool {
	return d.Finished == e.Finished && d.Origin == e.Origin && d.Frames == e.Frames && slices.Equal(d.Notes, e.Notes)
}
