package sheet_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// manyTasks makes a workbook of n rows: texts, numbers and dates.
func manyTasks(t testing.TB, n int) string {
	return workbook(t, func(f *excelize.File) {
		w, err := f.NewStreamWriter("Sheet1")
		if err != nil {
			t.Fatal(err)
		}
		rows := [][]any{{"host", "user", "password", "cameras", "from", "to", "name"}}
		for i := range n {
			rows = append(rows, []any{
				fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), "admin", 10_000_000 + i, "1;3", 46329.5, 46330, fmt.Sprintf("Site %d", i),
			})
		}
		for i, row := range rows {
			if err := w.SetRow(fmt.Sprintf("A%d", i+1), row); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestManyRows(t *testing.T) {
	const n = 2500
	s := read(t, manyTasks(t, n))
	if len(s.Tasks) != n || len(s.Notices) != 0 {
		t.Fatalf("%d tasks, %d notices", len(s.Tasks), len(s.Notices))
	}
	if got, want := row(s.Tasks[n-1]), "10.0.9.195 | admin | 10002499 | 1 3 | 2026-11-03 12:00 to 2026-11-04 | Site 2499"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func BenchmarkReadWorkbook(b *testing.B) {
	path := manyTasks(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		read(b, path)
	}
}

func BenchmarkReadCSV(b *testing.B) {
	var text strings.Builder
	text.WriteString("host;user;password;cameras\n")
	for i := range 10_000 {
		fmt.Fprintf(&text, "10.%d.%d.%d;admin;secret%d;1,3\n", i>>16, i>>8&255, i&255, i)
	}
	path := write(b, "tasks.csv", text.String())
	b.ReportAllocs()
	for b.Loop() {
		read(b, path)
	}
}
