package sheet

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of columns into the README")

// TestReadmeHasTheColumns keeps the README's table the one of the code: go test
// ./tasks/sheet -update writes it.
func TestReadmeHasTheColumns(t *testing.T) {
	const path, head = "../../README.md", "| column | headers | what to type |\n| --- | --- | --- |\n"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, after, ok := strings.Cut(strings.ReplaceAll(string(data), "\r\n", "\n"), head)
	had, after, ended := strings.Cut(after, "\n\n")
	if !ok || !ended {
		t.Fatal("the README has no table of columns")
	}
	var rows []string
	for f, c := range columns {
		rows = append(rows, fmt.Sprintf("| %s | %s · %s | %s |", field(f),
			strings.Join(c.in[English].headers, ", "), strings.Join(c.in[Russian].headers, ", "), c.in[English].help))
	}
	want := strings.Join(rows, "\n")
	if had == want {
		return
	}
	if !*update {
		t.Fatal("the README's table is not that of the code; go test ./tasks/sheet -update writes it")
	}
	if err := os.WriteFile(path, []byte(before+head+want+"\n\n"+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
