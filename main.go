// Hikgrab downloads the recordings that a task sheet lists from Hikvision
// recorders.
package main

import (
	"context"
	"os"
	"runtime/debug"

	"example.com/hikgrab/ui/command"
)

// version is set by release builds: -ldflags "-X main.version=v1.2.3".
var version = ""

func main() {
	if os.Getenv("GOGC") == "" {
		// MP4 indexes are megabytes each and short-lived. Collecting twice as often
		// costs nothing next to hashing and saves a quarter of the memory.
		debug.SetGCPercent(50)
	}
	p := command.Program{Name: os.Args[0], Version: version, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	os.Exit(p.Run(context.Background(), os.Args[1:]))
}
