package sheet

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// decrypt decrypts a protected workbook.
func decrypt(data []byte, o Options) (plain []byte, err error) {
	defer caught(&err)
	if o.Password == nil {
		return nil, fmt.Errorf("%w: set HIKGRAB_SHEET_PASSWORD, or save it without one", ErrEncrypted)
	}
	for _, m := range spins.FindAllSubmatch(data, -1) { // Excel hashes 100,000 times
		if n, err := strconv.Atoi(string(m[1])); err != nil || n > 2_000_000 {
			return nil, fmt.Errorf("%w: it asks for more work than Excel ever does to check the password", errDamaged)
		}
	}
	password, err := o.Password()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncrypted, err)
	}
	plain, err = excelize.Decrypt(data, &excelize.Options{Password: password})
	if err != nil || !bytes.HasPrefix(plain, []byte("PK")) {
		return nil, ErrPassword
	}
	return plain, nil
}

// spins matches how often an encrypted workbook wants its password hashed.
var spins = regexp.MustCompile(`spinCount="(\d+)"`)

// workbook is an .xlsx or .xlsm workbook as far as tasks need it. Unlike in
// excelize, it is read as a stream with limits: a single styled cell far to the
// right, or a million empty texts, would cost gigabytes there.
type workbook struct {
	parts    *parts
	pages    []page
	date1904 bool     // dates count from 1904, as in old Excel for Mac
	texts    []string // shared by cells
	formats  []format // how numbers are shown, by style
	creator  string
	volume   volume
}

// page is a worksheet of a workbook.
type page struct {
	name   string
	part   string
	hidden bool
}

// openWorkbook reads everything but the worksheets.
func openWorkbook(data []byte) (*workbook, error) {
	p, err := openParts(data)
	if err != nil {
		return nil, err
	}
	w := &workbook{parts: p}
	main, err := w.main()
	if err != nil {
		return nil, err
	}
	links, err := p.relations(main)
	if err != nil {
		return nil, err
	}
	if err := w.readPages(main, links); err != nil {
		return nil, err
	}
	for _, l := range links {
		switch l.kind {
		case "sharedStrings":
			err = w.readTexts(l.target)
		case "styles":
			err = w.readFormats(l.target)
		}
		if err != nil {
			return nil, err
		}
	}
	return w, p.each("docprops/core.xml", func(d *xml.Decoder, e xml.StartElement) (err error) {
		if e.Name.Local == "creator" {
			w.creator, err = elementText(d, "creator")
		}
		return err
	})
}

// main returns the part that lists the worksheets, or an error that says what
// the file is instead.
func (w *workbook) main() (string, error) {
	links, err := w.parts.relations("")
	if err != nil {
		return "", err
	}
	main := ""
	for _, l := range links {
		if l.kind == "officeDocument" {
			main = l.target
		}
	}
	if main == "" {
		main = w.parts.find("xl", "workbook.xml")
	}
	switch {
	case path.Base(main) == "workbook.bin":
		return "", formatError("it is a binary .xlsb workbook; open it in Excel and save it as .xlsx")
	case w.parts.files["mimetype"] != nil && w.parts.files["content.xml"] != nil:
		return "", formatError("it is an OpenDocument file (.ods); open it in LibreOffice or Excel and save it as .xlsx")
	case w.has(".iwa"), w.has("index.zip"):
		return "", formatError("it is a sheet of Apple Numbers; export it from there to Excel, as .xlsx")
	case main == "", path.Ext(main) != ".xml", path.Base(main) == "document.xml", path.Base(main) == "presentation.xml":
		return "", formatError("there is no workbook in it; it may be another kind of document or a plain zip")
	}
	return main, nil
}

// has reports whether there is a part whose name ends so.
func (w *workbook) has(end string) bool {
	for name := range w.parts.files {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

func (w *workbook) readPages(main string, links []relation) error {
	err := w.parts.each(main, func(_ *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			w.date1904 = truth(attribute(e, "date1904"))
		case "sheet":
			i := slices.IndexFunc(links, func(l relation) bool { return l.id == attribute(e, "id") && l.kind != "chartsheet" })
			if i < 0 || len(w.pages) == 1000 {
				return nil
			}
			w.pages = append(w.pages, page{attribute(e, "name"), links[i].target, strings.HasSuffix(strings.ToLower(attribute(e, "state")), "hidden")})
		}
		return nil
	})
	if err == nil && len(w.pages) == 0 {
		return errDamaged
	}
	return err
}

func truth(s string) bool { return s == "1" || s == "true" }

// readTexts reads the texts that cells share.
func (w *workbook) readTexts(part string) error {
	size := 0
	return w.parts.each(part, func(d *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		s, err := elementText(d, "si")
		if size += len(s); err == nil && (len(w.texts) == maxCells/2 || size > maxText || len(s) > maxCell) {
			err = errManyCells
		}
		w.texts = append(w.texts, unescaped(s))
		return err
	})
}

// readFormats reads how each style shows numbers (ECMA-376 part 1, 18.8.10 and
// 18.8.31).
func (w *workbook) readFormats(part string) error {
	custom := map[int]format{}
	inCells := false
	return w.parts.each(part, func(_ *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			if id, err := strconv.Atoi(attribute(e, "numFmtId")); err == nil {
				custom[id] = parseFormat(attribute(e, "formatCode"))
			}
		case "cellXfs":
			inCells = true
		case "cellStyles", "dxfs":
			inCells = false
		case "xf":
			if !inCells {
				return nil
			}
			id, _ := strconv.Atoi(attribute(e, "numFmtId"))
			f, ok := custom[id]
			if !ok {
				f = parseFormat(builtin(id))
			}
			if w.formats = append(w.formats, f); len(w.formats) > 1<<16 {
				return errDamaged // Excel has no room for more either
			}
		}
		return nil
	})
}

// escapes matches character codes (ECMA-376 part 1, 22.9.2.19, ST_Xstring).
var escapes = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescaped decodes the character codes in a text.
func unescaped(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escapes.ReplaceAllStringFunc(s, func(e string) string {
		n, err := strconv.ParseUint(e[2:6], 16, 16)
		if err != nil || !utf8.ValidRune(rune(n)) {
			return e
		}
		return string(rune(n))
	})
}
