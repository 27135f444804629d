package archive

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// told opens an archive that collects what it tells of finished files.
func told(t *testing.T, dir string) (*Archive, *[]Distant) {
	t.Helper()
	var all []Distant
	a, err := Open(dir, nil, WithFinished(func(d Distant) { all = append(all, d) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, a) })
	return a, &all
}

// overTheWire sends files from one machine to another.
func overTheWire(t *testing.T, files []Distant) (arrived []Distant) {
	t.Helper()
	text, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &arrived); err != nil {
		t.Fatal(err)
	}
	return arrived
}

func TestFilesAreToldUntilTheCatalogueHasThem(t *testing.T) {
	machine, finished := told(t, t.TempDir())
	for n := range 3 {
		it := item(n, 1000)
		it.Network = "kazan"
		commit(t, machine, it, movie(uint64(n), 1000))
	}
	if len(*finished) != 3 || (*finished)[0].Network() != "kazan" || (*finished)[0].Recorder() != "10.20.0.11" {
		t.Fatalf("told %v", *finished)
	}
	if err := machine.NoteTold("first", (*finished)[:1]); err != nil {
		t.Fatal(err)
	}
	machine = reopen(t, machine)
	left, err := machine.Untold("first")
	if err != nil || len(left) != 2 || left[0].Path() != (*finished)[1].Path() {
		t.Errorf("untold after one was told: %v, %v", left, err)
	}
	if all, err := machine.Untold("another"); err != nil || len(all) != 3 {
		t.Errorf("untold to another catalogue: %v, %v", all, err)
	}
	if err := os.Remove(filepath.Join(machine.Dir(), left[0].Path())); err != nil {
		t.Fatal(err)
	}
	if left, err := machine.Untold("first"); err != nil || len(left) != 1 {
		t.Errorf("a file that is gone is told: %v, %v", left, err)
	}
}

func TestTheCatalogueKnowsWhoHasWhat(t *testing.T) {
	machine, finished := told(t, t.TempDir())
	for n := range 3 {
		commit(t, machine, item(n, 1000), movie(uint64(n), 1000))
	}
	files := overTheWire(t, *finished)
	c := open(t, t.TempDir())
	name, err := c.Catalogue("C1")
	if err != nil || name != "C1" {
		t.Fatal(name, err)
	}
	for _, step := range []struct {
		who, key string
		files    []Distant
		news     int
	}{{"spb-2", "K2", files[:2], 2}, {"spb-2", "K2", files[:2], 0}, {"kazan-1", "K1", files[1:], 2}} {
		news, err := c.NoteElsewhere(step.who, step.key, step.files)
		n := 0
		for _, is := range news {
			if is {
				n++
			}
		}
		if err != nil || n != step.news {
			t.Errorf("%s tells: %v, %v", step.who, news, err)
		}
	}
	for _, compact := range []int{100_000, 0} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		again := open(t, c.Dir())
		again.compactAfter = compact
		c = again
		if name, _ := c.Catalogue("other"); name != "C1" {
			t.Errorf("the catalogue is called %q", name)
		}
		if who, bytes, ok := c.Elsewhere(item(0, 1000), "K1"); !ok || who != "spb-2" || bytes != 1000 {
			t.Errorf("the first recording is at %q, %d bytes, %v", who, bytes, ok)
		}
		if _, _, ok := c.Elsewhere(item(0, 1000), "K2"); ok {
			t.Error("a machine's own file counts as elsewhere")
		}
		other := item(0, 1000)
		other.Network = "spb"
		if _, _, ok := c.Elsewhere(other, "K1"); ok {
			t.Error("a recording of another network's recorder of that address counts")
		}
		page, next := c.ElsewhereOf("", "10.20.0.11", "K1", 0, 2)
		if len(page) != 2 || next != 2 {
			t.Errorf("the first page is %v, then %d", page, next)
		}
		if page, next = c.ElsewhereOf("", "10.20.0.11", "K2", 2, 2); len(page) != 1 || page[0].Machine != "kazan-1" || next != 0 {
			t.Errorf("the last page is %v, then %d", page, next)
		}
		written, err := c.WriteFleet()
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(written.Path)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		closing(t, f)
		if err != nil || len(rows) != 4 || rows[0][0] != "machine" || rows[0][1] != "network" || rows[0][2] != "recorder" {
			t.Fatalf("the list is %v, %v", rows, err)
		}
		second := rows[2]
		if second[0] != "spb-2" || second[9] != (*finished)[1].Path() || !strings.Contains(second[len(second)-1], "also on kazan-1: ") {
			t.Errorf("a recording that two have is listed as %q", second)
		}
	}
}

// A machine that was told what others have does not fetch it, as long as it
// wants the same of it.
func TestWhatOthersHaveIsBelieved(t *testing.T) {
	machine, finished := told(t, t.TempDir())
	commit(t, machine, item(0, 1000), movie(0, 1000))
	other := open(t, t.TempDir())
	other.Believe("", "10.20.0.11", []Remote{(*finished)[0].Remote("spb-2", "K2")})
	if who, _, ok := other.Elsewhere(item(0, 1000), "K1"); !ok || who != "spb-2" {
		t.Errorf("it is at %q, %v", who, ok)
	}
	if _, _, ok := other.Elsewhere(item(1, 1000), "K1"); ok {
		t.Error("another recording is there as well")
	}
	cut := item(0, 1000)
	cut.Format, cut.Clip = MP4, Span{From: morning.Add(time.Minute), To: morning.Add(2 * time.Minute)}
	k := Remote{ID: identify(cut), Form: asMovie, Clip: cut.clip()}
	whole := item(0, 1000)
	whole.Format = MP4
	if !k.serves(cut) || k.serves(whole) {
		t.Error("a clip serves for the whole, or not for itself")
	}
	if other = reopen(t, other); len(other.index.elsewhere) != 0 {
		t.Error("what was only believed is remembered")
	}
}

func FuzzDistant(f *testing.F) {
	f.Add([]byte(`{"t":"done","id":"00112233445566778899aabbccddeeff","path":"a/b.mp4","bytes":1,"recorder":"10.0.0.1","track":101,"start":"2026-11-03T08:00:00","end":"2026-11-03T08:10:00"}`))
	f.Add([]byte(`{"id":"00112233445566778899aabbccddeeff","path":"=cmd\u001b[2J","begins":"x","notes":["=1+1"],"start":"2026-11-03T08:00:00","end":"2026-11-03T08:10:00"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var d Distant
		if json.Unmarshal(text, &d) != nil {
			return
		}
		for _, s := range []string{d.Recorder(), d.Network(), d.Label(), d.Path()} {
			if s != printable(s) || len(s) > 1024 {
				t.Errorf("%q came through", s)
			}
		}
		if line := d.r.row(); strings.ContainsAny(string(line[:len(line)-1]), "\x1b\r\n") {
			t.Errorf("the line is %q", line)
		}
		if _, err := json.Marshal(d); err != nil {
			t.Error(err)
		}
		d.Finished()
	})
}
