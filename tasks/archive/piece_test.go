package archive_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// minuteOf returns an item of two hours and 20 MB, of which a minute is wanted:
// from 09:15 to 09:16, after an hour.
func minuteOf() archive.Item {
	it := shot(0, archive.MP4, minuteOfSize)
	it.Recording.End = morning.Add(2 * time.Hour)
	it.Clip = archive.Span{From: morning.Add(time.Hour), To: morning.Add(61 * time.Minute)}
	return it
}

const minuteOfSize = 20_000_000

// pictures returns what a recorder sends for a time, in seconds from 09:15,
// with a key frame each second.
func pictures(from, to int) []byte {
	start := morning.Add(time.Hour + time.Duration(from)*time.Second)
	return recorded(start, time.Duration(to-from)*time.Second, simulator.Channel{}, int64(to-from)*16_000)
}

// withoutClock turns the maps that give the clock into padding.
func withoutClock(b []byte) []byte {
	return bytes.ReplaceAll(bytes.Clone(b), []byte{0, 0, 1, 0xBC}, []byte{0, 0, 1, 0xBE})
}

// withoutKey removes the first picture, which is a key frame.
func withoutKey(b []byte) []byte {
	pack := []byte{0, 0, 1, 0xBA}
	second := 44 + bytes.Index(b[44:], pack)
	return slices.Concat(b[:40], b[second:])
}

func TestPiece(t *testing.T) {
	right := pictures(-13, 73)
	harmed := bytes.Clone(right)
	copy(harmed[600_000:], make([]byte, 3000))
	for name, tt := range map[string]struct {
		b       []byte
		outcome string // "clip", "whole", "odd", or part of why it is not trusted
	}{
		"what was asked":          {right, "clip"},
		"from key frame":          {pictures(0, 60), "clip"},
		"begins within a group":   {withoutKey(right), "clip"},
		"begins too late":         {pictures(1, 73), "instead of"},
		"ends too early":          {pictures(-13, 59), "instead of"},
		"begins much too early":   {pictures(-80, 73), "instead of"},
		"ends much too late":      {pictures(-13, 140), "instead of"},
		"the beginning":           {pictures(-3600, -3515), "instead of"},
		"another hour":            {pictures(3600-13, 3600+73), "instead of"},
		"no clock":                {withoutClock(right), "carries no clock"},
		"damaged":                 {harmed, "damaged"},
		"no program stream":       {[]byte("\x00\x00\x00\x18ftypmp42" + strings.Repeat("x", 1000)), "carries no clock"},
		"a clock that was set":    {slices.Concat(pictures(-13, 10), pictures(14, 73)[40:]), "odd"},
		"all of it":               {pictures(-3600, -3500), "whole"},
		"nothing that is a video": {[]byte("<html>"), "not a recording"},
	} {
		t.Run(name, func(t *testing.T) {
			a, it := open(t, t.TempDir()), minuteOf()
			if tt.outcome == "whole" {
				it.Recording.Size = int64(len(tt.b))
			}
			p, err := a.CreatePiece(it)
			must(t, err)
			write(t, p, tt.b)
			f, err := p.Commit(t.Context(), archive.Try{Number: 1, Last: true, Receipt: receipt(len(tt.b))})
			switch tt.outcome {
			case "clip":
				if err != nil || p.Whole() || f.Path != "10.20.0.11/ch02/2026-11-03/20261103-091500_20261103-091600.mp4" ||
					framesIn(t, a, f) != 1500 || f.Fetched != int64(len(tt.b)) || !strings.HasPrefix(f.Notes[0], "fetched by time: the recorder sent 2026-11-03T09:1") {
					t.Errorf("%+v, %v", f, err)
				}
				for range 2 {
					wantStored(t, a, it, f)
					a = reopen(t, a)
				}
			case "whole":
				if err != nil || !p.Whole() || f.Notes[0] != archive.SentWhole {
					t.Errorf("%+v, %v", f, err)
				}
			default:
				odd := tt.outcome == "odd"
				if wantKind(t, err, archive.Damaged); errors.Is(err, archive.ErrOdd) != odd || !odd && !strings.Contains(err.Error(), tt.outcome) || odd && !strings.Contains(err.Error(), "the recorder's clock was set") {
					t.Errorf("Commit = %v", err)
				}
				if files := tree(t, a.Dir()); len(files) != 0 {
					t.Errorf("%v are there", files)
				}
			}
			if parts(t, a.Dir()) != 0 {
				t.Error("a part is left")
			}
		})
	}
}

// TestPieceThatCannotBeCut checks that such a piece is useless, whoever is at
// fault.
func TestPieceThatCannotBeCut(t *testing.T) {
	a, it, b := open(t, t.TempDir()), minuteOf(), pictures(-13, 73)
	a.WrapParts(func(f *os.File) archive.PartFile {
		if name := filepath.Base(f.Name()); strings.Contains(name, "_") && strings.HasSuffix(name, ".mp4.part") {
			return brokenFile{f}
		}
		return f
	})
	p, err := a.CreatePiece(it)
	if err != nil {
		t.Fatal(err)
	}
	write(t, p, b)
	_, err = p.Commit(t.Context(), try(1, len(b)))
	if wantKind(t, err, archive.Damaged); !errors.Is(err, archive.ErrOdd) || !strings.Contains(err.Error(), "it could not be cut: ") {
		t.Errorf("Commit = %v", err)
	}
	if files := tree(t, a.Dir()); len(files) != 0 || parts(t, a.Dir()) != 0 {
		t.Errorf("%v and %d parts are left", files, parts(t, a.Dir()))
	}
}

