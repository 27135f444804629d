package command

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/tasks/archive"
)

// collect starts "hikgrab collect" with the address and directory of serve.
func (s *squad) collect(flags ...string) *process {
	s.t.Helper()
	p := s.start("collect", append([]string{"collect", "--plain", "--listen", s.listen, "-o", "boss"}, flags...)...)
	s.await(p, "machines can join at")
	return p
}

// fetched lets machines fetch everything, with nothing collected.
func (s *squad) fetched(machines ...string) {
	s.t.Helper()
	boss := s.serve("-j", "0")
	s.invite("a.invite")
	all := []*process{boss}
	for _, name := range machines {
		all = append(all, s.work(name, "a.invite"))
	}
	for _, p := range all {
		s.exits(p, 0)
	}
}

// listed returns the rows of a coordinator's CSV file, by column.
func (s *squad) listed(name string) (rows []map[string]string) {
	s.t.Helper()
	f, err := os.Open(filepath.Join(s.dir, "boss", name))
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil || len(lines) == 0 {
		s.t.Fatalf("%v, %v", lines, err)
	}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, column := range lines[0] {
			row[column] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// atHome checks that every recording except those of some machines is listed
// exactly once in the coordinator's manifest, as in fleet.csv, and is there
// byte for byte.
func (s *squad) atHome(but ...string) {
	s.t.Helper()
	missing := map[string]map[string]string{}
	for _, row := range s.listed("fleet.csv") {
		row["recorder"] = archive.AtHome(row["network"], row["recorder"])
		if !slices.Contains(but, row["machine"]) {
			missing[row["recorder"]+row["sha256"]+row["start"]] = row
		}
	}
	for _, row := range s.listed("manifest.csv") {
		key := row["recorder"] + row["sha256"] + row["start"]
		there := missing[key]
		if there == nil {
			s.t.Errorf("listed twice, or not told: %v", row)
			continue
		}
		delete(missing, key)
		for _, column := range []string{"channel", "track", "end", "bytes", "path", "id"} {
			if own := column == "path" || column == "id"; row[column] != there[column] && (there["network"] == "" || !own) {
				s.t.Errorf("%s is %q here and %q there", column, row[column], there[column])
			}
		}
		f, err := os.Open(filepath.Join(s.dir, "boss", filepath.FromSlash(row["path"])))
		if err != nil {
			s.t.Error(err)
			continue
		}
		if s.sum(f) != row["sha256"] {
			s.t.Errorf("%s is not what it should be", row["path"])
		}
		_ = f.Close()
	}
	for _, row := range missing {
		s.t.Errorf("not home: %s of %s", row["path"], row["machine"])
	}
}

func (s *squad) partsAtHome() int {
	entries, err := os.ReadDir(filepath.Join(s.dir, "boss", ".hikgrab", "parts"))
	if err != nil {
		s.t.Fatal(err)
	}
	return len(entries)
}

func TestFilesAreCollected(t *testing.T) {
	s := newSquad(t, plot{recorders: 3, files: 4})
	s.fetched("one", "two")
	home := s.collect()
	one, two := s.work("one"), s.work("two")
	s.exits(home, 0)
	s.exits(one, 0) // they exit when nothing is left to collect
	s.exits(two, 0)
	s.atHome()
	s.complete() // the machines' files have not changed
	if n := s.partsAtHome(); n != 0 {
		t.Errorf("%d parts are left", n)
	}
	if out, err := s.command("", "verify", "boss").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if notes := s.listed("fleet.csv")[0]["notes"]; !strings.Contains(notes, "also here: ") {
		t.Errorf("the list of the fleet notes %q", notes)
	}
	again := s.collect()
	s.work("one")
	s.work("two")
	s.exits(again, 0)
	if said := again.out.String(); !strings.Contains(said, "every file that the machines reported is here") || strings.Contains(said, "has arrived") {
		t.Errorf("once more it says\n%s", said)
	}
}

// Killed at any moment, either end continues where it was. An absent machine is
// reported, and its files stay listed as being there.
func TestFilesAreCollectedThroughKills(t *testing.T) {
	const size = 3 << 20
	s := newSquad(t, plot{recorders: 2, files: 3, size: size})
	s.fetched("one", "two")
	home := s.collect("--limit", "4M")
	one, _ := s.work("one"), s.work("two")
	s.await(home, "has arrived")
	s.kill(home)
	home = s.collect("--limit", "4M")
	s.await(home, "has arrived")
	s.kill(one)
	s.work("one")
	s.exits(home, 0)
	s.atHome()
	if n := s.partsAtHome(); n != 0 {
		t.Errorf("%d parts are left", n)
	}
}

func TestLongAMachineIsNotThereToCollectFrom(t *testing.T) {
	long(t)
	var s *squad
	for tries := 1; s == nil || s.has("one") == 0 || s.has("two") == 0; tries++ { // one machine may do everything
		if tries > 5 {
			t.Fatal("one machine did everything, five times")
		}
		s = newSquad(t, plot{recorders: 4, files: 3, rate: 100_000})
		s.fetched("one", "two")
	}
	home := s.collect("--patience", "5s")
	two := s.work("two")
	s.exits(home, 3)
	if said := home.out.String(); !strings.Contains(said, "one is not there") || !strings.Contains(said, `start "hikgrab work" there`) {
		t.Errorf("it says\n%s", said)
	}
	s.exits(two, 0)
	s.atHome("one")
	s.complete()
}

// If a machine's file differs from its report, the machine is named and the
// file is not taken.
func TestLongAMachineSendsOtherBytes(t *testing.T) {
	long(t)
	s := newSquad(t, plot{recorders: 1, files: 3})
	s.fetched("one")
	name := filepath.Join(s.home("one"), filepath.FromSlash(s.listed("fleet.csv")[1]["path"]))
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/2] ^= 1
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	home := s.collect()
	s.work("one")
	s.exits(home, 3)
	if said := home.out.String(); !strings.Contains(said, "one sent different bytes than it reported") || !strings.Contains(said, "2 of 3 files collected") {
		t.Errorf("it says\n%s", said)
	}
	if n := len(s.listed("manifest.csv")); n != 2 {
		t.Errorf("%d files are listed", n)
	}
	if n := s.partsAtHome(); n != 0 {
		t.Errorf("%d parts are left", n)
	}
}

// With --collect, files are collected while others are being fetched.
func TestServeCollects(t *testing.T) {
	s := newSquad(t, plot{recorders: 4, files: 4, rate: 150_000})
	boss := s.serve("-j", "1", "--collect")
	s.invite("a.invite")
	one, two := s.work("one", "a.invite"), s.work("two", "a.invite")
	s.until("something is home before all is fetched", func() bool {
		return strings.Contains(boss.out.String(), "has arrived") && s.downloads() < 16
	})
	s.exits(boss, 0)
	s.exits(one, 0)
	s.exits(two, 0)
	s.complete()
	s.atHome()
	if said := boss.out.String(); strings.Count(said, "has arrived") == 0 || strings.Contains(said, scriptPassword) {
		t.Errorf("it says\n%s", said)
	}
	began := time.Now()
	again := s.serve("-j", "1", "--collect")
	s.exits(again, 0)
	if took := time.Since(began); took > 30*time.Second || s.downloads() != 16 {
		t.Errorf("once more took %s and %d downloads", took, s.downloads()-16)
	}
	s.atHome()
}

// --join makes files of a camera whose recordings two machines fetched.
func TestFilesAreDerivedFromThoseOfTwoMachines(t *testing.T) {
	s := newSquad(t, plot{recorders: 1, files: 4})
	for _, turn := range []struct{ name, until string }{{"one", "2026-11-03 08:19:59"}, {"two", "2026-11-03"}} {
		boss := s.serve("-j", "0", "--format", "mp4", "--to", turn.until)
		if turn.name == "one" {
			s.invite("a.invite")
		}
		s.exits(s.work(turn.name, "a.invite"), 0)
		s.exits(boss, 0)
	}
	home := s.collect("--join")
	s.work("one")
	s.work("two")
	s.exits(home, 0)
	s.atHome()
	joined, _ := filepath.Glob(filepath.Join(s.dir, "boss", "joined", "*", "ch01", "*.mp4"))
	if said := home.out.String(); len(joined) != 1 || !strings.Contains(said, "joined from 4 recordings") {
		t.Errorf("joined are %v\n%s", joined, said)
	}
}
