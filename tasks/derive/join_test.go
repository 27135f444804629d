package derive

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

func TestCameras(t *testing.T) {
	t.Parallel()
	got := Cameras([]archive.Finished{
		{Recorder: "b", Track: 201, Start: at(20), Label: "New", Camera: "Gate"},
		{Recorder: "b", Track: 101, Start: at(20), Label: "New"},
		{Recorder: "B", Track: 201, Start: at(0), Label: "Old", Camera: "Door"},
		{Recorder: "a", Track: 101, Start: at(20), End: at(30), Path: "short"},
		{Recorder: "a", Track: 101, Start: at(20), End: at(40), Path: "long"},
		{Recorder: "b", Track: 201, Start: at(30)},
	})
	if len(got) != 3 || got[0].Recorder != "a" || got[1].Track != 101 || got[2].Track != 201 {
		t.Fatalf("%+v", got)
	}
	if c := got[0]; c.Files[0].Path != "long" {
		t.Errorf("%+v", c.Files)
	}
	if c := got[2]; c.Label != "New" || c.Name != "Gate" || len(c.Files) != 3 || !c.Files[0].Start.Equal(at(0)) || !c.Files[2].Start.Equal(at(30)) {
		t.Errorf("%+v", c)
	}
	if got := Cameras(nil); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

const joinedDir = "joined/10.20.0.11/ch02/"

func TestJoin(t *testing.T) {
	t.Parallel()
	a := open(t)
	for n := range 3 { // with 5 s between the second and the third
		store(t, a, take{start: 20*n + n/2*5, seconds: 20})
	}
	const name = joinedDir + "20261103-081505_20261103-081600.mp4"
	w := archive.Span{From: at(5).Add(500 * time.Millisecond), To: at(60).Add(500 * time.Millisecond)}
	r := must(t, a, w, Join)
	wantFiles(t, r, 1, name)
	d := r.Files[0]
	// There is a key frame every second.
	if !d.Begins.Equal(at(5)) || !d.Start.Equal(at(5)) || !d.End.Equal(at(61)) || d.Frames != 25*(15+20+16) {
		t.Errorf("it shows %v to %v, %d frames", d.Begins, d.End, d.Frames)
	}
	wantListed(t, a, "10.20.0.11,Depot,2,Gate,201,", ",H.264,320,180,25,1275,56,")
	if want := []string{"joined from 3 recordings", "1 gap, 5s in all"}; !slices.Equal(d.Notes, want) || len(r.Notes) != 0 {
		t.Errorf("the notes are %q and %q, want %q", d.Notes, r.Notes, want)
	}
	if v, err := archive.Verify(t.Context(), filepath.Join(a.Dir(), "joined"), &archive.VerifyProgress{}); err != nil || v.Files != 1 || len(v.Deviations) > 0 {
		t.Errorf("by itself: %+v, %v", v, err)
	}

	before, err := os.Stat(filepath.Join(a.Dir(), name))
	if err != nil {
		t.Fatal(err)
	}
	r = must(t, a, w, Join)
	wantFiles(t, r, 0, name)
	if again := r.Files[0]; again.SHA256 != d.SHA256 || again.Frames != d.Frames || !again.Begins.Equal(d.Begins) || !slices.Equal(again.Notes, d.Notes) {
		t.Errorf("%+v, want %+v", again, d)
	}
	if after, err := os.Stat(filepath.Join(a.Dir(), name)); err != nil || !os.SameFile(before, after) {
		t.Errorf("it was made anew: %v", err)
	}

	// Another window is another file; more recordings in the same window replace
	// it.
	wantFiles(t, must(t, a, archive.Span{From: at(5), To: at(50)}, Join), 1, joinedDir+"20261103-081505_20261103-081550.mp4")
	store(t, a, take{start: 40, seconds: 5})
	r = must(t, a, w, Join)
	wantFiles(t, r, 1, name)
	if r.Files[0].Frames != d.Frames+125 || len(tree(t, a, "joined")) != 3 {
		t.Errorf("%d frames; %v", r.Files[0].Frames, tree(t, a, "joined"))
	}
}

// An open window is named after its content, and the joined file grows with
// that.
func TestJoinOpenWindow(t *testing.T) {
	t.Parallel()
	a := open(t)
	store(t, a, take{start: 0, seconds: 10})
	wantFiles(t, must(t, a, archive.Span{}, Join), 1, joinedDir+"20261103-081500_20261103-081510.mp4")
	store(t, a, take{start: 10, seconds: 10})
	want := joinedDir + "20261103-081500_20261103-081520.mp4"
	wantFiles(t, must(t, a, archive.Span{}, Join), 1, want)
	if files := tree(t, a, "joined"); !slices.Equal(files, []string{want, "joined/manifest.csv"}) {
		t.Errorf("%v is there", files)
	}
}

// The content of a joined file is never lost because recordings are gone.
func TestJoinKeepsMore(t *testing.T) {
	t.Parallel()
	a := open(t)
	first := store(t, a, take{start: 0, seconds: 10})
	store(t, a, take{start: 10, seconds: 10})
	w := archive.Span{From: at(0), To: at(30)}
	was := must(t, a, w, Join)
	whole := must(t, a, archive.Span{}, Join)
	remove(t, a, first.Path)
	store(t, a, take{start: 20, seconds: 6})
	var p Progress
	r, err := Join(t.Context(), a, theCamera(t, a), w, &p)
	if err != nil {
		t.Fatal(err)
	}
	wantFiles(t, r, 0, was.Files[0].Path)
	wantNote(t, r, was.Files[0].Path, "shows more", "move it away")
	if r.Files[0].SHA256 != was.Files[0].SHA256 {
		t.Error("it is another file")
	}
	// An open window gets a new file beside the older one.
	r, err = Join(t.Context(), a, theCamera(t, a), archive.Span{}, &p)
	if err != nil {
		t.Fatal(err)
	}
	wantFiles(t, r, 1, joinedDir+"20261103-081510_20261103-081526.mp4")
	if files := tree(t, a, "joined"); !slices.Contains(files, whole.Files[0].Path) {
		t.Errorf("%v is there", files)
	}
}

// If the picture changes, one file cannot hold everything.
func TestJoinSeveral(t *testing.T) {
	t.Parallel()
	a := open(t)
	store(t, a, take{start: 0, seconds: 10})
	odd := store(t, a, take{start: 10, seconds: 10, codec: simulator.H265})
	w := archive.Span{From: at(0), To: at(30)}
	const name = joinedDir + "20261103-081500_20261103-081530"
	r := must(t, a, w, Join)
	wantFiles(t, r, 2, name+".mp4", name+"-2.mp4")
	const why = "file 2 of 2: the codec changed from H.264 to H.265"
	if !slices.Contains(r.Files[1].Notes, why) || !strings.HasPrefix(r.Files[0].Notes[1], "file 1 of 2: ") || r.Files[1].Origin.Of != 2 || !r.Files[1].Begins.Equal(at(10)) {
		t.Errorf("%+v", r.Files[1])
	}
	wantListed(t, a, ",H.265,")
	wantFiles(t, must(t, a, w, Join), 0, name+".mp4", name+"-2.mp4")
	// A missing piece is made again.
	remove(t, a, name+"-2.mp4")
	wantFiles(t, must(t, a, w, Join), 2, name+".mp4", name+"-2.mp4")

	// Once one file holds everything, the second is removed.
	a2 := open(t)
	store(t, a2, take{start: 0, seconds: 4})
	odd = store(t, a2, take{start: 4, seconds: 4, codec: simulator.H265})
	wantFiles(t, must(t, a2, w, Join), 2, name+".mp4", name+"-2.mp4")
	remove(t, a2, odd.Path)
	store(t, a2, take{start: 4, seconds: 10})
	var p Progress
	got, err := Join(t.Context(), a2, theCamera(t, a2), w, &p)
	if err != nil {
		t.Fatal(err)
	}
	wantFiles(t, got, 1, name+".mp4")
	if files := tree(t, a2, "joined"); !slices.Equal(files, []string{name + ".mp4", "joined/manifest.csv"}) {
		t.Errorf("%v is there", files)
	}
}

// What cannot be joined is named; a raw file beside its MP4 is not.
func TestJoinLeavesOut(t *testing.T) {
	t.Parallel()
	a := open(t)
	store(t, a, take{start: 0, seconds: 10, both: true})
	raw := store(t, a, take{start: 10, seconds: 10, raw: true})
	r := must(t, a, archive.Span{}, Join)
	wantFiles(t, r, 1, joinedDir+"20261103-081500_20261103-081510.mp4")
	wantNote(t, r, "1 recording left out, no MP4: "+raw.Path)

	for n := range 5 {
		store(t, a, take{start: 20 + 10*n, seconds: 10, raw: true})
	}
	wantNote(t, must(t, a, archive.Span{From: at(10)}, Join), "6 recordings left out", "and 3 more")
	r = must(t, a, archive.Span{From: at(1000)}, Join)
	wantFiles(t, r, 0)
	wantNote(t, r, "no MP4 covers the period")
}

// A broken recording costs only itself.
func TestJoinDamaged(t *testing.T) {
	t.Parallel()
	a := open(t)
	store(t, a, take{start: 0, seconds: 10})
	bad := store(t, a, take{start: 10, seconds: 10})
	store(t, a, take{start: 20, seconds: 10})
	name := filepath.Join(a.Dir(), filepath.FromSlash(bad.Path))
	if err := os.WriteFile(name, make([]byte, bad.Bytes), 0o644); err != nil {
		t.Fatal(err)
	}
	var p Progress
	r, err := Join(t.Context(), a, theCamera(t, a), archive.Span{}, &p)
	if err != nil {
		t.Fatal(err)
	}
	wantNote(t, r, "1 recording left out, ", bad.Path)
	if len(r.Files) != 1 || r.Files[0].Frames != 500 || !slices.Contains(r.Files[0].Notes, "1 of them could not be used") {
		t.Errorf("%+v", r.Files)
	}
}

// Nothing is made from photos, and there is no note that they are not MP4s.
func TestPhotos(t *testing.T) {
	t.Parallel()
	a := open(t)
	c := Camera{Recorder: "10.20.0.11", Track: 203, Files: []archive.Finished{{Path: "x/1.jpg", Start: at(0), End: at(1)}}}
	for _, f := range []call{Join, Cut, everySecond} {
		var p Progress
		if r, err := f(t.Context(), a, c, archive.Span{}, &p); err != nil || len(r.Files) != 0 || !slices.Equal(r.Notes, []string{onlyPhotos}) {
			t.Errorf("%+v, %v", r, err)
		}
	}
}

// A period without recordings is reported, whatever was to be made.
func TestNothingInThePeriod(t *testing.T) {
	t.Parallel()
	a := open(t)
	store(t, a, take{seconds: 10})
	for _, f := range []call{Join, Cut, everySecond} {
		r := must(t, a, archive.Span{From: at(1000)}, f)
		wantFiles(t, r, 0)
		wantNote(t, r, "covers the period")
	}
}

func TestJoinStopped(t *testing.T) {
	t.Parallel()
	a := open(t)
	store(t, a, take{start: 0, seconds: 10})
	why := errors.New("the operator left")
	for _, f := range []call{Join, Cut} {
		ctx, stop := context.WithCancelCause(t.Context())
		stop(why)
		var p Progress
		r, err := f(ctx, a, theCamera(t, a), archive.Span{}, &p)
		if !errors.Is(err, why) || len(r.Files) != 0 {
			t.Errorf("%+v, %v", r, err)
		}
	}
	noDebris(t, a)
	if files := slices.Concat(tree(t, a, "joined"), tree(t, a, "cut")); len(files) != 0 {
		t.Errorf("%v is there", files)
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	a := open(t)
	for n := range 4 {
		store(t, a, take{start: 20 * n, seconds: 20})
	}
	const dir = "cut/10.20.0.11/ch02/2026-11-03/"
	w := archive.Span{From: at(5).Add(500 * time.Millisecond), To: at(51).Add(100 * time.Millisecond)}
	r := must(t, a, w, Cut)
	wantFiles(t, r, 3, dir+"20261103-081505_20261103-081520.mp4", dir+"20261103-081520_20261103-081540.mp4", dir+"20261103-081540_20261103-081551.mp4")
	for n, want := range []struct{ begins, end, frames int }{{5, 20, 375}, {20, 40, 500}, {40, 52, 300}} {
		if d := r.Files[n]; !d.Begins.Equal(at(want.begins)) || !d.End.Equal(at(want.end)) || d.Frames != want.frames || !strings.HasPrefix(d.Notes[0], "cut from 20261103-") {
			t.Errorf("clip %d: %+v", n, d)
		}
	}
	again := must(t, a, w, Cut)
	if len(again.Made) != 0 || len(again.Files) != 3 {
		t.Errorf("%+v", again)
	}
	r = must(t, a, archive.Span{From: at(1000), To: at(1001)}, Cut)
	wantFiles(t, r, 0)
	wantNote(t, r, "no MP4 covers")
}

// Clips of overlapping recordings would have the same name.
func TestCutOverlapping(t *testing.T) {
	t.Parallel()
	a := open(t)
	store(t, a, take{start: 0, seconds: 20})
	store(t, a, take{start: 2, seconds: 20})
	w := archive.Span{From: at(6), To: at(10)}
	r := must(t, a, w, Cut)
	if len(r.Made) != 2 || r.Files[0].Path == r.Files[1].Path {
		t.Errorf("%+v", r.Files)
	}
	if again := must(t, a, w, Cut); len(again.Made) != 0 || again.Files[0].Path != r.Files[0].Path || again.Files[1].Path != r.Files[1].Path {
		t.Errorf("%+v", again)
	}
}

// Cameras end at any time, so several are joined at once.
func TestJoinAtOnce(t *testing.T) {
	t.Parallel()
	a := open(t)
	for n := range 4 {
		store(t, a, take{start: 10 * n, seconds: 10})
	}
	c := theCamera(t, a)
	done := make(chan error)
	const many = 6
	for n := range many {
		go func() {
			var p Progress
			r, err := Join(t.Context(), a, c, archive.Span{From: at(n), To: at(30 + n)}, &p)
			if err == nil && len(r.Made) != 1 {
				err = errors.New("nothing was made")
			}
			done <- err
		}()
	}
	for range many {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if r := must(t, a, archive.Span{From: at(0), To: at(30)}, Join); len(r.Made) != 0 || len(tree(t, a, "joined")) != many+1 {
		t.Errorf("%+v", r)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	f := archive.Finished{Start: at(10), End: at(20)}
	for _, test := range []struct {
		w    archive.Span
		want string
	}{
		{archive.Span{}, "20261103-081510_20261103-081520"},
		{archive.Span{From: at(0), To: at(30)}, "20261103-081510_20261103-081520"},
		{archive.Span{From: at(12)}, "20261103-081512_20261103-081520"},
		{archive.Span{To: at(15)}, "20261103-081510_20261103-081515"},
		{archive.Span{From: at(12), To: at(15)}, "20261103-081512_20261103-081515"},
	} {
		if got := nameOf(f.Start, f.End, within(f, test.w)); got != test.want {
			t.Errorf("%v: %s, want %s", test.w, got, test.want)
		}
	}
}

func TestShows(t *testing.T) {
	t.Parallel()
	f := archive.Finished{Start: at(10), Begins: at(12), End: at(20)}
	for _, test := range []struct {
		w    archive.Span
		want bool
	}{
		{archive.Span{}, true},
		{archive.Span{From: at(19)}, true},
		{archive.Span{From: at(21)}, true}, // its clock is 2 s late
		{archive.Span{From: at(22)}, false},
		{archive.Span{To: at(10)}, false},
		{archive.Span{To: at(11)}, true},
		{archive.Span{From: at(13), To: at(14)}, true},
		{archive.Span{From: at(9).Add(-time.Hour), To: at(9)}, false},
	} {
		if got := shows(f, test.w); got != test.want {
			t.Errorf("%v: %v", test.w, got)
		}
	}
}
