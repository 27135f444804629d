package archive_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr/media/mediatest"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// If cutting would leave everything or nothing, the whole is kept under its own
// name, and the request is fulfilled.
func TestUncut(t *testing.T) {
	b := lateFootage(simulator.H264)
	longer := clipped(archive.MP4, len(b), 40, 50)
	longer.Recording.End = morning.Add(time.Minute)
	for name, tt := range map[string]struct {
		it         archive.Item
		path, note string
	}{
		"everything": {clipped(archive.MP4, len(b), 1, 20), shotName + ".mp4", ""},
		"nothing":    {longer, "10.20.0.11/ch02/2026-11-03/20261103-081500_20261103-081600.mp4", "not cut: it has no pictures in the period"},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, t.TempDir())
			f := commit(t, a, tt.it, b)
			wantMovie(t, a, f)
			if n := framesIn(t, a, f); n != 500 || f.Path != tt.path {
				t.Errorf("%d pictures, %+v", n, f)
			}
			if tt.note != "" && !slices.Contains(f.Notes, tt.note) || tt.note == "" && len(f.Notes) != 0 {
				t.Errorf("the notes are %q", f.Notes)
			}
			for range 2 {
				for _, it := range []archive.Item{tt.it, whole(tt.it)} {
					wantStored(t, a, it, f)
				}
				a = reopen(t, a)
			}
			if files := tree(t, a.Dir()); len(files) != 1 || parts(t, a.Dir()) != 0 {
				t.Errorf("%v and %d parts are there", files, parts(t, a.Dir()))
			}
		})
	}
}

// If hikgrab is stopped before noting that the whole serves the clip, the next
// run finds that out without a download.
func TestUncutIsFoundOutAgain(t *testing.T) {
	a := open(t, t.TempDir())
	b := lateFootage(simulator.H264)
	it := clipped(archive.MP4, len(b), 1, 20)
	loseDone(a)
	f := commit(t, a, it, b)
	a = reopen(t, a)
	wantStored(t, a, whole(it), f)
	if s, ok := a.Stored(it); ok {
		t.Errorf("Stored = %+v although nobody knows that yet", s)
	}
	if again, ok, err := a.Convert(t.Context(), it); !ok || err != nil || again.Path != f.Path || again.SHA256 != f.SHA256 || len(again.Notes) != 0 {
		t.Errorf("Convert = %+v, %v, %v", again, ok, err)
	}
	if s, ok := a.Stored(it); !ok || s.Path != f.Path || len(tree(t, a.Dir())) != 1 {
		t.Errorf("Stored = %+v, %v, %v are there", s, ok, tree(t, a.Dir()))
	}
}

// A damaged recording stays whole as the recorder sent it, beside its clip.
func TestClipBesideRaw(t *testing.T) {
	b := lateFootage(simulator.H264)
	harmed := bytes.Clone(b)
	copy(harmed[300_000:], make([]byte, 3000))
	for name, tt := range map[string]struct {
		f archive.Format
		b []byte
	}{"damaged": {archive.MP4, harmed}, "both": {archive.Both, b}} {
		t.Run(name, func(t *testing.T) {
			a := open(t, t.TempDir())
			it := clipped(tt.f, len(tt.b), 5, 9)
			p := create(t, a, it)
			write(t, p, tt.b)
			f, err := p.Commit(t.Context(), archive.Try{Number: 1, Last: true, Receipt: receipt(len(tt.b))})
			must(t, err)
			wantMovie(t, a, f)
			want := []string{shotName + ".mpg", f.Path}
			if files := tree(t, a.Dir()); !slices.Equal(files, want) || parts(t, a.Dir()) != 0 {
				t.Errorf("%v and %d parts are there, want %v", files, parts(t, a.Dir()), want)
			}
			wantStored(t, a, it, f)
		})
	}
}

