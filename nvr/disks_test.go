package nvr_test

import (
	"strings"
	"testing"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

func TestDisks(t *testing.T) {
	_, client := plug(t, simulator.Config{Disks: []simulator.Disk{{Capacity: 4 << 40}, {Status: "error", Capacity: 1 << 40, Free: 1 << 30}}})
	disks, err := client.Disks(t.Context())
	want := []nvr.Disk{
		{Name: "hdda", Status: "ok", Capacity: 4 << 40},
		{Name: "hddb", Status: "error", Capacity: 1 << 40, Free: 1 << 30},
	}
	if err != nil || len(disks) != 2 || disks[0] != want[0] || disks[1] != want[1] {
		t.Fatalf("%+v, %v", disks, err)
	}
	if !disks[0].Healthy() || disks[1].Healthy() {
		t.Error("the wrong disk is healthy")
	}
}

// TestDisksNotReported has devices that report no disks, or nonsense.
func TestDisksNotReported(t *testing.T) {
	for name, fault := range map[string]simulator.Fault{
		"forbidden": simulator.Status(403, ""), "nothing": simulator.Status(200, ""), "nonsense": simulator.Status(200, "<storage><hddList><hdd>"),
		"sizes that cannot be": simulator.Status(200, "<storage><hddList><hdd><hddName>a\x1b[2J</hddName><status>ok</status><capacity>-5</capacity><freeSpace>99999999999999999999</freeSpace></hdd></hddList></storage>"),
	} {
		device, client := plug(t, simulator.Config{})
		device.ScriptAlways(simulator.Storage, fault)
		disks, err := client.Disks(t.Context())
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, d := range disks {
			if d != (nvr.Disk{Name: "a", Status: "ok"}) {
				t.Errorf("%s: %+v", name, d)
			}
		}
	}
}

// A list longer than that of any recorder takes no memory.
func TestDisksWithoutEnd(t *testing.T) {
	body := "<storage><hddList>" + strings.Repeat("<hdd/>", 100_000) + "</hddList><nasList><nas><path>/video</path></nas></nasList></storage>"
	if n := nvr.DecodedDisks(body); n > 1000 {
		t.Errorf("room for %d disks", n)
	}
	device, client := plug(t, simulator.Config{})
	device.ScriptAlways(simulator.Storage, simulator.Status(200, body))
	if disks, err := client.Disks(t.Context()); err != nil || len(disks) != 65 || disks[64].Name != "/video" {
		t.Errorf("%d disks, %v", len(disks), err)
	}
}
