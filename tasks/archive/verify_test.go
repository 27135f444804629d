package archive

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"example.com/hikgrab/nvr/simulator"
)

func TestVerify(t *testing.T) {
	a := open(t, t.TempDir())
	dir := a.Dir()
	var at VerifyProgress
	var files []File
	for n := range 5 {
		b := footage(t, n, simulator.H264)
		files = append(files, commit(t, a, shot(n, MP4, len(b)), b))
	}
	// The operator's own files are none of ours.
	put(t, filepath.Join(dir, "tasks.xlsx"), []byte("mine"))
	v, err := Verify(t.Context(), dir, &at) // while another hikgrab is at work there
	if err != nil || v.Files != 5 || len(v.Deviations) != 0 || at.Done.Load() != v.Bytes || at.Total.Load() != v.Bytes {
		t.Fatalf("%+v, %v, %d of %d bytes read", v, err, at.Done.Load(), at.Total.Load())
	}

	name := func(n int) string { return filepath.Join(dir, filepath.FromSlash(files[n].Path)) }
	b, err := os.ReadFile(name(0))
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	put(t, name(0), b)
	put(t, name(1), b[:1000])
	if err := errors.Join(os.Remove(name(2)), os.Rename(name(3), name(3)+".bak"), os.Mkdir(name(3), 0o755)); err != nil {
		t.Fatal(err)
	}
	if v, err = Verify(t.Context(), dir, &VerifyProgress{}); err != nil {
		t.Fatal(err)
	}
	want := []Deviation{
		{Changed, files[0].Path, "the bytes are others, though as many"},
		{Changed, files[1].Path, "1000 bytes, " /* and so on */},
		{Missing, files[2].Path, ""},
		{Changed, files[3].Path, "it is no plain file"},
		{Extra, files[3].Path + ".bak", ""},
	}
	if len(v.Deviations) != len(want) {
		t.Fatalf("%+v", v.Deviations)
	}
	for i, d := range v.Deviations {
		if d.Kind != want[i].Kind || d.Path != want[i].Path || len(d.Detail) < len(want[i].Detail) || d.Detail[:len(want[i].Detail)] != want[i].Detail {
			t.Errorf("%+v, want %+v", d, want[i])
		}
	}
}

func TestVerifyWithoutManifest(t *testing.T) {
	dir := t.TempDir()
	if _, err := Verify(t.Context(), dir, &VerifyProgress{}); !errors.Is(err, ErrNoManifest) {
		t.Errorf("without a manifest: %v", err)
	}
	put(t, filepath.Join(dir, manifestName), []byte("a,b\n1,2\n"))
	if _, err := Verify(t.Context(), dir, &VerifyProgress{}); !errors.Is(err, ErrNoManifest) {
		t.Errorf("with somebody else's manifest: %v", err)
	}
}

// A manifest can name what it likes: nothing outside the directory is read.
func TestVerifyStaysInside(t *testing.T) {
	dir := t.TempDir()
	r := itemRecord(doneRecord, item(0, 4))
	r.Path, r.Bytes, r.At = "../secret", 4, morning
	put(t, filepath.Join(dir, "secret"), []byte("mine"))
	in := filepath.Join(dir, "in")
	if err := os.Mkdir(in, 0o755); err != nil {
		t.Fatal(err)
	}
	plantManifest(t, in, append([]byte(manifestHeader+"\n"), manifestLine(r)...))
	v, err := Verify(t.Context(), in, &VerifyProgress{})
	if err != nil || len(v.Deviations) != 1 || v.Deviations[0].Kind != Unreadable {
		t.Errorf("%+v, %v", v, err)
	}
}
