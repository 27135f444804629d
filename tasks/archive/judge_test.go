package archive_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// refuse checks that what came is taken for damaged, and returns why.
func refuse(t *testing.T, a *archive.Archive, it archive.Item, b []byte) (why string) {
	t.Helper()
	p := create(t, a, it)
	write(t, p, b)
	_, err := p.Commit(t.Context(), try(1, len(b)))
	wantKind(t, err, archive.Damaged)
	return err.Error()
}

func TestDamagedTwice(t *testing.T) {
	good := footage(t, 0, simulator.H264)
	harmed := slices.Concat(good[:100_000], good[130_000:])
	for _, format := range []archive.Format{archive.Raw, archive.MP4} {
		a := open(t, t.TempDir())
		it := shot(0, format, 0)
		why := refuse(t, a, it, harmed)
		if len(tree(t, a.Dir())) != 0 || parts(t, a.Dir()) != 0 || !strings.Contains(why, "it is damaged: ") {
			t.Errorf("after %v there are %v and %d parts", why, tree(t, a.Dir()), parts(t, a.Dir()))
		}
		a = reopen(t, a) // it is remembered
		f := commit(t, a, it, harmed)
		if len(f.Notes) != 1 || !strings.HasPrefix(f.Notes[0], "damaged, the same in 2 downloads: ") {
			t.Errorf("Notes = %q", f.Notes)
		}
		for _, row := range manifestRows(t, a.Dir())[1:] {
			if row[at("notes")] != f.Notes[0] {
				t.Errorf("the manifest notes %q", row[at("notes")])
			}
		}
		if n := len(tree(t, a.Dir())); n != 1+int(format) {
			t.Errorf("%d files as %v", n, format)
		}
		a = reopen(t, a)
		if _, ok := a.Stored(it); !ok {
			t.Error("it is not stored")
		}
		if n, bytes := a.RawBesideMP4(); n != int(format) || bytes != int64(n*len(harmed)) {
			t.Errorf("as %v, %d raw files of %d bytes stand beside MP4s", format, n, bytes)
		}
	}
}

func TestDamagedAndThen(t *testing.T) {
	good := footage(t, 0, simulator.H264)
	harm := func(n int) []byte { return slices.Concat(good[:100_000*n], good[100_000*n+30_000:]) }
	t.Run("good", func(t *testing.T) {
		a := open(t, t.TempDir())
		refuse(t, a, shot(0, archive.MP4, 0), harm(1))
		if f := commit(t, a, shot(0, archive.MP4, 0), good); len(f.Notes) != 0 || len(tree(t, a.Dir())) != 1 {
			t.Errorf("%+v", f)
		}
	})
	t.Run("in other ways", func(t *testing.T) {
		a := open(t, t.TempDir())
		refuse(t, a, shot(0, archive.MP4, 0), harm(1))
		refuse(t, a, shot(0, archive.MP4, 0), harm(2))
		f := commit(t, a, shot(0, archive.MP4, 0), harm(1)[:200_000])
		if len(f.Notes) != 2 || !strings.Contains(f.Notes[1], "differently in each of 3 downloads") {
			t.Errorf("Notes = %q", f.Notes)
		}
	})
	t.Run("no try left", func(t *testing.T) {
		a := open(t, t.TempDir())
		p := create(t, a, shot(0, archive.MP4, 0))
		write(t, p, harm(1))
		f, err := p.Commit(t.Context(), archive.Try{Number: 1, Last: true, Receipt: receipt(len(harm(1)))})
		if err != nil || len(f.Notes) != 1 || !strings.Contains(f.Notes[0], "no tries are left") {
			t.Errorf("%+v, %v", f, err)
		}
	})
	t.Run("like others of the recorder", func(t *testing.T) {
		a := open(t, t.TempDir())
		for n := range 3 {
			it := shot(n, archive.Raw, 0)
			refuse(t, a, it, harm(1))
			commit(t, a, it, harm(1))
			a = reopen(t, a) // it is remembered from run to run
		}
		if f := commit(t, a, shot(8, archive.Raw, 0), harm(1)); !strings.Contains(strings.Join(f.Notes, "; "), "like others of this recorder") {
			t.Errorf("Notes = %q", f.Notes)
		}
		other := shot(9, archive.Raw, 0)
		other.Recorder = "10.20.0.12"
		refuse(t, a, other, harm(1))
	})
	t.Run("a habit excuses nothing else", func(t *testing.T) {
		dir := t.TempDir()
		plantJournal(t, dir, []byte(journalHeader+line(`{"t":"habit","recorder":"10.20.0.11","problem":"ends early","attempts":3}`)))
		refuse(t, open(t, dir), shot(0, archive.Raw, 0), harm(1))
	})
}