// TestPieceIsNotTheWhole checks that neither is ever continued as the other,
// and that the rest of a piece goes once its clip exists.
func TestPieceIsNotTheWhole(t *testing.T) {
	a, it, b := open(t, t.TempDir()), minuteOf(), pictures(-13, 73)
	half := len(b) / 2
	p, err := a.CreatePiece(it)
	must(t, err)
	write(t, p, b[:half])
	_, err = a.Create(it)
	wantKind(t, err, archive.InUse)
	closing(t, p)
	a = reopen(t, a)
	other := it
	other.Clip.To = other.Clip.To.Add(time.Second)
	for name, create := range map[string]func() (*archive.Part, error){
		"the whole":    func() (*archive.Part, error) { return a.Create(it) },
		"another clip": func() (*archive.Part, error) { return a.CreatePiece(other) },
	} {
		p, err := create()
		if err != nil || p.Offset() != 0 {
			t.Fatalf("%s: %d bytes are there, %v", name, p.Offset(), err)
		}
		closing(t, p)
	}
	if p, err = a.CreatePiece(it); err != nil || p.Offset() != int64(half) {
		t.Fatalf("%d of %d bytes are there, %v", p.Offset(), half, err)
	}
	closing(t, p)

	whole := create(t, a, it)
	a.DropPiece(it)
	if parts(t, a.Dir()) != 1 {
		t.Errorf("%d parts are there beside that of the whole", parts(t, a.Dir())-1)
	}
	closing(t, whole)
	if p, err = a.CreatePiece(it); err != nil || p.Offset() != 0 {
		t.Fatalf("%d bytes are there, %v", p.Offset(), err)
	}
	write(t, p, b[:half])
	closing(t, p)
	raw := it
	raw.Format = archive.Raw
	commit(t, a, raw, pictures(-3600, -3580))
	if _, ok, err := a.Convert(t.Context(), it); !ok || err != nil {
		t.Fatalf("Convert = %v, %v", ok, err)
	}
	a = reopen(t, a)
	if parts(t, a.Dir()) != 0 {
		t.Error("a piece is left whose clip is there")
	}
}

// TestSpaceForPiece checks that room is reserved for what comes, its MP4 and
// the clip of that.
func TestSpaceForPiece(t *testing.T) {
	a := open(t, t.TempDir())
	a.SetVolume(volumeOf(1<<30, 1000<<30)) // 256 MiB of them are left free
	p, err := a.CreatePiece(minuteOf())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Expect(250 << 20); err != nil {
		t.Error(err)
	}
	wantKind(t, p.Expect(260<<20), archive.NoRoom)
	closing(t, p)
}

func TestAsked(t *testing.T) {
	minute := func(n int) time.Time { return morning.Add(time.Duration(n) * time.Minute) }
	const margin = 12 * time.Second
	for name, tt := range map[string]struct {
		change func(*archive.Item)
		want   archive.Span // zero: all
		bytes  int64
	}{
		"inside":        {nil, archive.Span{From: minute(60).Add(-margin), To: minute(61).Add(margin)}, minuteOfSize * 84 / 7200},
		"the beginning": {func(it *archive.Item) { it.Clip = archive.Span{From: minute(-9), To: minute(1)} }, archive.Span{From: minute(0), To: minute(1).Add(margin)}, minuteOfSize * 72 / 7200},
		"the end":       {func(it *archive.Item) { it.Clip = archive.Span{From: minute(119)} }, archive.Span{From: minute(119).Add(-margin), To: minute(120)}, minuteOfSize * 72 / 7200},
		"everything":    {func(it *archive.Item) { it.Clip = archive.Span{} }, archive.Span{}, minuteOfSize},
		"nearly all":    {func(it *archive.Item) { it.Clip.From = minute(0); it.Clip.To = minute(115) }, archive.Span{}, minuteOfSize},
		"raw":           {func(it *archive.Item) { it.Format = archive.Raw }, archive.Span{}, minuteOfSize},
		"both":          {func(it *archive.Item) { it.Format = archive.Both }, archive.Span{}, minuteOfSize},
		"a photo":       {func(it *archive.Item) { it.Recording.Track = nvr.TrackOf(2, nvr.Photo) }, archive.Span{}, minuteOfSize},
		"doubtful":      {func(it *archive.Item) { it.Recording.Note = "the recorder lists it without a readable end" }, archive.Span{}, minuteOfSize},
		"of no time":    {func(it *archive.Item) { it.Recording.End = it.Recording.Start }, archive.Span{}, minuteOfSize},
		"unknown size":  {func(it *archive.Item) { it.Recording.Size = 0 }, archive.Span{From: minute(60).Add(-margin), To: minute(61).Add(margin)}, 0},
	} {
		it := minuteOf()
		if tt.change != nil {
			tt.change(&it)
		}
		span, ok := it.Asked()
		if ok != (tt.want != archive.Span{}) || ok && span != tt.want || it.Expected() != tt.bytes {
			t.Errorf("%s: %v, %v, %d bytes", name, span, ok, it.Expected())
		}
	}
}
