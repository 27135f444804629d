package archive_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// A volume without room for the MP4 keeps the part until there is some.
func TestNoRoomForMP4(t *testing.T) {
	a := open(t, t.TempDir())
	b := footage(t, 0, simulator.H264)
	room := len(b) + 100_000
	fillDisk(a, &room)
	it := shot(0, archive.MP4, len(b))
	p := create(t, a, it)
	write(t, p, b)
	_, err := p.Commit(t.Context(), try(1, len(b)))
	wantKind(t, err, archive.Full)
	if parts(t, a.Dir()) != 1 || len(tree(t, a.Dir())) != 0 {
		t.Errorf("%d parts and %v are left", parts(t, a.Dir()), tree(t, a.Dir()))
	}
	room = 1 << 30
	p = create(t, a, it)
	if p.Offset() != int64(len(b)) {
		t.Errorf("Offset = %d", p.Offset())
	}
	f, err := p.Commit(t.Context(), try(1, len(b)))
	must(t, err)
	wantMovie(t, a, f)

	a.SetVolume(volumeOf(150<<20, 1000<<30))
	_, err = a.Create(shot(1, archive.MP4, 0))
	wantKind(t, err, archive.NoRoom)
	a.SetVolume(volumeOf(1<<30, 1000<<30))
	_, err = a.Create(shot(1, archive.MP4, 400<<20))
	wantKind(t, err, archive.NoRoom) // twice that and the floor
	create(t, a, shot(1, archive.MP4, 380<<20))
}

// An MP4 that cannot be written for another reason leaves the raw file.
func TestFailedConversion(t *testing.T) {
	a := open(t, t.TempDir())
	a.WrapParts(func(f *os.File) archive.PartFile {
		if strings.HasSuffix(f.Name(), ".mp4.part") {
			return brokenFile{f}
		}
		return f
	})
	b := footage(t, 0, simulator.H264)
	f := commit(t, a, shot(0, archive.MP4, len(b)), b)
	if filepath.Ext(f.Path) != ".mpg" || len(f.Notes) != 1 || !strings.HasPrefix(f.Notes[0], "it could not be made into an MP4: ") || parts(t, a.Dir()) != 0 {
		t.Errorf("%+v, %d parts", f, parts(t, a.Dir()))
	}
}

// An MP4 is only kept if the disk returns what was written to it, and if it has
// every picture that came.
func TestForgetfulDisk(t *testing.T) {
	b := footage(t, 0, simulator.H264)
	for name, tt := range map[string]struct {
		suffix   string // of the file that the disk loses
		from, to int64
		want     string
	}{
		"the download, read again": {".part", 300_000, 330_000, "it could not be made into an MP4: it has "},
		"the MP4":                  {".mp4.part", 0, 8, "it could not be made into an MP4: the MP4 has a box of 0 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, t.TempDir())
			a.WrapParts(func(f *os.File) archive.PartFile {
				if strings.HasSuffix(f.Name(), ".mp4.part") == (tt.suffix == ".mp4.part") {
					return forgetful{f, tt.from, tt.to}
				}
				return f
			})
			it := shot(0, archive.MP4, len(b))
			if tt.suffix == ".part" {
				it.Recording.End = morning.Add(time.Second) // and it lasts longer
			}
			f := commit(t, a, it, b)
			if filepath.Ext(f.Path) != ".mpg" || len(f.Notes) != 1 || !strings.HasPrefix(f.Notes[0], tt.want) || parts(t, a.Dir()) != 0 {
				t.Errorf("%+v, %d parts", f, parts(t, a.Dir()))
			}
		})
	}
}

// paused returns a recording whose pictures stop after about ten seconds, and
// resume 90 s later with a key frame, as if nothing had moved.
func paused() []byte {
	b := recorded(morning, 110*time.Second, simulator.Channel{}, 3_300_000)
	keyFrame := func(at int) int { // the pack of the first one from there on; each follows a map
		at += bytes.Index(b[at:], []byte{0, 0, 1, 0xBC})
		return bytes.LastIndex(b[:at], []byte{0, 0, 1, 0xBA})
	}
	return slices.Concat(b[:keyFrame(300_000)], b[keyFrame(3_000_000):])
}

// A gap beyond the recording's length is closed, and a note says why the raw
// file stays.
func TestGapBeyondSpan(t *testing.T) {
	b := paused()
	for name, tt := range map[string]struct {
		length time.Duration
		format archive.Format
		notes  []string
	}{
		"within":       {110 * time.Second, archive.MP4, nil},
		"beyond":       {20 * time.Second, archive.MP4, []string{"time stamps jump (1)", "the recorder's clock was set (1)"}},
		"beyond, both": {20 * time.Second, archive.Both, []string{"time stamps jump (1)", "the recorder's clock was set (1)"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, t.TempDir())
			it := shot(0, tt.format, len(b))
			it.Recording.End = morning.Add(tt.length)
			f := commit(t, a, it, b)
			wantMovie(t, a, f)
			if !slices.Equal(f.Notes, tt.notes) {
				t.Errorf("the notes are %q, want %q", f.Notes, tt.notes)
			}
			files := 1
			if tt.notes != nil {
				files = 2
			}
			if got := tree(t, a.Dir()); len(got) != files {
				t.Errorf("%v are there", got)
			}
			for _, row := range manifestRows(t, a.Dir())[1:] {
				if row[at("notes")] != strings.Join(tt.notes, "; ") {
					t.Errorf("the manifest notes %q of %s", row[at("notes")], row[at("path")])
				}
			}
		})
	}
}
