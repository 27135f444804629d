package command

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/fleet/hub"
)

// demoFleet is the set of machines in a demo, each a process on this computer.
// The first is killed half-way, to show that nothing is lost.
type demoFleet struct {
	dir     string
	size    int
	running sync.WaitGroup
}

const demoPatience = 5 * time.Second

func (a *app) demoMachines(c *cobra.Command, machines int, dir string, j job) error {
	f := &demoFleet{dir: dir, size: machines}
	defer f.running.Wait()
	ctx, stop := context.WithCancel(context.WithoutCancel(c.Context())) // the machines outlive a signal until the run has stopped
	defer stop()
	a.flags.Coordinate()
	w := &wire{
		listen: "127.0.0.1:0", patience: demoPatience, identity: filepath.Join(dir, "fleet"),
		opened: func(id *hub.Identity, s *spread) error { return f.start(ctx, id, s) },
	}
	return a.fetch(c.Context(), a.spreadJob(w, j))
}

// start starts the machines; they end with ctx.
func (f *demoFleet) start(ctx context.Context, id *hub.Identity, s *spread) error {
	inv, err := id.Invite(time.Now(), time.Hour, nil)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	kill := map[string]context.CancelFunc{}
	for i := range f.size {
		name := fmt.Sprintf("machine-%d", i+1)
		life, end := context.WithCancel(ctx)
		kill[name] = end
		cmd := exec.CommandContext(life, program, "work", "--plain", "--once", "--name", name, "--jobs", "2", "--out", filepath.Join(f.dir, name))
		cmd.Env = append(os.Environ(), "HIKGRAB_JOIN="+inv.String())
		if err := cmd.Start(); err != nil {
			end()
			return err
		}
		f.running.Go(func() { _ = cmd.Wait() }) // the board shows how it ends
	}
	if f.size > 1 {
		f.running.Go(func() { killHalfWay(ctx, kill, s) })
	}
	return nil
}

// killHalfWay kills the first machine that has files and is busy with more,
// without warning.
func killHalfWay(ctx context.Context, kill map[string]context.CancelFunc, s *spread) {
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	var snap tasks.Snapshot
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		s.Snapshot(&snap)
		for _, m := range snap.Machines {
			if end := kill[m.Name]; end != nil && m.Files >= 2 && m.Active > 0 {
				s.Tell(m.Name + " is killed now, as by a power cut")
				end()
				return
			}
		}
		if snap.Finished {
			return
		}
	}
}
