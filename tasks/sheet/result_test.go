package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/sheet"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// covered returns the outcome of the cameras of two recorders.
func covered() []tasks.Coverage {
	good := tasks.RecorderView{Address: "10.0.0.5", Name: "=cmd|' /C calc'!A0", Source: "tasks.xlsx  Sheet1!A2"}
	bad := tasks.RecorderView{Address: "10.0.0.6", Source: "tasks.xlsx  Sheet1!A3"}
	return []tasks.Coverage{
		{
			Recorder: good, First: noon, Last: noon.Add(time.Hour), AskedTime: 2 * time.Hour, RecordedTime: time.Hour, OnDiskTime: time.Hour,
			Camera: tasks.CameraView{Channel: 1, Stream: nvr.Main, Name: "@SUM(A1)_x0041_\x1b[31m", State: tasks.Done, Files: 4, Recordings: 4, Bytes: 4000},
			Gaps:   []tasks.CoverageGap{{Span: tasks.Span{From: noon.Add(time.Hour), To: noon.Add(2 * time.Hour)}}},
		},
		{
			Recorder: good,
			Camera: tasks.CameraView{
				Channel: 2, Stream: nvr.Main, State: tasks.Incomplete, Files: 1, Recordings: 2, Bytes: 500,
				Failure: tasks.Failure{Kind: "short", What: "the recording ended too early"},
			},
		},
		{Recorder: bad, Camera: tasks.CameraView{State: tasks.Failed, Failure: tasks.Failure{Kind: "auth", What: "+refused"}}},
	}
}

// outcomeOf returns an outcome with a file on disk.
func outcomeOf(list []tasks.Task, all []tasks.Coverage) sheet.Outcome {
	return sheet.Outcome{Tasks: list, Coverage: all, Advice: sentence, Files: []archive.Recording{{
		Finished: archive.Finished{
			Recorder: "10.0.0.5", Label: "Yard", Camera: "=gate", Track: 101, Start: noon, End: noon.Add(time.Hour), Path: "10.0.0.5/ch01/one.mp4", Bytes: 4000, SHA256: "0a",
		},
		There: true, Codec: "H.264", Width: 320, Height: 180, FPS: 25, Frames: 90000, Duration: time.Hour, Attempts: 2, Kind: "motion", Notes: "=odd",
	}}, Runs: []archive.Run{{Begun: noon, Took: 90 * time.Second, Period: "=yesterday", Cameras: 3, Files: 5, Bytes: 4500, ExitCode: 3}}}
}

// resultOf writes the result of a sheet and opens it; it also returns its XML.
func resultOf(t *testing.T, path string, o sheet.Options) (*excelize.File, string) {
	t.Helper()
	s, err := sheet.Read(path, o)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := sheet.WriteResult(&b, path, o, outcomeOf(s.Tasks, covered())); err != nil {
		t.Fatal(err)
	}
	return opened(t, b.Bytes())
}

