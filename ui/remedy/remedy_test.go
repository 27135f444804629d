package remedy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"example.com/hikgrab/nvr"
)

// inspect calls visit for every node of the packages below, with its file.
func inspect(t *testing.T, visit func(path string, n ast.Node)) {
	t.Helper()
	for _, dir := range []string{"../../nvr", "../../tasks"} {
		err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				visit(filepath.ToSlash(path), n)
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func text(t *testing.T, n ast.Node) string {
	t.Helper()
	text, err := strconv.Unquote(n.(*ast.BasicLit).Value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// declared returns the remedies that the packages below declare.
func declared(t *testing.T) map[nvr.Remedy]bool {
	t.Helper()
	found := map[nvr.Remedy]bool{}
	inspect(t, func(_ string, n ast.Node) {
		if spec, ok := n.(*ast.ValueSpec); ok && isRemedy(spec.Type) {
			for _, v := range spec.Values {
				found[nvr.Remedy(text(t, v))] = true
			}
		}
	})
	return found
}

func isRemedy(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "Remedy"
	case *ast.SelectorExpr:
		return e.Sel.Name == "Remedy"
	}
	return false
}

func TestEveryRemedyHasItsSentence(t *testing.T) {
	all := declared(t)
	if len(all) < 30 {
		t.Fatalf("only %d remedies found", len(all))
	}
	for r := range all {
		if Plain(r) == "" {
			t.Errorf("%q has no sentence", r)
		}
	}
	for r := range table {
		if !all[r] {
			t.Errorf("nothing gives %q", r)
		}
	}
}

var (
	key  = regexp.MustCompile(`\bpress r\b|\br tries\b`)
	flag = regexp.MustCompile(`--[a-z]`)
)

// TestEachReaderCanDoIt checks that no key is named where there are none, and
// no flag on the screen or in files.
func TestEachReaderCanDoIt(t *testing.T) {
	for r := range table {
		for name, text := range map[string]string{"Screen": Screen(r), "Plain": Plain(r)} {
			if flag.MatchString(text) {
				t.Errorf("%s of %q names a flag: %s", name, r, text)
			}
		}
		for name, text := range map[string]string{"Run": Run(r), "Plain": Plain(r)} {
			if key.MatchString(text) {
				t.Errorf("%s of %q names a key: %s", name, r, text)
			}
		}
	}
	if Screen("") != "" || Run("") != "" || Plain("unheard-of") != "" {
		t.Error("there is something to do about nothing")
	}
}

// TestTheRoomsBelowKnowNoWordsOfTheHouse checks that the packages below name no
// key, flag or sheet, because their messages also appear in lines, in files and
// on other machines.
func TestTheRoomsBelowKnowNoWordsOfTheHouse(t *testing.T) {
	house := regexp.MustCompile(key.String() + "|" + flag.String() + `|\bsheet\b`)
	seen := 0
	inspect(t, func(path string, n ast.Node) {
		for _, own := range []string{"/tasks/sheet/", "/tasks/awake/", "/tasks/fleet/hub/", "/nvr/simulator/"} { // the sheet itself, flags of other programs, the hub's own command line
			if strings.Contains(path, own) {
				return
			}
		}
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return
		}
		seen++
		if s := text(t, lit); house.MatchString(s) {
			t.Errorf("%s: %q", path, s)
		}
	})
	if seen < 1000 {
		t.Errorf("only %d texts were looked at", seen)
	}
}
