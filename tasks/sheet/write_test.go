package sheet_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/sheet"
)

func TestTemplate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tasks.xlsx")
	if err := sheet.WriteTemplate(path, sheet.English); err != nil {
		t.Fatal(err)
	}
	private(t, path)

	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := f.GetSheetList(); !slices.Equal(got, []string{"Tasks", "Help"}) {
		t.Errorf("worksheets %q", got)
	}
	if panes, err := f.GetPanes("Tasks"); err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v (%v)", panes, err)
	}
	lists, err := f.GetDataValidations("Tasks")
	if err != nil || len(lists) != 2 || lists[0].Formula1 != `"main,sub,photo"` || lists[1].Formula1 != `"local,utc"` {
		t.Errorf("drop-downs %+v (%v)", lists, err)
	}
	for _, cell := range []string{"C2", "C9000", "D9000", "A1"} { // empty rows as well
		style, err := f.GetCellStyle("Tasks", cell)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := f.GetStyle(style); err != nil || s.NumFmt != 49 {
			t.Errorf("%s has number format %d (%v), not text", cell, s.NumFmt, err)
		}
	}
}

func TestRussianTemplate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tasks.xlsx")
	if err := sheet.WriteTemplate(path, sheet.Russian); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.GetSheetList(); !slices.Equal(got, []string{"Задания", "Справка"}) {
		t.Errorf("worksheets %q", got)
	}
	if got, err := f.GetRows("Задания"); err != nil || strings.Join(got[0], " ") != "регистратор порт логин пароль камеры дата с по поток тип объект сеть часовой пояс" {
		t.Errorf("headers %q, %v", got[0], err)
	}
	for row := 2; row <= 4; row++ {
		if err := f.SetCellStr("Задания", fmt.Sprintf("A%d", row), fmt.Sprintf("10.0.0.%d", row)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(f.Save(), f.Close()); err != nil {
		t.Fatal(err)
	}
	equal(t, rows(read(t, path)), []string{
		"10.0.0.2 | admin | ваш пароль | all | today | main | Пример: все камеры, сегодня",
		"10.0.0.3:8080 | admin | ваш пароль | 1 3 | 2026-11-03 08:00 to 2026-11-03 20:00 | main | Пример: две камеры, один день",
		"10.0.0.4 | operator | ваш пароль | 1 2 3 4 | 2026-11-03 to 2026-11-05 | sub | Пример: четыре камеры, второй поток",
	})
}

// Running hikgrab on the untouched template contacts nobody.
func TestTemplateIsRefusedUntilItIsFilledIn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tasks.xlsx")
	if err := sheet.WriteTemplate(path, sheet.English); err != nil {
		t.Fatal(err)
	}
	const still = ": this is still the example row; type your recorder's address, or delete the row"
	equal(t, faults(t, path), []string{"tasks.xlsx  Tasks!A2:A4" + still})

	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for row, host := range map[string]string{"A2": "10.0.0.5", "A3": "10.0.0.6", "A4": "https://10.0.0.7"} {
		if err := f.SetCellStr("Tasks", row, host); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(f.Save(), f.Close()); err != nil {
		t.Fatal(err)
	}
	equal(t, rows(read(t, path)), []string{
		"10.0.0.5 | admin | your password | all | today | main | Example: all cameras, today",
		"10.0.0.6:8080 | admin | your password | 1 3 | 2026-11-03 08:00 to 2026-11-03 20:00 | main | Example: two cameras, one day",
		"https://10.0.0.7 | operator | your password | 1 2 3 4 | 2026-11-03 to 2026-11-05 | sub | Example: four cameras, sub stream",
	})
}

func TestTemplateReplacesNothing(t *testing.T) {
	path := write(t, "tasks.xlsx", "mine")
	err := sheet.WriteTemplate(path, sheet.English)
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "mine" {
		t.Errorf("the file holds %q now (%v)", data, err)
	}
	for _, name := range []string{"tasks.csv", "tasks", "tasks.xlsm"} {
		path := filepath.Join(t.TempDir(), name)
		if err := sheet.WriteTemplate(path, sheet.English); err == nil || !strings.Contains(err.Error(), "tasks.xlsx") {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s was written", name)
		}
	}
	if err := sheet.WriteTemplate(filepath.Join(t.TempDir(), "missing", "tasks.xlsx"), sheet.Russian); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in a directory that is not there: %v", err)
	}
}

func private(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%s has mode %v, and holds passwords", path, info.Mode())
	}
}