// A whole file is not fetched again for a clip of it.
func TestConvertToClip(t *testing.T) {
	b := lateFootage(simulator.H264)
	it := clipped(archive.MP4, len(b), 5, 9)
	straight := open(t, t.TempDir())
	want := commit(t, straight, it, b)
	for name, tt := range map[string]struct {
		there archive.Format
		spoil string // extension of the file that somebody changed
		ok    bool
	}{
		"of the raw file":                  {archive.Raw, "", true},
		"of the MP4":                       {archive.MP4, "", true},
		"of the MP4 beside the raw file":   {archive.Both, "", true},
		"of the raw file beside a bad MP4": {archive.Both, ".mp4", true},
		"of a bad MP4":                     {archive.MP4, ".mp4", false},
		"of a bad raw file":                {archive.Raw, ".mpg", false},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, t.TempDir())
			commit(t, a, shot(0, tt.there, len(b)), b)
			files := tree(t, a.Dir())
			for _, file := range files {
				if filepath.Ext(file) == tt.spoil {
					spoil(t, filepath.Join(a.Dir(), file))
				}
			}
			if _, ok := a.Stored(it); ok {
				t.Error("the whole counts as its clip")
			}
			f, ok, err := a.Convert(t.Context(), it)
			if ok != tt.ok || err != nil {
				t.Fatalf("Convert = %+v, %v, %v", f, ok, err)
			}
			if ok && (f.Path != want.Path || f.SHA256 != want.SHA256 || f.Fetched != want.Fetched) {
				t.Errorf("Convert = %+v, want %+v", f, want)
			}
			if ok {
				files = append(files, f.Path)
			}
			if now := tree(t, a.Dir()); len(now) != len(files) || parts(t, a.Dir()) != 0 {
				t.Errorf("%v and %d parts are there, want %v", now, parts(t, a.Dir()), files)
			}
			// If everything lies between the key frames, the whole serves.
			all := clipped(archive.MP4, len(b), 1, 20)
			if again, ok, err := a.Convert(t.Context(), all); ok != tt.ok || err != nil || ok && !strings.HasPrefix(again.Path, shotName) {
				t.Errorf("Convert to all of it = %+v, %v, %v", again, ok, err)
			}
			if _, ok := a.Stored(all); ok != tt.ok {
				t.Errorf("it is remembered that nothing is to be cut: %v", ok)
			}
		})
	}
}

// A clip without sound has none, whatever it is made from; existing files keep
// their sound.
func TestSilentClip(t *testing.T) {
	b := lateFootage(simulator.H264)
	it := clipped(archive.MP4, len(b), 5, 9)
	it.DropAudio = true
	want := commit(t, open(t, t.TempDir()), it, b)
	hasSound := func(a *archive.Archive, f archive.File) bool {
		t.Helper()
		file, err := os.Open(pathOf(a.Dir(), f.Path))
		must(t, err)
		defer closing(t, file)
		m, err := mediatest.ReadMovie(file, f.Bytes)
		if err != nil || len(m.Track("vide").Samples) == 0 {
			t.Fatalf("%s: %v", f.Path, err)
		}
		return m.Track("soun").Handler != ""
	}
	for _, there := range []archive.Format{archive.Raw, archive.MP4, archive.Both} {
		a := open(t, t.TempDir())
		all := commit(t, a, shot(0, there, len(b)), b)
		f, ok, err := a.Convert(t.Context(), it)
		if !ok || err != nil || f.Path != want.Path || f.SHA256 != want.SHA256 {
			t.Fatalf("of %v: %+v, %v, %v, want %+v", there, f, ok, err, want)
		}
		if hasSound(a, f) {
			t.Errorf("the clip made of %v has sound", there)
		}
		if there != archive.Raw && !hasSound(a, all) {
			t.Errorf("the sound of %s is gone", all.Path)
		}
		it.DropAudio = false
		wantStored(t, a, it, f)
		it.DropAudio = true
	}
}

