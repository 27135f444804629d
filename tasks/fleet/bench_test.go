package fleet_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/fleet"
)

// BenchmarkCoordinator measures one beat of each of very many working machines
// in turn, as the coordinator handles it, and its memory for all of them.
func BenchmarkCoordinator(b *testing.B) {
	for _, size := range []struct{ machines, recorders int }{{10, 10_000}, {1_000, 100_000}} {
		b.Run(fmt.Sprintf("machines=%d/recorders=%d", size.machines, size.recorders), func(b *testing.B) {
			w := &world{net: newNetwork(1), catalogue: map[string][]string{}}
			var planned tasks.Snapshot
			for i := range size.recorders {
				address := nvr.Address{Host: fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), Port: 80}
				w.list = append(w.list, tasks.Task{Address: address, Login: nvr.Login{User: "admin", Password: "s3cret"}})
				planned.Cameras = append(planned.Cameras, tasks.CameraView{Stream: nvr.Main})
				planned.Recorders = append(planned.Recorders, tasks.RecorderView{Address: address.String(), First: i, Count: 1})
			}
			c := fleet.NewCoordinator(w.net.hub(), w, w.list, &planned, fleet.CoordinatorOptions{Run: fleet.Run{ID: "run", PerRecorder: 2}})
			planned = tasks.Snapshot{} // the program keeps no copy either
			ctx, cancel := context.WithCancel(b.Context())
			ended := make(chan error, 1)
			go func() { ended <- c.Run(ctx) }()
			defer func() {
				cancel()
				if err := <-ended; err != nil {
					b.Error(err)
				}
			}()
			crowd := make([]*beater, size.machines)
			for i := range crowd {
				crowd[i] = newBeater(b, w.net.link(fleet.MachineID(fmt.Sprint("M", i))))
				for range 3 {
					crowd[i].beat(b)
				}
			}
			i := 0
			for b.Loop() {
				crowd[i%size.machines].beat(b)
				i++
			}
			debug.FreeOSMemory() // free what only the preparation needed
			if text, err := os.ReadFile("/proc/self/statm"); err == nil {
				pages, _ := strconv.Atoi(strings.Fields(string(text))[1])
				b.ReportMetric(float64(pages*os.Getpagesize())/(1<<20), "MiB-resident")
			}
		})
	}
}

// beater is a machine that only beats.
type beater struct {
	link *memoryLink
	next fleet.Beat
}

func newBeater(b *testing.B, link *memoryLink) *beater {
	m := &beater{link: link, next: fleet.Beat{Jobs: 8, Free: -1}}
	var w fleet.Welcome
	for w.Session == 0 {
		m.ask(b, fleet.KindHello, fleet.Hello{Protocol: fleet.Protocol, Name: "m"}, &w)
	}
	m.next.Session = w.Session
	return m
}

// ask asks the coordinator until it answers.
func (m *beater) ask(b *testing.B, kind fleet.Kind, question, answer any) {
	text, err := json.Marshal(question)
	if err != nil {
		b.Fatal(err)
	}
	got, err := m.link.Request(b.Context(), kind, text)
	if err != nil {
		return
	}
	if err := json.Unmarshal(got, answer); err != nil {
		b.Fatal(err)
	}
}

func (m *beater) beat(b *testing.B) {
	m.next.N++
	var o fleet.Orders
	m.ask(b, fleet.KindBeat, m.next, &o)
	m.next.Accepted, m.next.Holds = m.next.N, nil
	for _, p := range o.Leases {
		h := fleet.Holding{Recorder: p.Recorder, Epoch: p.Epoch, Started: true}
		if p.Grant != nil {
			h.Wanted = p.Grant.Wanted
		}
		m.next.Holds = append(m.next.Holds, h)
	}
}
