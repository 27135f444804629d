package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"golang.org/x/text/encoding/ianaindex"
)

// The limits on unpacking a workbook. They are checked while reading, so that a
// file of a few kilobytes never takes more than some 200 MiB and a few seconds.
const (
	maxUnzipped = 64 << 20  // bytes
	maxParts    = 10_000    // files in it
	maxTags     = 6_000_000 // XML tags of any kind
	maxTag      = 64 << 10  // bytes of one of them
	maxRun      = 1 << 20   // bytes of text between two
)

// parts are the files in a workbook, found whatever the case and the direction
// of the slashes in their names.
type parts struct {
	files map[string]*zip.File
	left  int64 // bytes that may still be unpacked
	tags  int   // and XML tags
}

func openParts(data []byte) (*parts, error) {
	if bytes.Count(data, []byte("PK\x01\x02")) > maxParts {
		return nil, fmt.Errorf("%w: it holds more than %d files", ErrTooLarge, maxParts)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, errDamaged
	}
	p := &parts{files: make(map[string]*zip.File, len(z.File)), left: maxUnzipped, tags: maxTags}
	for _, f := range z.File {
		p.files[partName("", f.Name)] = f
	}
	return p, nil
}

// partName returns the name of a part, given a target in another part's
// directory.
func partName(dir, target string) string {
	target = strings.ToLower(strings.ReplaceAll(target, `\`, "/"))
	if !strings.HasPrefix(target, "/") {
		target = dir + "/" + target
	}
	return strings.TrimPrefix(path.Clean("/"+target), "/")
}

// find returns the part that a target names. If a program put it somewhere
// else, its last name element decides, provided only one part has it.
func (p *parts) find(dir, target string) string {
	name := partName(dir, target)
	if p.files[name] != nil {
		return name
	}
	found := ""
	for other := range p.files {
		if path.Base(other) == path.Base(name) {
			if found != "" {
				return ""
			}
			found = other
		}
	}
	return found
}

// relation is a link from one part to another.
type relation struct{ id, kind, target string }

func (p *parts) relations(of string) (list []relation, err error) {
	rels := path.Join(path.Dir(of), "_rels", path.Base(of)+".rels")
	if of == "" {
		rels = "_rels/.rels"
	}
	dir := strings.TrimSuffix(path.Dir(of), ".")
	err = p.each(rels, func(_ *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local == "Relationship" {
			list = append(list, relation{attribute(e, "Id"), path.Base(attribute(e, "Type")), p.find(dir, attribute(e, "Target"))})
		}
		return nil
	})
	return list, err
}

// each calls visit at the start of every element of a part; a missing part has
// none. Visit may read on to the end of its element. The tokens are raw, which
// halves the cost: nothing here needs name spaces.
func (p *parts) each(name string, visit func(*xml.Decoder, xml.StartElement) error) error {
	f := p.files[name]
	if f == nil {
		return nil
	}
	r, err := f.Open()
	if err != nil {
		return errDamaged
	}
	defer r.Close()
	d := xml.NewDecoder(&bounded{from: r, parts: p})
	d.CharsetReader = func(label string, from io.Reader) (io.Reader, error) {
		e, err := ianaindex.IANA.Encoding(label)
		if err != nil || e == nil {
			return nil, errDamaged
		}
		return e.NewDecoder().Reader(from), nil
	}
	first, last := "", ""
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) && last == first && first != "" {
			return nil
		}
		if err != nil {
			return damage(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if first == "" {
				first = e.Name.Local
			}
			if err := visit(d, e); err != nil {
				return damage(err)
			}
		case xml.EndElement:
			last = e.Name.Local
		}
	}
}

// damage returns err if it says that a workbook is too large, otherwise that
// the workbook is damaged.
func damage(err error) error {
	if errors.Is(err, ErrTooLarge) {
		return err
	}
	return errDamaged
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// elementText returns the text of an open element and reads to its end: the
// text in v or t elements, or in the element itself if it is one. It leaves out
// phonetic hints.
func elementText(d *xml.Decoder, name string) (string, error) {
	var b strings.Builder
	spoken, innermost := 0, name // spoken is how deep a hint began
	for depth := 1; depth > 0; {
		token, err := d.RawToken()
		if err != nil {
			return "", err
		}
		switch e := token.(type) {
		case xml.StartElement:
			depth++
			if innermost = e.Name.Local; innermost == "rPh" && spoken == 0 {
				spoken = depth
			}
		case xml.EndElement:
			if depth == spoken {
				spoken = 0
			}
			depth--
			innermost = ""
		case xml.CharData:
			if spoken == 0 && (innermost == "t" || innermost == "v" || innermost == "creator") {
				b.Write(e)
			}
		}
	}
	return b.String(), nil
}

// bounded reads a part while unpacking it, and enforces the limits.
type bounded struct {
	from  io.Reader
	parts *parts
	run   int // bytes since the last < or >
	inTag bool
}

func (b *bounded) Read(to []byte) (int, error) {
	n, err := b.from.Read(to)
	if b.parts.left -= int64(n); b.parts.left < 0 {
		return 0, fmt.Errorf("%w: it unpacks to more than %d MiB; keep the tasks in a workbook of their own", ErrTooLarge, maxUnzipped>>20)
	}
	for _, c := range to[:n] {
		b.run++
		switch {
		case c == '<':
			b.parts.tags--
			b.inTag, b.run = true, 0
		case c == '>':
			b.inTag, b.run = false, 0
		}
		if b.parts.tags < 0 || b.run > maxRun || b.inTag && b.run > maxTag {
			return 0, fmt.Errorf("%w: it holds more than any list of recorders; keep the tasks in a workbook of their own", ErrTooLarge)
		}
	}
	return n, err
}
