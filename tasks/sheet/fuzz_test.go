package sheet

import (
	"archive/zip"
	"bytes"
	"testing"
)

// packed returns a small workbook of these cells, texts and styles.
func packed(t testing.TB, cells, texts, styles string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	const rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	for _, part := range [][2]string{
		{"xl/workbook.xml", `<workbook><sheets><sheet name="Tasks" id="a"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="a" Type="` + rel + `worksheet" Target="sheet.xml"/>` +
			`<Relationship Id="b" Type="` + rel + `sharedStrings" Target="texts.xml"/><Relationship Id="c" Type="` + rel + `styles" Target="styles.xml"/></Relationships>`},
		{"xl/sheet.xml", "<worksheet><sheetData>" + cells + "</sheetData></worksheet>"},
		{"xl/texts.xml", "<sst>" + texts + "</sst>"},
		{"xl/styles.xml", "<styleSheet>" + styles + "</styleSheet>"},
	} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: part[0], Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(part[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// FuzzWorksheet reads workbooks without a file or a compressor, which would
// cost more than the reading.
func FuzzWorksheet(f *testing.F) {
	for _, seed := range [][3]string{
		{`<row r="1"><c r="A1" t="inlineStr"><is><t>admin</t></is></c><c r="B1"><v>12</v></c><c r="C1" t="str"><v>10.0.0.5</v></c></row>`, "", ""},
		{`<row><c><f>1+1</f></c><c t="e"><v>#N/A</v></c><c t="b"><v>1</v></c><c t="d"><v>2026-11-03</v></c></row>`, "", ""},
		{`<row r="1048576"><c r="XFD1048576" s="99"><v>1E+300</v></c></row><mergeCells><mergeCell ref="A1:C3"/></mergeCells>`, "", ""},
		{
			`<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c></row><row><c t="s"><v>3</v></c><c t="s"><v>1</v></c><c s="0"><v>7</v></c></row>`,
			`<si><t>host</t></si><si><t>user</t></si><si><r><t>pass</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si><si><t>10.0.0.5_x0041_</t></si>`,
			`<numFmts><numFmt numFmtId="164" formatCode="00000"/></numFmts><cellXfs><xf numFmtId="164"/></cellXfs>`,
		},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, cells, texts, styles string) {
		if len(cells)+len(texts)+len(styles) > 1<<13 {
			return
		}
		table, err := parse(packed(t, cells, texts, styles), Options{})
		if err != nil {
			return
		}
		r := reader{table: table}
		if list := r.read(); r.failure() == nil && len(list) == 0 {
			t.Fatal("neither tasks nor an error")
		}
		for _, l := range table.lines {
			if l.row < 1 || len(l.cells) > maxColumns {
				t.Fatalf("row %d has %d cells", l.row, len(l.cells))
			}
		}
	})
}
