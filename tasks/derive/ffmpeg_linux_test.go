package derive

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"
)

// When hikgrab is killed, ffmpeg must not go on for hours by itself.
func TestFFmpegDiesWithUs(t *testing.T) {
	calls := fake(t, "hangs")
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	parent := exec.CommandContext(t.Context(), os.Args[0])
	parent.Env = append(os.Environ(), fakeParent+"="+t.TempDir(), "FAKE_PROGRAM="+program)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = parent.Process.Kill() }) // if it is still running
	for len(calls()) == 0 {
		time.Sleep(time.Millisecond)
	}
	pid := calls()[0].PID
	if !running(pid) {
		t.Fatal("ffmpeg ended by itself")
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // it was killed
	for range 5000 {
		if !running(pid) {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Error("ffmpeg lives on")
}

// running reports whether a process exists and is not a zombie.
func running(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, state, _ := bytes.Cut(stat, []byte(") "))
	return !bytes.HasPrefix(state, []byte("Z"))
}
