package sheet_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/sheet"
)

// write writes content to a file of that name and returns its path.
func write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	writeFile(t, path, content)
	return path
}

// workbook saves what fill makes as tasks.xlsx and returns its path.
func workbook(t testing.TB, fill func(f *excelize.File)) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tasks.xlsx")
	f := excelize.NewFile()
	fill(f)
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t testing.TB, path string) sheet.Sheet {
	t.Helper()
	s, err := sheet.Read(path, sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func faults(t testing.TB, path string) []string {
	t.Helper()
	_, err := sheet.Read(path, sheet.Options{})
	list, ok := errors.AsType[*sheet.Faults](err)
	if !ok {
		t.Fatalf("got %v, want faults", err)
	}
	return strings.Split(list.Error(), "\n")
}

// row describes a task, password included, on one line.
func row(t tasks.Task) string {
	parts := []string{t.Address.String(), t.Login.User, string(t.Login.Password), picks(t.Cameras), t.Period.String()}
	if t.Stream != 0 {
		parts = append(parts, t.Stream.String())
	}
	if t.Name != "" {
		parts = append(parts, t.Name)
	}
	return strings.Join(parts, " | ")
}

func rows(s sheet.Sheet) []string {
	var list []string
	for _, t := range s.Tasks {
		list = append(list, row(t))
	}
	return list
}

func equal(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestReadWorkbooksOfOtherPrograms(t *testing.T) {
	article := []string{
		"10.0.0.5 | admin | Passw0rd | 101 201 | today",
		"10.0.0.6 | admin | 12345 | 101 | today",
		"nvr.site.local:8080 | operator | q1w2e3 | all | today",
	}
	russian := []string{
		"10.1.0.5 | admin | 00123 | 1 3 | 2026-11-03 08:15 to 2026-11-03 20:00 | Склад №1",
		"10.1.0.6 | admin | Пароль7 | all | 2026-11-01 to 2026-11-02 | Офис",
		"https://10.1.0.7:8443 | admin | 1234567890123 | 4 | 2026-11-03 08:00 to 2026-11-03 | Касса",
		"10.1.0.8 | admin | secret | 1 2 3 4 | 08:00 to 09:30 | Двор",
	}
	text := []string{
		"10.2.0.5 | admin | пароль | 1 3 5 | today | Цех «А»",
		"10.2.0.6:8080 | admin | 00123 | all | today | Проходная",
	}
	for name, want := range map[string][]string{
		"article.xlsx":       article,
		"macros.xlsm":        article,
		"russian.xlsx":       russian,
		"libreoffice.xlsx":   russian, // the same through .ods and back
		"computed.xlsx":      {"10.0.0.5 | admin | password | 2 | today | Warehouse"},
		"mac1904.xlsx":       {"10.0.0.5 | admin | secret | all | 2026-11-03 08:15:30 to 2026-11-04"},
		"utf8-mark.csv":      text,
		"utf16-tabs.csv":     text,
		"russian-cp1251.csv": {strings.Replace(text[0], "пароль", "пароль;1", 1), text[1]},
	} {
		t.Run(name, func(t *testing.T) {
			equal(t, rows(read(t, filepath.Join("testdata", name))), want)
		})
	}
}

func TestReadSaysWhereATaskCameFrom(t *testing.T) {
	s := read(t, "testdata/russian.xlsx")
	if got := s.Tasks[2]; got.Source != "russian.xlsx  'Выгрузка видео'!A10" || got.Row != 10 {
		t.Errorf("got %q in row %d", got.Source, got.Row)
	}
	if got := read(t, "testdata/russian-cp1251.csv").Tasks[1]; got.Source != "russian-cp1251.csv  A3" || got.Row != 3 {
		t.Errorf("got %q in row %d", got.Source, got.Row)
	}
}

func TestNoticesOfARealSheet(t *testing.T) {
	equal(t, read(t, "testdata/russian.xlsx").Notices, []string{
		"'Выгрузка видео'!I4: the column \"Примечание\" is ignored; hikgrab does not know it",
	})
}

// All faults of a sheet come at once, in the order of its cells.
func TestFaultsOfADamagedSheet(t *testing.T) {
	const (
		asNumber = "the spreadsheet program turned this list of cameras into one number; type it with semicolons: 1;3, or 101;201"
		asDate   = "the spreadsheet program turned this list of cameras into a date; type it as text: '1-4 with the apostrophe, or D1-D4"
		changed  = "the spreadsheet program changed the password into another number (more than 15 digits, a decimal, a date, a percentage); format the column as text and type it again"
		howTo    = "; type 2026-11-03, 2026-11-03 08:15, 03.11.2026 08:15, yesterday, or 08:15 for today"
		formula  = " holds a formula without a result; open the sheet in Excel and save it, or type the value"
	)
	var want []string
	for _, fault := range []string{
		"D2, D4:D5: " + asNumber, "D3, D6: " + asDate, "C7:C8: " + changed,
		"C9: the spreadsheet program turned the password into TRUE or FALSE; format the column as text and type it again",
		"C10: password" + formula, "C11: password is empty", "C12: password holds an error of the spreadsheet",
		"B13: user is empty", "A14: recorder is empty",
		"A15: recorder holds a login; user and password have columns of their own",
		"E16: from is a number, not a date" + howTo,
		"F17: to is not a date or a time (in the years 2000 to 2099, without a time zone)" + howTo,
		"F18: to is earlier than from", "G19: stream must be main, sub or photo",
		"H20: clock must be local or utc; times of recordings go into the columns from and to",
		"D22: cameras" + formula,
	} {
		want = append(want, "damaged.xlsx  Sheet!"+fault)
	}
	equal(t, faults(t, "testdata/damaged.xlsx"), want)
}

func TestFaultsAreCapped(t *testing.T) {
	var text strings.Builder
	text.WriteString("recorder,user,password\n")
	for i := range 70 {
		fmt.Fprintf(&text, "10.0.0.%d,admin,one\n10.0.0.%d,admin,two\n", i, i)
	}
	got := faults(t, write(t, "many.csv", text.String()))
	if len(got) != 51 || got[50] != "many.csv  and 20 more" {
		t.Errorf("got %d lines, the last %q", len(got), got[len(got)-1])
	}
}

func TestNoticesAreCapped(t *testing.T) {
	var text strings.Builder
	text.WriteString("recorder,user,password\n")
	for i := range 70 {
		fmt.Fprintf(&text, "10.0.0.%d,admin,pw\n10.0.0.%d,admin,pw\n", i, i)
	}
	s := read(t, write(t, "many.csv", text.String()))
	if len(s.Tasks) != 70 || len(s.Notices) != 51 || s.Notices[50] != "and 20 more like these" {
		t.Errorf("%d tasks, %d notices, the last %q", len(s.Tasks), len(s.Notices), s.Notices[len(s.Notices)-1])
	}
}

func TestWorksheets(t *testing.T) {
	const path = "testdata/pages.xlsx"
	s, err := sheet.Read(path, sheet.Options{Sheet: "autumn 2026 "})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, s.Notices, []string{"a row is hidden and is read as well"})
	if s.Tasks[0].Source != "pages.xlsx  'Autumn 2026'!A2" {
		t.Errorf("got %q", s.Tasks[0].Source)
	}
	_, err = sheet.Read(path, sheet.Options{Sheet: "Spring\x1b[31m"})
	if want := `there is no such worksheet as "Spring"; there are: Notes, Empty page, Autumn 2026`; !errors.Is(err, sheet.ErrNoSheet) || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %v", err)
	}
	_, err = sheet.Read(path, sheet.Options{Sheet: "Empty page"})
	if want := "there is nothing in worksheet 'Empty page'; other worksheets: Notes, Autumn 2026"; !errors.Is(err, sheet.ErrEmpty) || !errors.Is(err, sheet.ErrOthers) || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %v", err)
	}
	equal(t, read(t, path).Notices, []string{"worksheet 'Autumn 2026' is read, the only one that looks like tasks", "a row is hidden and is read as well"})
}