func anyTask() *rapid.Generator[tasks.Task] {
	return rapid.Custom(func(t *rapid.T) tasks.Task {
		task := tasks.Task{
			Address: anyAddress().Draw(t, "address"),
			Login: nvr.Login{
				User: rapid.StringMatching(`[a-zA-Zа-я0-9._@-]{1,16}`).Draw(t, "user"),
				Password: nvr.Secret(rapid.OneOf(
					rapid.StringMatching(`[!-~]{1,16}`), rapid.StringMatching(`[!-~]{1,4} [а-яё🔑]{1,4} ?`), rapid.StringMatching(`0{0,3}[0-9]{1,20}`),
					rapid.SampledFrom([]string{"_x0041_", "_x0041_x005F_", "=1+1", "'quoted", "1e10", "TRUE", "#N/A", "1,3", "a\tb"}),
				).Draw(t, "password")),
			},
			Name:    rapid.StringMatching(`([A-Za-zА-Я0-9]{1,8} )?[A-Za-zА-Я0-9]{1,8}`).Draw(t, "name"),
			Network: rapid.SampledFrom([]string{"", "kazan", "Сеть 2"}).Draw(t, "network"),
			Kinds:   rapid.SampledFrom([]tasks.Kinds{"", "all", "motion", "alarm,smart"}).Draw(t, "kinds"),
			Stream:  nvr.Stream(rapid.IntRange(0, 3).Draw(t, "stream")),
			Clock:   nvr.Clock(rapid.IntRange(0, 2).Draw(t, "clock")),
		}
		if rapid.Bool().Draw(t, "some cameras") {
			task.Cameras = anyPicks().Draw(t, "cameras")
			for _, name := range rapid.SliceOfNDistinct(rapid.StringMatching(`[А-Я][а-я]{2,5}[,;"]? ?[0-9]`), 0, 2, rapid.ID[string]).Draw(t, "names") {
				task.Cameras = append(task.Cameras, tasks.Pick{Name: name})
			}
		}
		if rapid.Bool().Draw(t, "a period") {
			day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 500).Draw(t, "day"))
			task.Period.From = tasks.Moment{Day: day}
			task.Period.To = tasks.Moment{Day: day.AddDate(0, 0, 1), HasClock: true, Clock: time.Duration(rapid.IntRange(0, 86400).Draw(t, "clock time")) * time.Second}
		}
		return task
	})
}

func anyAddress() *rapid.Generator[nvr.Address] {
	return rapid.Custom(func(t *rapid.T) nvr.Address {
		a := nvr.Address{
			Host: rapid.OneOf(
				rapid.StringMatching(`10\.[1-9]\.[1-9]\.[1-9]`), rapid.StringMatching(`[a-z]{1,8}\.[a-z]{2,5}`), rapid.Just("2001:db8::5"),
			).Draw(t, "host"),
			Port: rapid.IntRange(1, 65535).Draw(t, "port"),
		}
		if a.HTTPS = rapid.Bool().Draw(t, "https"); a.HTTPS {
			if rapid.Bool().Draw(t, "pinned") {
				a.Fingerprint = strings.Repeat("0a", 32)
			}
			a.LegacyTLS = rapid.Bool().Draw(t, "legacy")
		}
		return a
	})
}

// Read reads what is written, to the last character of a password.
func TestWhatIsWrittenReadsBack(t *testing.T) {
	checks := flag.Lookup("rapid.checks").Value
	usual := checks.String()
	if err := checks.Set("25"); err != nil { // each writes and reads a file
		t.Fatal(err)
	}
	defer func() { _ = checks.Set(usual) }()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		distinct := func(a tasks.Task) nvr.Address { return nvr.Address{Host: a.Address.Host, Port: a.Address.Port} }
		list := rapid.SliceOfNDistinct(anyTask(), 1, 4, distinct).Draw(t, "tasks")
		list = slices.DeleteFunc(list, func(task tasks.Task) bool {
			return strings.HasPrefix(string(task.Login.Password), "env:") || strings.HasPrefix(string(task.Login.Password), "file:")
		})
		if len(list) == 0 {
			return
		}
		path := filepath.Join(dir, "tasks.xlsx")
		if err := sheet.WriteAll(path, list); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.Remove(path) }()
		s, err := sheet.Read(path, sheet.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Tasks) != len(list) {
			t.Fatalf("%d tasks became %d: %q", len(list), len(s.Tasks), s.Notices)
		}
		for i, got := range s.Tasks {
			want := list[i]
			if got.Address != want.Address || got.Login != want.Login || got.Name != want.Name || got.Network != want.Network || got.Kinds != want.Kinds || got.Period != want.Period ||
				got.Stream != want.Stream || got.Clock != want.Clock || !slices.Equal(got.Cameras, distinctCameras(want)) {
				t.Fatalf("wrote %+v %q\nread  %+v %q", want, string(want.Login.Password), got, string(got.Login.Password))
			}
		}
	})
}

// distinctCameras returns a task's cameras without those that appear twice, as
// channel 1 and as track 101.
func distinctCameras(t tasks.Task) []tasks.Pick {
	seen := map[tasks.Pick]bool{}
	return slices.DeleteFunc(slices.Clone(t.Cameras), func(p tasks.Pick) bool {
		if p.Stream == 0 {
			p.Stream = t.Stream
		}
		twice := seen[p]
		seen[p] = true
		return twice
	})
}
