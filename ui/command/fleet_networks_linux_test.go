package command

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/hikgrab/nvr/simulator"
)

// network is a network namespace with an address for each machine. It lasts
// until its keeper process exits at the end of the tests.
type network struct {
	t      *testing.T
	keeper *exec.Cmd
}

// newNetwork makes an empty network.
func newNetwork(t *testing.T) *network {
	t.Helper()
	n := &network{t: t, keeper: exec.CommandContext(t.Context(), "sleep", "600")}
	n.keeper.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET, Pdeathsig: unix.SIGKILL}
	done := make(chan error, 1)
	go func() { // the keeper exits with the thread that started it
		runtime.LockOSThread()
		err := n.keeper.Start()
		done <- err
		if err == nil {
			_ = n.keeper.Wait()
		}
	}()
	if err := <-done; err != nil {
		t.Skipf("left out: no network can be made here: %v", err)
	}
	n.ip("link set lo up")
	return n
}

// inside calls do in the network. Sockets and processes made there stay in it.
func (n *network) inside(do func() error) {
	n.t.Helper()
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked, so that the thread ends here
		f, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", n.keeper.Process.Pid))
		if err == nil {
			err = unix.Setns(int(f.Fd()), unix.CLONE_NEWNET)
			_ = f.Close()
		}
		if err == nil {
			err = do()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		n.t.Fatal(err)
	}
}

// ip configures the network.
func (n *network) ip(command string) {
	n.t.Helper()
	n.inside(func() error {
		if out, err := exec.CommandContext(n.t.Context(), "ip", strings.Fields(command)...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %w: %s", command, err, bytes.TrimSpace(out))
		}
		return nil
	})
}

// cities are two networks, each with a recorder at 192.168.1.64 and a route to
// a third, which holds the coordinator.
type cities struct {
	*squad
	center     *network
	kazan, spb *network
}

// newCities makes the cities; each recorder has its city's password.
func newCities(t *testing.T, p plot, passwords [2]string) *cities {
	long(t)
	if os.Getuid() != 0 {
		t.Skip("left out: only root can make networks")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("left out: there is no ip(8)")
	}
	c := &cities{squad: emptySquad(t), center: newNetwork(t), kazan: newNetwork(t), spb: newNetwork(t)}
	for i, name := range []string{"kazan", "spb"} {
		city := c.city(name)
		c.center.ip(fmt.Sprintf("link add %s type veth peer name road netns %d", name, city.keeper.Process.Pid))
		c.center.ip(fmt.Sprintf("addr add 10.9.%d.1/24 dev %s", i, name))
		c.center.ip("link set " + name + " up")
		city.ip(fmt.Sprintf("addr add 10.9.%d.2/24 dev road", i))
		city.ip("link set road up")
		city.ip("addr add 192.168.1.64/32 dev lo")
		rec := c.recorder(i, p, passwords[i])
		city.inside(func() error {
			server, err := simulator.Listen("192.168.1.64:80", c.ledger.watch(i, rec))
			if err == nil {
				t.Cleanup(func() { _ = server.Close() })
			}
			return err
		})
		c.add(rec, "192.168.1.64", name)
	}
	return c
}

func (c *cities) city(name string) *network {
	if name == "kazan" {
		return c.kazan
	}
	return c.spb
}

// coordinate starts the coordinator.
func (c *cities) coordinate(sheet string) (boss *process) {
	c.t.Helper()
	c.write("tasks.csv", sheet)
	c.center.inside(func() error {
		boss = c.start("serve", c.serving("-j", "0", "--listen", ":7422", "--patience", shortPatience.String())...)
		return nil
	})
	c.await(boss, "machines can join at")
	return boss
}

// workIn starts a machine in a city, named after it.
func (c *cities) workIn(name string, invitation ...string) (p *process) {
	c.t.Helper()
	c.invite(name+".invite", invitation...)
	c.city(name).inside(func() error {
		p = c.run(name, c.command("", c.working(name, name+".invite")...)) // it connects from the city's address
		return nil
	})
	return p
}

// Two cities have recorders at the same address with different logins. Each
// machine contacts only its own city's recorder, and no recorder receives the
// other's login. An outage of one city's line changes nothing.
func TestLongTwoNetworksWithTheSameAddresses(t *testing.T) {
	c := newCities(t, plot{files: 14, rate: 30_000}, [2]string{scriptPassword + "kazan", scriptPassword + "spb"})
	boss := c.coordinate(fmt.Sprintf("recorder,user,password,network\n192.168.1.64,%[1]s,\"%[2]skazan\",kazan\n192.168.1.64,%[1]s,\"%[2]sspb\",SPb\n", scriptUser, scriptPassword))
	c.networks[1] = "SPb" // as spelled in the sheet
	kazan, spb := c.workIn("kazan", "--network", "kazan"), c.workIn("spb", "--network", "spb")
	c.until("both cities work", func() bool { return c.has("kazan") > 0 && c.has("spb") > 0 })
	time.Sleep(shortPatience + 2*time.Second) // by now the coordinator knows that no other machine is coming, and gives long leases
	had := c.has("kazan")
	c.center.ip("link set kazan down")
	time.Sleep(2*shortPatience + grace)
	if now := c.has("kazan"); now < had+5 {
		t.Error("a machine stops that nobody could take over from")
	}
	c.center.ip("link set kazan up")
	c.await(boss, "kazan is back")
	files := c.end(kazan, spb, boss)
	if files["kazan"] != 14 || files["spb"] != 14 {
		t.Errorf("the files are %v", files)
	}
	if n := c.downloads(); n != 28 {
		t.Errorf("%d downloads of 28 recordings", n)
	}
	// In the collected files the two recorders stay separate, whatever their
	// recordings are named.
	var home *process
	c.center.inside(func() error {
		home = c.start("collect", "collect", "--plain", "--listen", ":7422", "-o", "boss")
		return nil
	})
	c.await(home, "machines can join at")
	for _, name := range []string{"kazan", "spb"} {
		c.city(name).inside(func() error {
			c.run(name, c.command("", c.working(name)...))
			return nil
		})
	}
	c.exits(home, 0)
	c.atHome()
}

// Nobody has said that there are two networks, and one login works on both
// recorders. A machine that takes over sees that a different device answers,
// asks it for nothing, and says what to do.
func TestLongAnotherDeviceAnswersInAnotherNetwork(t *testing.T) {
	c := newCities(t, plot{files: 30, rate: 30_000}, [2]string{scriptPassword, scriptPassword})
	boss := c.coordinate(fmt.Sprintf("192.168.1.64,%s,\"%s\"\n", scriptUser, scriptPassword))
	kazan := c.workIn("kazan")
	c.until("it works", func() bool { return c.has("kazan") > 1 })
	spb := c.workIn("spb")
	c.await(boss, "+ spb")
	time.Sleep(3 * time.Second) // leases are short from now on
	c.kill(kazan)
	c.exits(boss, 3)
	c.exits(spb, 3)
	if want := "on spb  another device answers here (serial number "; !strings.Contains(boss.out.String(), want) {
		t.Errorf("%q is not said", want)
	}
	if n := c.recorders[1].Stats().Requests[simulator.Search]; n > 0 || c.has("spb") > 0 {
		t.Error("the other device was asked for recordings")
	}
}
