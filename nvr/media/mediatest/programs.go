package mediatest

import (
	"os/exec"
	"strings"
	"testing"
)

// Run returns the output of a program, such as ffprobe. The test fails if the
// program does.
func Run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).Output()
	if err != nil {
		t.Fatalf("%s %v: %v", name, args, err)
	}
	return out
}

// Column returns a column, counted from 0, of comma-separated lines, without
// comment lines.
func Column(text []byte, n int) (list []string) {
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSpace(line), ",")
		if !strings.HasPrefix(line, "#") && len(fields) > n {
			list = append(list, strings.TrimSpace(fields[n]))
		}
	}
	return list
}