// TestForeign keeps an unknown container if it came the same twice, or if the
// recorder's own bytes are wanted, provided its length is exactly as announced
// and it is not text.
func TestForeign(t *testing.T) {
	stream := append([]byte("4HKH"), bytes.Repeat([]byte{0, 1, 2, 3}, 1000)...)
	for _, format := range []archive.Format{archive.MP4, archive.Both} {
		a := open(t, t.TempDir())
		for n := range 3 {
			it := shot(n, format, len(stream))
			refuse(t, a, it, stream)
			f := commit(t, a, it, stream)
			notes := strings.Join(f.Notes, "; ")
			if !strings.HasSuffix(f.Path, ".mpg") || !strings.Contains(notes, "kept as it came, the same in 2 downloads: Hikvision 4HKH stream") || !strings.Contains(notes, "it cannot be made into an MP4") {
				t.Errorf("%s, %q", f.Path, notes)
			}
			if _, ok := a.Stored(it); !ok {
				t.Error("it would be fetched again")
			}
		}
		if f := commit(t, a, shot(9, format, len(stream)), stream); !strings.Contains(f.Notes[0], "like others of this recorder") {
			t.Errorf("%q", f.Notes)
		}
		refuse(t, a, shot(8, format, len(stream)-1), stream)
		refuse(t, a, shot(7, format, 8), []byte("Not here"))
	}
	a := open(t, t.TempDir())
	if f := commit(t, a, shot(0, archive.Raw, len(stream)), stream); len(f.Notes) != 1 || f.Notes[0] != "kept as it came, unchecked: Hikvision 4HKH stream" {
		t.Errorf("%q", f.Notes)
	}
}

func TestCutBetweenPacks(t *testing.T) {
	b := footage(t, 0, simulator.H264)
	at := bytes.LastIndex(b[:150_000], []byte{0, 0, 1, 0xBA})
	for size, wanted := range map[int64]archive.Kind{0: archive.Damaged, int64(at): archive.KindUnknown} {
		a := open(t, t.TempDir())
		it := shot(0, archive.Raw, int(size))
		p := create(t, a, it)
		write(t, p, b[:at])
		f, err := p.Commit(t.Context(), archive.Try{Number: 1, Receipt: nvr.Receipt{Length: int64(at), Unverified: size == 0}})
		if archive.KindOf(err) != wanted || (err == nil) != (wanted == archive.KindUnknown) {
			t.Errorf("announced %d: %v", size, err)
		}
		if err == nil && (len(f.Notes) != 1 || !strings.Contains(f.Notes[0], "earlier than the search said")) {
			t.Errorf("Notes = %q", f.Notes)
		}
	}
}

// What was closed or estimated is noted, and downloading it again would not
// help.
func TestOdd(t *testing.T) {
	a := open(t, t.TempDir())
	b := slices.Concat(footage(t, 0, simulator.H264), footage(t, 30, simulator.H264)[40:])
	for n, format := range []archive.Format{archive.Raw, archive.MP4} {
		it := shot(0, format, len(b))
		it.Recording.Track += nvr.Track(100 * n)
		f := commit(t, a, it, b)
		want := []string{"time stamps jump (1); the recorder's clock was set (1)"} // and not again for the MP4
		if !slices.Equal(f.Notes, want) {
			t.Errorf("as %v the notes are %q, want %q", format, f.Notes, want)
		}
	}
	for _, row := range manifestRows(t, a.Dir())[1:] {
		if row[at("notes")] != "time stamps jump (1); the recorder's clock was set (1)" {
			t.Errorf("the manifest notes %q", row[at("notes")])
		}
	}
}
