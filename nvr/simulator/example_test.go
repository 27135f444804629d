package simulator_test

import (
	"fmt"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

// A recorder with a day of recordings drops the first download.
func Example() {
	day := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	rec := simulator.New(simulator.Config{
		Channels: []simulator.Channel{{Recordings: simulator.Day(day, 15*time.Minute, 1<<20)}},
	})
	rec.Script(simulator.Download, simulator.DropAfter(64<<10))

	var network simulator.Network // its Dial is for the client
	network.Handle("10.0.0.5:80", rec)
	defer func() { _ = network.Close() }()

	list := rec.Recordings(101)
	fmt.Println(len(list), list[0].Name, rec.Content(101, list[0].Name).Size())
	// Output: 96 00000101000000000 1048576
}
