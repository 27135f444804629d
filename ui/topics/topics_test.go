package topics

import (
	"reflect"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/sheet"
	"example.com/hikgrab/ui/plain"
)

// textOf returns a topic's page.
func textOf(t *testing.T, name string) string {
	t.Helper()
	for _, topic := range All() {
		if topic.Name == name {
			return topic.Text
		}
	}
	t.Fatalf("there is no topic %s", name)
	return ""
}

// Pages fit a terminal, and no placeholder of a table is left in them.
func TestPagesFitTheTerminal(t *testing.T) {
	for _, topic := range All() {
		if strings.Contains(topic.Text, "{{") || strings.TrimSpace(topic.Text) == "" {
			t.Errorf("%s is not complete", topic.Name)
		}
		if topic.Name == "licenses" {
			continue
		}
		for line := range strings.Lines(topic.Text) {
			if width := ansi.StringWidth(strings.TrimRight(line, "\n")); width > 80 {
				t.Errorf("%s: a line is %d wide: %s", topic.Name, width, line)
			}
		}
	}
}

// Every field and type in the events of a run is explained.
func TestJSONExplainsEveryField(t *testing.T) {
	page := textOf(t, "json")
	for _, record := range []any{plain.EventRecord{}, plain.ProgressRecord{}, plain.GapRecord{}, plain.SummaryRecord{}} {
		for _, name := range fieldsOf(reflect.TypeOf(record)) {
			if !wordIn(page, name) {
				t.Errorf("%T: %q is not explained", record, name)
			}
		}
	}
	types := []string{"progress", "gap", "summary"}
	for _, event := range []tasks.EventType{
		tasks.EventRecorder, tasks.EventCamera, tasks.EventFile, tasks.EventMade,
		tasks.EventRetry, tasks.EventNotice, tasks.EventError,
	} {
		types = append(types, string(event))
	}
	for _, name := range types {
		if !strings.Contains(page, "\n  "+name+" ") {
			t.Errorf("type %q is not explained", name)
		}
	}
}

func TestSheetExplainsEveryColumn(t *testing.T) {
	page := textOf(t, "sheet")
	for _, c := range sheet.Columns() {
		for _, header := range c.Headers {
			if !wordIn(page, header) {
				t.Errorf("header %q is not in the page", header)
			}
		}
	}
}

// fieldsOf returns the JSON names of a record's fields, including embedded
// ones.
func fieldsOf(record reflect.Type) []string {
	var names []string
	for i := range record.NumField() {
		f := record.Field(i)
		if f.Anonymous {
			names = append(names, fieldsOf(f.Type)...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// wordIn reports whether text contains word as a whole word.
func wordIn(text, word string) bool {
	for _, field := range strings.FieldsFunc(strings.ReplaceAll(text, "\n", " "), func(r rune) bool { return strings.ContainsRune(",;:()\"", r) }) {
		if field = strings.TrimSpace(field); field == word || strings.HasPrefix(field, word+" ") || strings.Contains(field, " "+word+" ") || strings.HasSuffix(field, " "+word) {
			return true
		}
	}
	return false
}