// opened opens a workbook and also returns all of its XML.
func opened(t *testing.T, data []byte) (*excelize.File, string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var xml strings.Builder
	for _, f := range z.File {
		xml.WriteString(readPart(t, f))
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f, xml.String()
}

func readPart(t *testing.T, f *zip.File) string {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// savedBytes writes a new file.
func savedBytes(t *testing.T, name string, err error, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := errors.Join(err, os.WriteFile(path, data, 0o600)); err != nil {
		t.Fatal(err)
	}
	return path
}

func values(t *testing.T, f *excelize.File, name string, want map[string]string) {
	t.Helper()
	for cell, text := range want {
		if got, err := f.GetCellValue(name, cell); err != nil || got != text {
			t.Errorf("%s!%s is %q, %v, want %q", name, cell, got, err, text)
		}
		if formula, err := f.GetCellFormula(name, cell); err != nil || formula != "" {
			t.Errorf("%s!%s is the formula %q, %v", name, cell, formula, err)
		}
	}
}

// operatorsSheet returns a workbook like those that operators make.
func operatorsSheet(t *testing.T) string {
	t.Helper()
	f := excelize.NewFile()
	red, err := f.NewStyle(&excelize.Style{Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FF0000"}}, Font: &excelize.Font{Bold: true}})
	if err != nil {
		t.Fatal(err)
	}
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	_, other := f.NewSheet("Logins")
	err = errors.Join(
		other, f.SetCellStr("Logins", "A1", "everything: Hunter2!"), f.SetCellStr("Sheet1", "A1", "Night shift"), f.MergeCell("Sheet1", "A1", "C1"),
		f.SetSheetRow("Sheet1", "A2", &[]any{"Recorder", "Login", "Password", "Cameras", "from", "to", "remark"}),
		f.SetSheetRow("Sheet1", "A3", &[]any{"10.0.0.5", "admin", "Hunter2!", "1; 2", noon, noon.Add(2 * time.Hour), "=1+1 Hunter2!", "=2+2"}),
		f.SetSheetRow("Sheet1", "A5", &[]any{"10.0.0.6", "admin", "Secret99", "all", noon, noon.Add(time.Hour), "Secret99"}),
		f.SetCellStyle("Sheet1", "A2", "G2", red), f.SetCellStyle("Sheet1", "E3", "F5", day), f.SetColWidth("Sheet1", "A", "A", 44),
		f.AddComment("Sheet1", excelize.Comment{Cell: "C3", Author: "me", Text: "Hunter2!"}),
	)
	path := filepath.Join(t.TempDir(), "tasks.xlsx")
	if err := errors.Join(err, f.SaveAs(path), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestResult(t *testing.T) {
	f, xml := resultOf(t, operatorsSheet(t), sheet.Options{})
	if got := strings.Join(f.GetSheetList(), ","); got != "Sheet1,Cameras,Gaps,Files,Runs" {
		t.Errorf("worksheets %s", got)
	}
	values(t, f, "Sheet1", map[string]string{
		"A1": "Night shift", "A2": "Recorder", "C2": "Password", "A3": "10.0.0.5", "B3": "admin", "C3": "", "D3": "1; 2", "G3": "", "H3": "=2+2", "C5": "", "G5": "",
		"I2": "state", "I3": "incomplete", "J3": "1 of 2 complete", "K3": "5", "L3": "4,500", "M3": "2026-11-03 12:00:00", "N3": "2026-11-03 13:00:00",
		"O3": "the recording ended too early", "I5": "failed", "J5": "0 of 1 complete", "O5": "+refused",
	})
	values(t, f, "Cameras", map[string]string{
		"A1": "recorder", "A2": "10.0.0.5", "B2": "=cmd|' /C calc'!A0", "C2": "1", "E2": "@SUM(A1)_x0041_[31m", "F2": "done", "L2": "2:00:00", "M2": "1:00:00", "O2": "1", "C4": "all",
	})
	values(t, f, "Gaps", map[string]string{"A2": "10.0.0.5", "F2": "2026-11-03 13:00:00", "H2": "1:00:00", "I2": "the recorder has nothing there"})
	values(t, f, "Files", map[string]string{"A1": "recorder", "A2": "10.0.0.5", "B2": "Yard", "C2": "1", "D2": "main", "E2": "=gate", "F2": "2026-11-03 12:00:00", "H2": "10.0.0.5/ch01/one.mp4", "I2": "4,000", "J2": "0a"})
	for _, secret := range []string{"Secret99", "Hunter2!", "everything"} {
		if strings.Contains(xml, secret) {
			t.Errorf("%q stands in the file", secret)
		}
	}
	for name, row := range map[string]int{"Sheet1": 2, "Cameras": 1, "Gaps": 1} {
		if p, err := f.GetPanes(name); err != nil || !p.Freeze || p.YSplit != row {
			t.Errorf("%s: panes %+v, %v", name, p, err)
		}
	}
	if strings.Count(xml, "<autoFilter") != 5 {
		t.Error("a filter is missing")
	}
	style, err := f.GetCellStyle("Sheet1", "A2")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := f.GetStyle(style); err != nil || s.Font == nil || !s.Font.Bold || len(s.Fill.Color) == 0 || !strings.HasSuffix(s.Fill.Color[0], "FF0000") {
		t.Errorf("the header's style is %+v, %v", s, err)
	}
	if w, err := f.GetColWidth("Sheet1", "A"); err != nil || w != 44 {
		t.Errorf("the first column is %v wide, %v", w, err)
	}
	if m, err := f.GetMergeCells("Sheet1"); err != nil || len(m) != 1 {
		t.Errorf("merged are %v, %v", m, err)
	}
}

// TestResultOfEarlierRuns has cameras that were not part of this run: the row
// says what is known of them, in the language of the sheet.
func TestResultOfEarlierRuns(t *testing.T) {
	path := write(t, "tasks.csv", "Регистратор;Логин;Пароль;Камеры\n10.0.0.5;admin;Hunter2!;1\n10.0.0.6;admin;Hunter2!;все\n10.0.0.7;admin;Hunter2!;все\n")
	all := covered()[2:]
	all = append(all, tasks.Coverage{
		Earlier: true, Recorder: tasks.RecorderView{Address: "10.0.0.5", Source: "tasks.csv  A2"}, First: noon, Last: noon.Add(time.Hour),
		Camera: tasks.CameraView{Channel: 1, Stream: nvr.Main, State: tasks.Done, Files: 4, Recordings: 4, Bytes: 4_000_000},
	})
	f, _ := written(t, path, read(t, path).Tasks, all)
	if got := strings.Join(f.GetSheetList(), ","); got != "Задания,Камеры,Пробелы,Файлы,Запуски" {
		t.Errorf("worksheets %s", got)
	}
	values(t, f, "Задания", map[string]string{
		"E1": "состояние", "H1": "байт", "E2": "готово", "F2": "готово 1 из 1", "G2": "4", "H2": "4,000,000", "I2": "2026-11-03 12:00:00", "K2": "по прежнему запуску",
		"E3": "ошибка", "K3": "+refused", "E4": "", "K4": "не входит в этот запуск, или запрошено другой строкой",
	})
	values(t, f, "Камеры", map[string]string{"A1": "регистратор", "C2": "все", "F2": "ошибка", "F3": "готово", "L3": "", "O3": "", "P3": "по прежнему запуску"})
	colored := func(cell, want string) {
		style, err := f.GetCellStyle("Задания", cell)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := f.GetStyle(style); err != nil || len(s.Fill.Color) != 1 || !strings.HasSuffix(s.Fill.Color[0], want) {
			t.Errorf("%s is filled %v, %v", cell, s.Fill.Color, err)
		}
	}
	colored("E2", "C6EFCE")
	colored("E3", "FFC7CE")
	if _, err := sheet.Read(savedResult(t, path, all), sheet.Options{}); err == nil || !strings.Contains(err.Error(), "it is a result that hikgrab wrote") {
		t.Errorf("given as a sheet: %v", err)
	}
}

// savedResult writes a result into a new file.
func savedResult(t *testing.T, path string, all []tasks.Coverage) string {
	t.Helper()
	var b bytes.Buffer
	err := sheet.WriteResult(&b, path, sheet.Options{}, outcomeOf(read(t, path).Tasks, all))
	return savedBytes(t, "tasks.result.xlsx", err, b.Bytes())
}

func TestResultOfCSV(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tasks.csv")
	if err := os.WriteFile(path, []byte("admin,Hunter2!,10.0.0.5,1\nadmin,Secret99,10.0.0.6,all\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, xml := resultOf(t, path, sheet.Options{})
	values(t, f, "Tasks", map[string]string{
		"A1": "user", "B1": "password", "C1": "recorder", "D1": "cameras", "E1": "state",
		"A2": "admin", "B2": "", "C2": "10.0.0.5", "E2": "done", "F2": "1 of 1 complete", "B3": "", "E3": "failed",
	})
	if strings.Contains(xml, "Hunter2!") || strings.Contains(xml, "Secret99") {
		t.Error("a password stands in the file")
	}
}

func TestResultOfEncryptedWorkbook(t *testing.T) {
	plain := operatorsSheet(t)
	f, err := excelize.OpenFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "locked.xlsx")
	if err := errors.Join(f.SaveAs(path, excelize.Options{Password: "open"}), f.Close()); err != nil {
		t.Fatal(err)
	}
	got, _ := resultOf(t, path, sheet.Options{Password: func() (string, error) { return "open", nil }})
	values(t, got, "Sheet1", map[string]string{"A3": "10.0.0.5", "C3": "", "I3": "incomplete"})
}

// sentence stands for the operator-facing text of a remedy.
func sentence(r nvr.Remedy) string { return "do " + string(r) }

// If several machines worked, each row names those that have its files.
func TestResultNamesTheMachines(t *testing.T) {
	path := operatorsSheet(t)
	s, err := sheet.Read(path, sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := covered()
	all[0].Recorder.Machine, all[1].Recorder.Machine, all[2].Recorder.Machine = "kazan-1", "kazan-1", "=spb"
	var b bytes.Buffer
	if err := sheet.WriteResult(&b, path, sheet.Options{}, sheet.Outcome{Tasks: s.Tasks, Coverage: all, Advice: sentence}); err != nil {
		t.Fatal(err)
	}
	f, _ := opened(t, b.Bytes())
	values(t, f, "Sheet1", map[string]string{"T2": "machine", "T3": "kazan-1", "T5": "=spb"})
	f, _ = resultOf(t, path, sheet.Options{})
	values(t, f, "Sheet1", map[string]string{"T2": ""})
}

// TestResultIsToBeLookedAt checks dates, totals, links to folders, widths and
// printing.
func TestResultIsToBeLookedAt(t *testing.T) {
	all := covered()
	all[0].At, all[0].Period = noon.Add(3*time.Hour), tasks.Span{From: noon, To: noon.Add(2*time.Hour + 900*time.Millisecond)}
	path := operatorsSheet(t)
	f, xml := written(t, path, read(t, path).Tasks, all)
	at := all[0].At.Local().Format(time.DateTime)
	values(t, f, "Sheet1", map[string]string{
		"P2": "period from", "P3": "2026-11-03 12:00:00", "Q3": "2026-11-03 14:00:00", "R3": at, "S2": "folder", "P5": "", "R5": "",
		"I6": "total", "J6": "3", "K6": "5", "L6": "4,500",
	})
	values(t, f, "Cameras", map[string]string{
		"S1": "period from", "S2": "2026-11-03 12:00:00", "T2": "2026-11-03 14:00:00", "U2": at, "S3": "",
		"A5": "total", "G5": "5", "H5": "6", "I5": "4,500", "L5": "2:00:00", "O5": "1",
	})
	values(t, f, "Gaps", map[string]string{"A3": "total", "H3": "1:00:00"})
	values(t, f, "Files", map[string]string{
		"K1": "codec", "K2": "H.264", "L2": "320", "N2": "25", "O2": "90,000", "P2": "1:00:00", "Q2": "2", "U2": "motion", "V2": "=odd", "I3": "4,000",
	})
	values(t, f, "Runs", map[string]string{
		"A1": "begun", "A2": noon.Local().Format(time.DateTime), "B2": "0:01:30", "C2": "=yesterday", "D2": "3", "E2": "5", "F2": "4,500", "G2": "3", "F3": "4,500",
	})
	for cell, name := range map[string]string{"S3": "Sheet1", "V2": "Cameras"} {
		if text, err := f.GetCellValue(name, cell); err != nil || text != "10.0.0.5/ch01" {
			t.Errorf("%s!%s is %q, %v", name, cell, text, err)
		}
		if formula, err := f.GetCellFormula(name, cell); err != nil || formula != `HYPERLINK("10.0.0.5/ch01","10.0.0.5/ch01")` {
			t.Errorf("%s!%s is the formula %q, %v", name, cell, formula, err)
		}
	}
	for _, name := range f.GetSheetList() {
		props, err := f.GetSheetProps(name)
		page, err2 := f.GetPageLayout(name)
		if errors.Join(err, err2) != nil || props.FitToPage == nil || !*props.FitToPage || page.FitToWidth == nil || *page.FitToWidth != 1 || page.FitToHeight == nil || *page.FitToHeight != 0 {
			t.Errorf("%s is printed %+v, %+v, %v", name, props, page, errors.Join(err, err2))
		}
	}
	if n := strings.Count(xml, "_xlnm.Print_Titles"); n != 5 {
		t.Errorf("%d worksheets have their titles on each page", n)
	}
	short, err := f.GetColWidth("Files", "I")
	long, err2 := f.GetColWidth("Files", "H")
	if errors.Join(err, err2) != nil || long < short+8 {
		t.Errorf("a path has %v, its bytes %v", long, short)
	}
}

// Rows without a header that name no cameras are shorter than a row may be.
func TestTheResultOfTheShortestRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tasks.csv")
	if err := os.WriteFile(path, []byte("admin,secret,10.0.0.5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, text := resultOf(t, path, sheet.Options{})
	if got, err := f.GetCellValue(f.GetSheetName(0), "C2"); err != nil || got != "10.0.0.5" || strings.Contains(text, "secret") {
		t.Errorf("C2 is %q, %v", got, err)
	}
}
