package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/sheet"
)

// saved writes a workbook that build fills.
func saved(t *testing.T, build func(f *excelize.File) error) string {
	t.Helper()
	f := excelize.NewFile()
	path := filepath.Join(t.TempDir(), "tasks.xlsx")
	if err := errors.Join(build(f), f.SaveAs(path), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestResultHidesPasswordsEverywhere has passwords where people leave them.
func TestResultHidesPasswordsEverywhere(t *testing.T) {
	const secret, old, number = "Hunter2!", "Before99", "12345678"
	path := saved(t, func(f *excelize.File) error {
		format := `0"` + secret + `"`
		style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
		red, err2 := f.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Color: "FF0000"}})
		validation := excelize.NewDataValidation(true)
		validation.SetSqref("D3:D9")
		rule := func(value string) []excelize.ConditionalFormatOptions {
			return []excelize.ConditionalFormatOptions{{Type: "cell", Criteria: "==", Format: &red, Value: value}}
		}
		return errors.Join(
			err, err2, validation.SetDropList([]string{"1", secret}), f.AddDataValidation("Sheet1", validation),
			f.SetSheetRow("Sheet1", "A1", &[]any{"everywhere: " + secret, "", "or " + secret}),
			f.SetSheetRow("Sheet1", "A2", &[]any{"recorder", "user", "password", "cameras", "name", "old password", "count", "phone"}),
			f.SetSheetRow("Sheet1", "A3", &[]any{"10.0.0.5", secret, secret, "1; 2", "Gate " + secret, old, 4711, "not " + old}),
			f.SetSheetRow("Sheet1", "A4", &[]any{"10.0.0.6", "admin", 12345678, "all", "Yard", "", 12345678, 0.5}),
			f.SetCellStyle("Sheet1", "G3", "G3", style),
			f.SetConditionalFormat("Sheet1", "C3:C9", rule(`"`+secret+`"`)), f.SetConditionalFormat("Sheet1", "G3:G9", rule("4000")),
			f.SetConditionalFormat("Sheet1", "H3:H9", rule("Other!$A$1")),
			f.SetDefinedName(&excelize.DefinedName{Name: "pw", RefersTo: `"` + secret + `"`}),
			f.SetDocProps(&excelize.DocProperties{Creator: secret, Title: secret, Keywords: secret}),
			f.SetHeaderFooter("Sheet1", &excelize.HeaderFooterOptions{OddFooter: secret}),
		)
	})
	s, err := sheet.Read(path, sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := covered()
	all[0].Recorder.Name, all[1].Recorder.Name = "Gate "+secret, "Yard"
	f, xml := written(t, path, s.Tasks, all)
	values(t, f, "Sheet1", map[string]string{
		"A1": "", "C1": "", "C2": "password", "E2": "name", "F2": "old password", "H2": "phone",
		"B3": secret, "C3": "", "E3": "", "F3": "", "G3": "4711", "H3": "", "C4": "", "E4": "Yard", "G4": "", "H4": "0.5",
	})
	values(t, f, "Cameras", map[string]string{"A2": "10.0.0.5", "B2": "", "B3": "Yard"})
	values(t, f, "Gaps", map[string]string{"A2": "10.0.0.5", "B2": ""})
	if strings.Count(xml, secret) != 1 || strings.Contains(xml, old) || strings.Contains(xml, number) { // the user has that name
		t.Errorf("passwords stand in the file: %d times, %v, %v", strings.Count(xml, secret), strings.Contains(xml, old), strings.Contains(xml, number))
	}
	if rules, err := f.GetConditionalFormats("Sheet1"); err != nil || len(rules) != 1 || len(rules["G3:G9"]) != 1 {
		t.Errorf("rules %v, %v", rules, err)
	}
}

// written writes a result and returns it with its XML.
func written(t *testing.T, path string, list []tasks.Task, all []tasks.Coverage) (*excelize.File, string) {
	t.Helper()
	var b bytes.Buffer
	if err := sheet.WriteResult(&b, path, sheet.Options{}, outcomeOf(list, all)); err != nil {
		t.Fatal(err)
	}
	return opened(t, b.Bytes())
}

