// Hikgrab downloads recordings from Hikvision recorders, as a task sheet asks.
package main

import (
	"context"
	"os"
	"runtime/debug"

	"example.com/hikgrab/ui/command"
)

// version is stamped by release builds: -ldflags "-X main.version=v1.2.3".
var version = ""

func main() {
	if os.Getenv("GOGC") == "" {
		// Indexes of MP4s come and go by the megabyte. Collecting them twice as
		// often costs nothing beside hashing, and a quarter of the memory less.
		debug.SetGCPercent(50)
	}
	p := command.Program{Name: os.Args[0], Version: version, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	os.Exit(p.Run(context.Background(), os.Args[1:]))
}