// A disk that fills while the clip is written keeps the download.
func TestDiskFullWhileCutting(t *testing.T) {
	a := open(t, t.TempDir())
	room := 50_000
	a.WrapParts(func(f *os.File) archive.PartFile {
		if strings.Contains(filepath.Base(f.Name()), "_") {
			return fullFile{f, &room, nil}
		}
		return f
	})
	b := lateFootage(simulator.H264)
	it := clipped(archive.MP4, len(b), 5, 9)
	p := create(t, a, it)
	write(t, p, b)
	_, err := p.Commit(t.Context(), try(1, len(b)))
	wantKind(t, err, archive.Full)
	if files := tree(t, a.Dir()); len(files) != 0 || parts(t, a.Dir()) != 1 {
		t.Errorf("%v are there, and %d parts", files, parts(t, a.Dir()))
	}
	a = reopen(t, a)
	p = create(t, a, it)
	if p.Offset() != int64(len(b)) {
		t.Fatalf("Offset = %d", p.Offset())
	}
	f, err := p.Commit(t.Context(), try(2, len(b)))
	must(t, err)
	wantMovie(t, a, f)
}

// A clip that fails for another reason leaves the whole.
func TestFailedCut(t *testing.T) {
	a := open(t, t.TempDir())
	a.WrapParts(func(f *os.File) archive.PartFile {
		if strings.Contains(filepath.Base(f.Name()), "_") {
			return brokenFile{f}
		}
		return f
	})
	b := lateFootage(simulator.H264)
	it := clipped(archive.MP4, len(b), 5, 9)
	f := commit(t, a, it, b)
	if n := framesIn(t, a, f); n != 500 || len(f.Notes) != 1 || !strings.HasPrefix(f.Notes[0], "it could not be cut: ") || parts(t, a.Dir()) != 0 {
		t.Errorf("%d pictures, %+v", n, f)
	}
	a.WrapParts(func(f *os.File) archive.PartFile { return f })
	if s, ok := a.Stored(it); ok {
		t.Errorf("Stored = %+v: the disk's fault is taken for the recording's", s)
	}
	f, ok, err := a.Convert(t.Context(), it)
	if !ok || err != nil || framesIn(t, a, f) != 125 {
		t.Errorf("Convert = %+v, %v, %v", f, ok, err)
	}
}

// Space for a clip is reserved beside that for the MP4 it is cut from.
func TestSpaceForClip(t *testing.T) {
	a := open(t, t.TempDir())
	a.SetVolume(volumeOf(1<<30, 1000<<30))
	it := shot(0, archive.MP4, 380<<20)
	closing(t, create(t, a, it)) // twice that and the floor
	it.Clip.To = it.Recording.Start.Add(time.Second)
	_, err := a.Create(it)
	wantKind(t, err, archive.NoRoom)
	it.Recording.End = it.Recording.Start.Add(24 * time.Hour)
	create(t, a, it) // a minute of a day is little
}

// A lost journal costs neither clips nor whole files, even if the layout has
// changed since.
func TestLostJournalOfClips(t *testing.T) {
	b := lateFootage(simulator.H264)
	for _, layout := range []string{archive.DefaultLayout, "{name}/{camera}/{start}"} {
		a := open(t, t.TempDir())
		items := []archive.Item{clipped(archive.MP4, len(b), 5, 9), shot(0, archive.MP4, len(b)), clipped(archive.MP4, len(b), 0, 5)}
		var files []archive.File
		for _, it := range items {
			files = append(files, commit(t, a, it, b))
		}
		must(t, a.Close())
		forget(t, a.Dir(), ownDir)
		a = open(t, a.Dir(), archive.WithLayout(layoutOf(t, layout)))
		for n, it := range items {
			wantStored(t, a, it, files[n])
		}
		if paths := manifestPaths(t, a.Dir()); len(paths) != 3 || paths[files[0].Path] != 1 {
			t.Errorf("the manifest lists %v", paths)
		}
		listed, err := a.Finished()
		if of := a.FinishedOf(items); err != nil || len(of) != 3 || len(listed) != 3 || !slices.Contains(listed, of[0]) || !slices.Contains(listed, of[1]) {
			t.Errorf("Finished = %+v, %v, FinishedOf = %+v", listed, err, of)
		}
	}
}
