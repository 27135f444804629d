package archive_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// Processes that write until they are killed.

// children are what the test binary becomes, instead of running tests, if
// childKey names one. Each prints "ready" once it may be killed.
var children = map[string]func(args ...string) error{"fetch": fetchAll, "derive": deriveAll, "bring": bringAll}

const childKey = "HIKGRAB_TEST_CHILD"

// child does the work of a process to be killed, if this is one.
func child() bool {
	args := strings.Split(os.Getenv(childKey), "\n")
	run, ok := children[args[0]]
	if !ok {
		return false
	}
	if err := run(args[1:]...); err != nil {
		fmt.Println("error", err)
	} else {
		fmt.Println("complete")
	}
	return true
}

// runKilled runs a child and kills it some time after it said "ready". The rest
// of its output, except errors, goes to take. It reports whether the child
// completed before that.
func runKilled(t *testing.T, after time.Duration, take func(text string), args ...string) (complete bool) {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0])
	cmd.Env = slices.Concat(os.Environ(), []string{childKey + "=" + strings.Join(args, "\n"), "GORACE=atexit_sleep_ms=0"})
	out, err := cmd.StdoutPipe()
	must(t, err, cmd.Start())
	for lines := bufio.NewScanner(out); lines.Scan(); {
		switch text := lines.Text(); {
		case text == "ready":
			timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
			defer timer.Stop()
		case text == "complete":
			complete = true
		case strings.HasPrefix(text, "error"):
			t.Error(text)
		default:
			take(text)
		}
	}
	_ = cmd.Wait() // it may have been killed
	return complete
}

func nothing(string) {}

var killSeed = flag.Uint64("kill.seed", 0, "seed of the moments to kill at; 0 takes the clock")

// killMoments returns the source of random moments to kill at.
func killMoments(t *testing.T) *rand.Rand {
	t.Helper()
	seed := *killSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-kill.seed=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