// TestResultKeepsLooks compares with the operator's workbook.
func TestResultKeepsLooks(t *testing.T) {
	var want int
	path := saved(t, func(f *excelize.File) error {
		var err error
		want, err = f.NewStyle(&excelize.Style{
			Font:      &excelize.Font{Family: "Georgia", Size: 18, Italic: true, Strike: true, ColorTheme: new(5), ColorTint: 0.4},
			Fill:      excelize.Fill{Type: "gradient", Color: []string{"00FF00", "0000FF"}, Shading: 1},
			Border:    []excelize.Border{{Type: "bottom", Style: 5, Color: "FF0000"}},
			Alignment: &excelize.Alignment{Horizontal: "center", WrapText: true},
		})
		return errors.Join(
			err, f.SetColWidth("Sheet1", "E", "E", 33), f.SetColVisible("Sheet1", "E", false),
			f.SetSheetRow("Sheet1", "A1", &[]any{"recorder", "user", "password", "cameras", "from"}),
			f.SetSheetRow("Sheet1", "A2", &[]any{"10.0.0.5", "admin", "Hunter2!", "all", noon}),
			f.SetSheetRow("Sheet1", "A3", &[]any{"10.0.0.6", "admin", "Secret99"}),
			f.SetCellStyle("Sheet1", "A2", "D3", want), f.SetRowHeight("Sheet1", 3, 40), f.SetRowVisible("Sheet1", 3, false),
			f.SetPanes("Sheet1", &excelize.Panes{Freeze: true, XSplit: 1, YSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight"}),
			f.SetSheetProps("Sheet1", &excelize.SheetPropsOptions{TabColorRGB: new("FFFF00FF"), FitToPage: new(true)}),
			f.SetSheetView("Sheet1", 0, &excelize.ViewOptions{ZoomScale: new(80.0), ShowGridLines: new(false)}),
			f.SetPageLayout("Sheet1", &excelize.PageLayoutOptions{Orientation: new("landscape")}),
		)
	})
	before, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = before.Close() }()
	f, _ := resultOf(t, path, sheet.Options{})
	for _, cell := range []string{"A2", "C2", "C3", "D3"} {
		number, err := f.GetCellStyle("Sheet1", cell)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.GetStyle(number)
		is, err2 := before.GetStyle(want)
		if err := errors.Join(err, err2); err != nil || fmt.Sprintf("%+v %+v %+v %+v", got.Fill, got.Border, got.Alignment, *got.Font.ColorTheme) !=
			fmt.Sprintf("%+v %+v %+v %+v", is.Fill, is.Border, is.Alignment, *is.Font.ColorTheme) || got.Font.Family != "Georgia" {
			t.Errorf("%s: %v\ngot  %+v\nwant %+v", cell, err, got, is)
		}
	}
	if p, err := f.GetPanes("Sheet1"); err != nil || p.XSplit != 1 || p.YSplit != 1 || p.TopLeftCell != "B2" {
		t.Errorf("panes %+v, %v", p, err)
	}
	if p, err := f.GetSheetProps("Sheet1"); err != nil || *p.TabColorRGB != "FFFF00FF" || !*p.FitToPage {
		t.Errorf("properties %+v, %v", p, err)
	}
	if v, err := f.GetSheetView("Sheet1", 0); err != nil || *v.ZoomScale != 80 || *v.ShowGridLines {
		t.Errorf("view %+v, %v", v, err)
	}
	if p, err := f.GetPageLayout("Sheet1"); err != nil || *p.Orientation != "landscape" {
		t.Errorf("page %+v, %v", p, err)
	}
	if visible, err := f.GetColVisible("Sheet1", "E"); err != nil || visible {
		t.Errorf("column E is visible: %v, %v", visible, err)
	}
	if visible, err := f.GetRowVisible("Sheet1", 3); err != nil || !visible {
		t.Errorf("a row with an outcome is visible: %v, %v", visible, err)
	}
	if h, err := f.GetRowHeight("Sheet1", 3); err != nil || h != 40 {
		t.Errorf("row 3 is %v high, %v", h, err)
	}
	for name, want := range map[string]string{"Sheet1": "A1:P4", "Cameras": "A1:V5", "Gaps": "A1:I3"} {
		if got, err := f.GetSheetDimension(name); err != nil || got != want {
			t.Errorf("%s covers %s, %v, want %s", name, got, err, want)
		}
	}
}

// TestResultOfFarCells has a styled cell far to the right in every row: a few
// kilobytes in the file, but a gigabyte as a grid.
func TestResultOfFarCells(t *testing.T) {
	path := saved(t, func(f *excelize.File) error {
		w, err := f.NewStreamWriter("Sheet1")
		if err != nil {
			return err
		}
		style, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
		if err != nil {
			return err
		}
		err = w.SetRow("A1", []any{"recorder", "user", "password"})
		for row := 2; row < 202; row++ {
			err = errors.Join(err, w.SetRow(fmt.Sprintf("A%d", row), []any{fmt.Sprintf("10.0.0.%d", row), "admin", "Hunter2!"}))
		}
		return errors.Join(err, w.Flush(), f.SetCellStyle("Sheet1", "B202", "B202", style))
	})
	path = edited(t, path, "xl/worksheets/sheet1.xml", func(xml string) string {
		for row := 2; row < 202; row++ {
			at := strings.Index(xml, fmt.Sprintf(`<row r="%d"`, row))
			end := at + strings.Index(xml[at:], "</row>")
			xml = xml[:end] + fmt.Sprintf(`<c r="XFD%d" s="1"/>`, row) + xml[end:]
		}
		return xml
	})
	s, err := sheet.Read(path, sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := allocated(func() { written(t, path, s.Tasks, covered()) }); got > 100<<20 {
		t.Errorf("%d bytes for 200 rows", got)
	}
}

// allocated returns how many bytes a function allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// edited returns a copy of a zip file with one part changed.
func edited(t *testing.T, path, part string, change func(string) string) string {
	t.Helper()
	from, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = from.Close() }()
	var b bytes.Buffer
	to := zip.NewWriter(&b)
	for _, f := range from.File {
		content := readPart(t, f)
		if f.Name == part {
			content = change(content)
		}
		w, err := to.Create(f.Name)
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return savedBytes(t, "edited.xlsx", errors.Join(to.Close()), b.Bytes())
}

// TestResultOfManyRows has a line for everything.
func TestResultOfManyRows(t *testing.T) {
	const rows = 300
	var text strings.Builder
	text.WriteString("recorder,user,password,name\n")
	var all []tasks.Coverage
	for i := range rows {
		fmt.Fprintf(&text, "10.1.%d.%d,admin,secret%d,Site %d\n", i/200, i%200+1, i, i)
		for channel := 1; channel <= 2; channel++ {
			all = append(all, tasks.Coverage{
				Recorder: tasks.RecorderView{Address: fmt.Sprintf("10.1.%d.%d", i/200, i%200+1), Name: fmt.Sprintf("Site %d", i)},
				Camera:   tasks.CameraView{Channel: channel, Stream: nvr.Main, State: tasks.Done, Files: 1},
			})
		}
	}
	path := savedBytes(t, "tasks.csv", nil, []byte(text.String()))
	s, err := sheet.Read(path, sheet.Options{})
	if err != nil || len(s.Tasks) != rows {
		t.Fatalf("%d tasks, %v", len(s.Tasks), err)
	}
	f, _ := written(t, path, s.Tasks, all)
	values(t, f, "Tasks", map[string]string{"C2": "", "D2": "Site 0", "E2": "done", "F301": "2 of 2 complete", "G301": "2"})
	values(t, f, "Cameras", map[string]string{"A601": "10.1.1.100", "B601": "Site 299"})
}
