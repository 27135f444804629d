package flags

import (
	"errors"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func TestSuggest(t *testing.T) {
	for typed, want := range map[string]string{
		"--jbos=3":       "did you mean --jobs?",
		"--perrecorder":  "did you mean --per-recorder?",
		"--yesterdey":    "did you mean --yesterday?",
		"--completely":   "",
		"--per=1":        "did you mean --per-recorder?",
		"--yes":          "did you mean --yesterday?",
		"--x":            "",
		"--jobs=several": "", // the flag exists, the value is bad
	} {
		f, set := &Flags{}, pflag.NewFlagSet("hikgrab", pflag.ContinueOnError)
		f.Register(set)
		err := set.Parse([]string{typed})
		if err == nil {
			t.Fatalf("%s is accepted", typed)
		}
		got := Suggest(set, err)
		if !errors.Is(got, err) {
			t.Errorf("%s: the cause %v is lost in %v", typed, err, got)
		}
		if _, suggestion, _ := strings.Cut(got.Error(), "; "); suggestion != want {
			t.Errorf("%s: %v, want the suggestion %q", typed, got, want)
		}
	}
}
