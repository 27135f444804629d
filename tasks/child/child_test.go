package child_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"example.com/hikgrab/tasks/child"
)

func TestEnvironmentHoldsNoSecret(t *testing.T) {
	for name, value := range map[string]string{
		"HIKGRAB_KAZAN": "secret", "HIKGRAB_SHEET_PASSWORD": "secret", "AWS_SECRET_ACCESS_KEY": "secret", "FFREPORT": "file=secret",
		"LD_PRELOAD": "secret.so", "LC_TIME": "C.UTF-8", "LANG": "C.UTF-8", "PATH": "/usr/bin",
	} {
		t.Setenv(name, value)
	}
	env := child.Environment("AV_LOG_FORCE_NOCOLOR=1")
	if text := strings.Join(env, "\n"); strings.Contains(text, "secret") {
		t.Errorf("it tells\n%s", text)
	}
	for _, want := range []string{"LC_TIME=C.UTF-8", "LANG=C.UTF-8", "PATH=/usr/bin", "AV_LOG_FORCE_NOCOLOR=1"} {
		if !slices.Contains(env, want) {
			t.Errorf("%s is missing in %q", want, env)
		}
	}
	c := exec.CommandContext(t.Context(), "program")
	child.Prepare(c, true)
	if len(c.Env) == 0 || c.SysProcAttr == nil {
		t.Errorf("%+v", c) // an empty environment would mean the whole of ours
	}
}
