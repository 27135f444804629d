package sheet_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"example.com/hikgrab/tasks/sheet"
)

// repacked returns the article's workbook with one part replaced.
func repacked(t testing.TB, part string, content io.Reader) []byte {
	t.Helper()
	return repackedFrom(t, "article.xlsx", part, content)
}

// repackedFrom returns a workbook with one part replaced.
func repackedFrom(t testing.TB, workbook, part string, content io.Reader) []byte {
	t.Helper()
	in, err := zip.OpenReader(filepath.Join("testdata", workbook))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	out.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for _, f := range in.File {
		w, err := out.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		from := content
		if f.Name != part {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			from = r
		}
		if _, err := io.Copy(w, from); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const worksheet = "xl/worksheets/sheet1.xml"

// repeated returns a text repeated to the size of a part of a workbook.
func repeated(head, text string, bytes int, tail string) io.Reader {
	var list []io.Reader
	block := strings.Repeat(text, 1<<20/len(text))
	list = append(list, strings.NewReader(head))
	for range bytes / len(block) {
		list = append(list, strings.NewReader(block))
	}
	return io.MultiReader(append(list, strings.NewReader(tail))...)
}

const (
	sheetHead = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`
	sheetTail = `</sheetData></worksheet>`
)

// TestBombs reads small workbooks that unpack to a lot: of each kind only as
// much is read as a task sheet may hold.
func TestBombs(t *testing.T) {
	const sharedStrings, styles = "xl/sharedStrings.xml", "xl/styles.xml"
	for _, c := range []struct {
		name, part string
		content    io.Reader
		says       string
	}{
		{"endless", worksheet, repeated("<worksheet>", "<row>"+strings.Repeat(" ", 1000)+"</row>", 65<<20, "</worksheet>"), "unpacks to more than 64 MiB"},
		{"spaces", worksheet, repeated("", " ", 2<<20, ""), "more than any list"},
		{"empty texts", sharedStrings, repeated("<sst>", "<si><t/></si>", 20<<20, "</sst>"), "too many cells"},
		{"elements", worksheet, repeated(sheetHead, "<x/>", 26<<20, sheetTail), "more than any list"},
		{"attributes", worksheet, repeated("<worksheet ", `a="" `, 2<<20, "></worksheet>"), "more than any list"},
		{"nesting", sharedStrings, repeated("<sst><si>", "<r>", 2<<20, ""), "damaged"},
		{"cells", worksheet, repeated(sheetHead, `<row><c r="A1"><v>1</v></c></row>`, 2<<20, sheetTail), "damaged"},
		{"rows", worksheet, repeated(sheetHead, `<row><c><v>1</v></c></row>`, 4<<20, sheetTail), "more than 100000 rows"},
		{"wide rows", worksheet, repeated(sheetHead, "<row>"+strings.Repeat("<c><v>1</v></c>", 64)+"</row>", 24<<20, sheetTail), "too many cells"},
		{"a long text", worksheet, strings.NewReader(sheetHead + `<row><c t="str"><v>` + strings.Repeat("x", 200_000) + `</v></c></row>` + sheetTail), "too many cells"},
		{"styles", styles, repeated("<styleSheet><cellXfs>", "<xf/>", 2<<20, "</cellXfs></styleSheet>"), "damaged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bomb := repackedFrom(t, "libreoffice.xlsx", c.part, c.content)
			if len(bomb) > 2<<20 {
				t.Fatalf("the bomb weighs %d bytes", len(bomb))
			}
			_, err := sheet.Read(write(t, "bomb.xlsx", string(bomb)), sheet.Options{})
			if err == nil || !strings.Contains(err.Error(), c.says) || !errors.Is(err, sheet.ErrTooLarge) && c.says != "damaged" {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestLongLines has a CSV file whose lines are as long as the file.
func TestLongLines(t *testing.T) {
	_, err := sheet.Read(write(t, "wide.csv", strings.Repeat(";", 2<<20)), sheet.Options{})
	if !errors.Is(err, sheet.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
}

func TestHugeFile(t *testing.T) {
	path := write(t, "huge.csv", "")
	if err := os.Truncate(path, 33<<20); err != nil {
		t.Fatal(err)
	}
	if _, err := sheet.Read(path, sheet.Options{}); !errors.Is(err, sheet.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
}

func TestTooManyRows(t *testing.T) {
	_, err := sheet.Read(write(t, "long.csv", strings.Repeat("a\n", 100_001)), sheet.Options{})
	if !errors.Is(err, sheet.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
}

// wideRows returns a worksheet of tasks, each followed by more cells.
func wideRows(rows int, more func(row int) string) io.Reader {
	var b strings.Builder
	b.WriteString(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	for i := 1; i <= rows; i++ {
		fmt.Fprintf(&b, `<row r="%d"><c r="A%d" t="inlineStr"><is><t>admin</t></is></c><c r="B%d" t="inlineStr"><is><t>pw</t></is></c><c r="C%d" t="inlineStr"><is><t>10.0.%d.%d</t></is></c>`, i, i, i, i, i/250, i%250)
		b.WriteString(more(i) + `</row>`)
	}
	b.WriteString(`</sheetData></worksheet>`)
	return strings.NewReader(b.String())
}

// A cell that is merely coloured, in the last column of every row, must not
// cost the memory of all the columns before it.
func TestWideRows(t *testing.T) {
	coloured := func(row int) string { return fmt.Sprintf(`<c r="XFD%d" s="0"/>`, row) }
	filled := func(row int) string {
		var b strings.Builder
		for column := 100; column < 6000; column++ {
			name, err := excelize.CoordinatesToCellName(column, row)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, `<c r="%s"><v>1</v></c>`, name)
		}
		return b.String()
	}
	path := write(t, "wide.xlsx", string(repacked(t, worksheet, wideRows(1000, coloured))))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if got := len(read(t, path).Tasks); got != 1000 {
		t.Errorf("%d tasks", got)
	}
	runtime.ReadMemStats(&after)
	if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 100 {
		t.Errorf("reading took %d MiB", used)
	}
	path = write(t, "wide.xlsx", string(repacked(t, worksheet, wideRows(2, filled))))
	if s := read(t, path); len(s.Tasks) != 2 || !slices.Equal(s.Notices, []string{"everything to the right of column BL is ignored"}) {
		t.Errorf("filled cells: %d tasks, %q", len(s.Tasks), s.Notices)
	}
}

func TestDamagedWorksheets(t *testing.T) {
	for name, content := range map[string]string{
		"empty":         "",
		"not XML":       "PK",
		"cut":           `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v>`,
		"rows back":     `<worksheet><sheetData><row r="5"><c r="A5"><v>1</v></c></row><row r="2"/></sheetData></worksheet>`,
		"columns back":  `<worksheet><sheetData><row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row></sheetData></worksheet>`,
		"another row":   `<worksheet><sheetData><row r="1"><c r="A2"><v>1</v></c></row></sheetData></worksheet>`,
		"no such cell":  `<worksheet><sheetData><row r="1"><c r="1A"><v>1</v></c></row></sheetData></worksheet>`,
		"entity bomb":   `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet><sheetData><row r="1"><c r="A1" t="str"><v>&b;</v></c></row></sheetData></worksheet>`,
		"string number": `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>999999999</v></c></row></sheetData></worksheet>`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sheet.Read(write(t, "bad.xlsx", string(repacked(t, worksheet, strings.NewReader(content)))), sheet.Options{})
			if !errors.Is(err, sheet.ErrFormat) && !errors.Is(err, sheet.ErrEmpty) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A protected workbook that wants its password hashed a billion times is
// refused before anybody is asked for the password.
func TestEndlessPasswordCheck(t *testing.T) {
	data := "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00", 1) + `<encryptedKey spinCount="1000000000"/>`
	_, err := sheet.Read(write(t, "slow.xlsx", data), sheet.Options{Password: func() (string, error) {
		t.Error("asked for the password")
		return "", nil
	}})
	if !errors.Is(err, sheet.ErrFormat) {
		t.Errorf("got %v", err)
	}
	// A compound file with nothing after its header makes the library panic.
	_, err = sheet.Read(write(t, "torn.xlsx", strings.Replace(data, "1000000000", "1000", 1)), sheet.Options{Password: func() (string, error) { return "x", nil }})
	if !errors.Is(err, sheet.ErrPassword) && !errors.Is(err, sheet.ErrFormat) {
		t.Errorf("got %v", err)
	}
}

// Nothing from a sheet reaches a terminal unchanged.
func TestHostileTexts(t *testing.T) {
	path := workbook(t, func(f *excelize.File) {
		if err := f.SetSheetName("Sheet1", "a\u202eb"); err != nil {
			t.Fatal(err)
		}
		for cell, v := range map[string]string{
			"A1": "host", "B1": "user", "C1": "password", "D1": "name", "E1": "remark\u202e",
			"A2": "10.0.0.5", "B2": "admin", "C2": "pw ", "D2": "=cmd|' /C calc'!A0\u202e" + strings.Repeat("x", 500), "E2": "y",
		} {
			if err := f.SetCellStr("a\u202eb", cell, v); err != nil {
				t.Fatal(err)
			}
		}
	})
	odd := filepath.Join(t.TempDir(), "ta\u202esks.xlsx")
	if err := os.Rename(path, odd); err != nil {
		t.Fatal(err)
	}
	s := read(t, odd)
	said := strings.Join(s.Notices, "\n") + s.Tasks[0].Source + s.Tasks[0].Name
	if strings.ContainsRune(said, '\u202e') {
		t.Errorf("a mark that turns the writing round is in %q", said)
	}
	if n := len([]rune(s.Tasks[0].Name)); n > 120 {
		t.Errorf("a name of %d characters", n)
	}
}
