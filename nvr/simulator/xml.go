package simulator

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"regexp"
	"strings"
)

// element returns an XML element. It is built as text because the XML of
// devices is untidy too.
func element(name string, value any) string {
	return fmt.Sprintf("<%s>%s</%s>\n", name, html.EscapeString(fmt.Sprint(value)), name)
}

// namespaces holds the version and the namespace of a root element for each
// Namespace that is an attribute of it.
var namespaces = map[Namespace][2]string{
	HikvisionNS:   {"1.0", "http://www.hikvision.com/ver20/XMLSchema"},
	ISAPINS:       {"2.0", "http://www.isapi.org/ver20/XMLSchema"},
	HikvisionNS10: {"1.0", "http://www.hikvision.com/ver10/XMLSchema"},
	StdOrgNS:      {"2.0", "http://www.std-cgi.org/ver20/XMLSchema"},
	StdComNS:      {"2.0", "http://www.std-cgi.com/ver20/XMLSchema"},
	PsiaNS:        {"1.0", "urn:selfextension:psiaext-ver10-xsd"},
}

// document returns a root element in the recorder's namespace.
func (rec *Recorder) document(root, attributes, inner string) string {
	begin := `version="2.0"` // without a namespace
	if ns, ok := namespaces[rec.quirks.Namespace]; ok {
		begin = fmt.Sprintf("version=%q xmlns=%q", ns[0], ns[1])
	}
	if rec.quirks.Namespace == PrefixedNS {
		root, inner = "hik:"+root, prefixes.ReplaceAllString(inner, "<${1}hik:")
		begin += ` xmlns:hik="http://www.hikvision.com/ver20/XMLSchema"`
	}
	return fmt.Sprintf("<%s %s%s>\n%s</%s>", root, begin, attributes, inner, root)
}

// prefixes matches the place for a prefix in every tag.
var prefixes = regexp.MustCompile(`<(/?)`)

// answer returns a reply with a document.
func (rec *Recorder) answer(root, attributes, inner string) *reply {
	return (&reply{status: http.StatusOK}).xml(rec.document(root, attributes, inner))
}

// node is a parsed element. Its namespace does not matter.
type node struct {
	XMLName  xml.Name
	Text     string  `xml:",chardata"`
	Children []*node `xml:",any"`
}

// parseXML parses a document.
func parseXML(text string) (*node, error) {
	dec := xml.NewDecoder(strings.NewReader(text))
	root := new(node)
	if err := dec.Decode(root); err != nil {
		return nil, fmt.Errorf("not XML: %w", err)
	}
	if err := dec.Decode(new(node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("two root tags")
	}
	return root, nil
}

// all returns all elements with that name, at any depth, in document order.
func (n *node) all(name string) []*node {
	var found []*node
	for _, c := range n.Children {
		if c.XMLName.Local == name {
			found = append(found, c)
		}
		found = append(found, c.all(name)...)
	}
	return found
}

// find returns the trimmed text of the first element with that name, and
// whether there is one.
func (n *node) find(name string) (string, bool) {
	if found := n.all(name); len(found) > 0 {
		return strings.TrimSpace(found[0].Text), true
	}
	return "", false
}
