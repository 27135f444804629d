package archive_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"example.com/hikgrab/nvr/media/mediatest"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

func TestVerify(t *testing.T) {
	a := open(t, t.TempDir())
	dir := a.Dir()
	var at archive.VerifyProgress
	var files []archive.File
	for n := range 6 {
		b := footage(t, n, simulator.H264)
		files = append(files, commit(t, a, shot(n, archive.MP4, len(b)), b))
	}
	// The operator's own files are not ours.
	put(t, filepath.Join(dir, "tasks.xlsx"), []byte("mine"))
	v, err := archive.Verify(t.Context(), dir, &at) // while another hikgrab works there
	if err != nil || v.Files != 6 || len(v.Deviations) != 0 || at.Done.Load() != v.Bytes || at.Total.Load() != v.Bytes {
		t.Fatalf("%+v, %v, %d of %d bytes read", v, err, at.Done.Load(), at.Total.Load())
	}

	name := func(n int) string { return pathOf(dir, files[n].Path) }
	b := fileBytes(t, dir, files[1].Path)
	spoil(t, name(0))
	put(t, name(1), b[:1000])
	put(t, name(4), append(fileBytes(t, dir, files[4].Path), 0))
	must(t, os.Remove(name(2)), os.Rename(name(3), name(3)+".bak"), os.Mkdir(name(3), 0o755))
	if v, err = archive.Verify(t.Context(), dir, &archive.VerifyProgress{}); err != nil {
		t.Fatal(err)
	}
	want := []archive.Deviation{
		{archive.Changed, files[0].Path, "same size, different content"},
		{archive.Changed, files[1].Path, "1000 bytes, " /* and so on */},
		{archive.Missing, files[2].Path, ""},
		{archive.Changed, files[3].Path, "it is not a regular file"},
		{archive.Extra, files[3].Path + ".bak", ""},
		{archive.Changed, files[4].Path, fmt.Sprintf("%d bytes, %d are listed", files[4].Bytes+1, files[4].Bytes)},
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
	if _, err := archive.Verify(t.Context(), dir, &archive.VerifyProgress{}); !errors.Is(err, archive.ErrNoManifest) {
		t.Errorf("without a manifest: %v", err)
	}
	put(t, filepath.Join(dir, manifestName), []byte("a,b\n1,2\n"))
	if _, err := archive.Verify(t.Context(), dir, &archive.VerifyProgress{}); !errors.Is(err, archive.ErrNoManifest) {
		t.Errorf("with somebody else's manifest: %v", err)
	}
}

// Whatever a manifest names, nothing outside the directory is read.
func TestVerifyStaysInside(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "secret"), []byte("mine"))
	in := filepath.Join(dir, "in")
	plantManifest(t, in, []byte(manifestHeader+"\n"+listLine("../secret", 4, nil)))
	v, err := archive.Verify(t.Context(), in, &archive.VerifyProgress{})
	if err != nil || len(v.Deviations) != 1 || v.Deviations[0].Kind != archive.Unreadable {
		t.Errorf("%+v, %v", v, err)
	}
}

// Joined and cut files are compared with their own manifests; stills, and such
// directories without a manifest, are ignored.
func TestVerifyTrees(t *testing.T) {
	a := open(t, t.TempDir())
	dir := a.Dir()
	f := commit(t, a, item(0, 0), movie(1, 1000))
	made := movie(2, 2000)
	lines := []byte(manifestHeader + "\n")
	for _, name := range []string{"x/good.mp4", "x/changed.mp4", "x/missing.mp4", "../../outside"} {
		lines = append(lines, listLine(name, 2000, made)...)
	}
	plant := func(name string, b []byte) { t.Helper(); put(t, pathOf(dir, name), b) }
	for _, name := range []string{"joined/x/extra.mp4", "cut/x/other.mp4", "frames/1s/x/20261103-081500.000.jpg", "joined/notes.txt", "joined/x/changed.mp4"} {
		plant(name, []byte("something"))
	}
	check := func(want ...archive.Deviation) {
		t.Helper()
		var p archive.VerifyProgress
		v, err := archive.Verify(t.Context(), dir, &p)
		if err != nil || p.Done.Load() != p.Total.Load() {
			t.Fatalf("%v, %d of %d bytes", err, p.Done.Load(), p.Total.Load())
		}
		for i := range v.Deviations {
			v.Deviations[i].Detail = ""
		}
		if !slices.Equal(v.Deviations, want) {
			t.Errorf("%+v, want %+v", v.Deviations, want)
		}
	}
	check()
	plant("joined/"+manifestName, lines)
	plant("joined/x/good.mp4", made)
	plant("cut/"+manifestName, []byte("mine"))
	check(
		archive.Deviation{Kind: archive.Unreadable, Path: "joined/../../outside"},
		archive.Deviation{Kind: archive.Changed, Path: "joined/x/changed.mp4"},
		archive.Deviation{Kind: archive.Extra, Path: "joined/x/extra.mp4"},
		archive.Deviation{Kind: archive.Missing, Path: "joined/x/missing.mp4"},
	)
	spoil(t, filepath.Join(dir, "joined", "x", "good.mp4"))
	spoil(t, filepath.Join(dir, f.Path))
	plant("cut/"+manifestName, lines[:len(manifestHeader)+1])
	check(
		archive.Deviation{Kind: archive.Changed, Path: f.Path},
		archive.Deviation{Kind: archive.Extra, Path: "cut/x/other.mp4"},
		archive.Deviation{Kind: archive.Unreadable, Path: "joined/../../outside"},
		archive.Deviation{Kind: archive.Changed, Path: "joined/x/changed.mp4"},
		archive.Deviation{Kind: archive.Extra, Path: "joined/x/extra.mp4"},
		archive.Deviation{Kind: archive.Changed, Path: "joined/x/good.mp4"},
		archive.Deviation{Kind: archive.Missing, Path: "joined/x/missing.mp4"},
	)
	v, err := archive.Verify(t.Context(), filepath.Join(dir, "joined"), &archive.VerifyProgress{}) // by itself
	if err != nil || v.Files != 4 || len(v.Deviations) != 5 {
		t.Errorf("%+v, %v", v, err)
	}
}

// TestVerifyOutdated names the MP4s from earlier runs whose sound some programs
// misread, and no others.
func TestVerifyOutdated(t *testing.T) {
	a := open(t, t.TempDir())
	f := commit(t, a, shot(0, archive.MP4, 0), footage(t, 0, simulator.H264))
	commit(t, a, shot(1, archive.MP4, 0), footage(t, 1, simulator.H264))
	b := mediatest.Edit(fileBytes(t, a.Dir(), f.Path), func(m *mediatest.Box) {
		sizes := m.Boxes[2].Find("mdia", "minf", "stbl", "stsz")
		sizes.Body = mediatest.Full(0, binary.BigEndian.Uint32(sizes.Body[12:]), binary.BigEndian.Uint32(sizes.Body[8:]))
	})
	put(t, pathOf(a.Dir(), f.Path), b)
	plantManifest(t, a.Dir(), bytes.Replace(manifestBytes(t, a.Dir()), []byte(f.SHA256), []byte(sumOf(b)), 1))
	v, err := archive.Verify(t.Context(), a.Dir(), &archive.VerifyProgress{})
	if err != nil || len(v.Deviations) != 0 || len(v.Outdated) != 1 || v.Outdated[0].Path != f.Path || v.Outdated[0].Kind != archive.Outdated {
		t.Errorf("%+v, %v", v, err)
	}
}