func TestFilesThatAreNoSheets(t *testing.T) {
	xlsx, err := os.ReadFile("testdata/article.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, content string
		want          error
		says          string
	}{
		{"empty.xlsx", "", sheet.ErrEmpty, ""},
		{"blank.csv", " \r\n\r\n", sheet.ErrEmpty, ""},
		{"separators.csv", ";;;\n;;;\n", sheet.ErrEmpty, ""},
		{"page.xlsx", "\n<!DOCTYPE html><html><table></table></html>", sheet.ErrFormat, "web page"},
		{"export.xls", "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">", sheet.ErrFormat, "web page"},
		{"2003.xlsx", "<?xml version=\"1.0\"?><Workbook/>", sheet.ErrFormat, "web page or XML"},
		{"picture.xlsx", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", sheet.ErrFormat, "save the sheet as .xlsx"},
		{"cut.xlsx", string(xlsx[:len(xlsx)/2]), sheet.ErrFormat, "damaged"},
		{"plain.zip", "PK\x03\x04garbage", sheet.ErrFormat, "damaged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := sheet.Read(write(t, c.name, c.content), sheet.Options{})
			if !errors.Is(err, c.want) || !strings.HasPrefix(err.Error(), c.name+": ") || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := sheet.Read("testdata/old.xls", sheet.Options{}); !errors.Is(err, sheet.ErrFormat) || !strings.Contains(err.Error(), "old .xls") {
		t.Errorf("old.xls: got %v", err)
	}
	if _, err := sheet.Read("testdata", sheet.Options{}); !errors.Is(err, sheet.ErrFormat) || !strings.Contains(err.Error(), "directory") {
		t.Errorf("a directory: got %v", err)
	}
	if _, err := sheet.Read("testdata/missing.xlsx", sheet.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: got %v", err)
	}
}

// The content of a file decides, not its name.
func TestContentDecides(t *testing.T) {
	xlsx, err := os.ReadFile("testdata/article.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	if got := len(read(t, write(t, "tasks.csv", string(xlsx))).Tasks); got != 3 {
		t.Errorf("a workbook called .csv has %d tasks", got)
	}
	if got := len(read(t, write(t, "tasks.xlsx", "admin,pw,10.0.0.5\n")).Tasks); got != 1 {
		t.Errorf("a text called .xlsx has %d tasks", got)
	}
}

func TestEncryptedWorkbook(t *testing.T) {
	plain, err := os.ReadFile("testdata/article.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := excelize.Encrypt(plain, &excelize.Options{Password: "open sesame"})
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	answer := func(password string, err error) sheet.Options {
		return sheet.Options{Password: func() (string, error) { asked++; return password, err }}
	}

	path := write(t, "sealed.xlsx", string(sealed))
	for file, password := range map[string]string{path: "open sesame", "testdata/protected.xlsx": "открой сезам"} {
		asked = 0
		s, err := sheet.Read(file, answer(password, nil))
		if err != nil || len(s.Tasks) != 3 || asked != 1 {
			t.Fatalf("%s: %d tasks after asking %d times: %v", file, len(s.Tasks), asked, err)
		}
	}
	if _, err := sheet.Read(path, answer("wrong word", nil)); !errors.Is(err, sheet.ErrPassword) || strings.Contains(err.Error(), "wrong word") {
		t.Errorf("with a wrong password: %v", err)
	}
	cause := errors.New("nobody to ask")
	if _, err := sheet.Read(path, answer("", cause)); !errors.Is(err, sheet.ErrEncrypted) || !errors.Is(err, cause) {
		t.Errorf("when nobody answers: %v", err)
	}
	if _, err := sheet.Read(path, sheet.Options{}); !errors.Is(err, sheet.ErrEncrypted) || !strings.Contains(err.Error(), "HIKGRAB_SHEET_PASSWORD") {
		t.Errorf("without a way to ask: %v", err)
	}
}

func picks(list []tasks.Pick) string {
	if len(list) == 0 {
		return "all"
	}
	var items []string
	for _, p := range list {
		if p.Name != "" {
			items = append(items, "<"+p.Name+">")
			continue
		}
		if p.Stream == 0 {
			items = append(items, strconv.Itoa(p.Channel))
			continue
		}
		items = append(items, strconv.Itoa(int(nvr.TrackOf(p.Channel, p.Stream))))
	}
	return strings.Join(items, " ")
}

func writeFile(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestWorksheetOfCSV names a worksheet in a file without any: reading the file
// anyway might ask the wrong recorders.
func TestWorksheetOfCSV(t *testing.T) {
	path := write(t, "night.csv", "recorder,user,password\n10.0.0.5,admin,pw\n")
	_, err := sheet.Read(path, sheet.Options{Sheet: "Night\x1b[31m"})
	if !errors.Is(err, sheet.ErrNoSheet) || !strings.HasPrefix(err.Error(), "night.csv: ") || !strings.Contains(err.Error(), "leave the name of the worksheet out, or name the workbook") || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("%v", err)
	}
	if s := read(t, path); len(s.Tasks) != 1 {
		t.Errorf("without a name: %d tasks", len(s.Tasks))
	}
}
