package archive_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// told opens an archive and collects its reports of finished files.
func told(t *testing.T, dir string) (*archive.Archive, *[]archive.Distant) {
	t.Helper()
	var all []archive.Distant
	return open(t, dir, archive.WithFinished(func(d archive.Distant) { all = append(all, d) })), &all
}

// overTheWire sends files from one machine to another.
func overTheWire(t *testing.T, files []archive.Distant) (arrived []archive.Distant) {
	t.Helper()
	text, err := json.Marshal(files)
	must(t, err, json.Unmarshal(text, &arrived))
	return arrived
}

func TestFilesAreReportedUntilTheCatalogueHasThem(t *testing.T) {
	machine, finished := told(t, t.TempDir())
	for n := range 3 {
		it := item(n, 1000)
		it.Network = "kazan"
		commit(t, machine, it, movie(uint64(n), 1000))
	}
	if len(*finished) != 3 || (*finished)[0].Network() != "kazan" || (*finished)[0].Recorder() != "10.20.0.11" {
		t.Fatalf("told %v", *finished)
	}
	must(t, machine.NoteTold("first", (*finished)[:1]))
	machine = reopen(t, machine)
	left, err := machine.Untold("first")
	if err != nil || len(left) != 2 || left[0].Path() != (*finished)[1].Path() {
		t.Errorf("untold after one was told: %v, %v", left, err)
	}
	if all, err := machine.Untold("another"); err != nil || len(all) != 3 {
		t.Errorf("untold to another catalogue: %v, %v", all, err)
	}
	forget(t, machine.Dir(), left[0].Path())
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
		files    []archive.Distant
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
	for _, compact := range []int{100_000, -1, 100_000} {
		c = reopen(t, c, archive.CompactAfter(compact))
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
		_, err := c.WriteFleet()
		must(t, err)
		rows, err := csv.NewReader(bytes.NewReader(fileBytes(t, c.Dir(), archive.FleetName))).ReadAll()
		if err != nil || len(rows) != 4 || rows[0][0] != "machine" || rows[0][1] != "network" || rows[0][2] != "recorder" {
			t.Fatalf("the list is %v, %v", rows, err)
		}
		second := rows[2]
		if second[0] != "spb-2" || second[9] != (*finished)[1].Path() || !strings.Contains(second[len(second)-1], "also on kazan-1: ") {
			t.Errorf("a recording that two have is listed as %q", second)
		}
	}
}

// A machine does not fetch what others are known to have, as long as it wants
// the same of it.
func TestWhatOthersHaveIsBelieved(t *testing.T) {
	machine, finished := told(t, t.TempDir())
	commit(t, machine, item(0, 1000), movie(0, 1000))
	b := lateFootage(simulator.H264)
	cut := clipped(archive.MP4, len(b), 5, 9)
	cut.Recording.Name = "another"
	commit(t, machine, cut, b)
	other := open(t, t.TempDir())
	for _, d := range *finished {
		other.Believe("", "10.20.0.11", []archive.Remote{d.Remote("spb-2", "K2")})
	}
	for _, it := range []archive.Item{item(0, 1000), cut} {
		if who, _, ok := other.Elsewhere(it, "K1"); !ok || who != "spb-2" {
			t.Errorf("it is at %q, %v", who, ok)
		}
	}
	for what, it := range map[string]archive.Item{"another recording": item(1, 1000), "the whole of a clip": whole(cut)} {
		if _, _, ok := other.Elsewhere(it, "K1"); ok {
			t.Errorf("%s is there as well", what)
		}
	}
	if _, _, ok := reopen(t, other).Elsewhere(cut, "K1"); ok {
		t.Error("what was only believed is remembered")
	}
}
