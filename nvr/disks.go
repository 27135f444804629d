package nvr

import (
	"cmp"
	"context"
	"strconv"
	"strings"
)

const storagePath = "/ISAPI/ContentMgmt/Storage"

// maxDisks is more than any recorder has.
const maxDisks = 64

// Disk is a hard disk or network volume that a device records on.
type Disk struct {
	Name     string // what the device calls it, cleaned
	Status   string // its own word, cleaned: ok, error, unformatted, offline and others
	Capacity int64  // bytes; 0 when the device did not say
	Free     int64  // bytes; 0 is usual, since devices write over the oldest
}

// Healthy reports whether the device records on the disk, or may once it has to.
func (d Disk) Healthy() bool {
	return strings.EqualFold(d.Status, "ok") || strings.EqualFold(d.Status, "idle") || strings.EqualFold(d.Status, "sleeping")
}

// storage is what a device says of its disks. Sizes are MB of 2^20 bytes
// (Hikvision's ISAPI guide, XML_storage).
type storage struct {
	Disks   []storedOn `xml:"hddList>hdd"`
	Volumes []storedOn `xml:"nasList>nas"`
}

type storedOn struct {
	ID       string `xml:"id"`
	Name     string `xml:"hddName"`
	Path     string `xml:"path"`
	Status   string `xml:"status"`
	Capacity string `xml:"capacity"`
	Free     string `xml:"freeSpace"`
}

// Disks lists what the device records on. A device that does not tell gives
// none and no error.
func (r *Recorder) Disks(ctx context.Context) ([]Disk, error) {
	if _, err := r.join(ctx); err != nil {
		return nil, r.fail("list disks", 0, err)
	}
	doc, err := r.optional(ctx, storagePath)
	if err != nil {
		return nil, r.fail("list disks", 0, err)
	}
	return readDisks(doc.body), nil
}

func readDisks(body []byte) []Disk {
	var s storage
	if len(body) == 0 || newXMLDecoder(body).Decode(&s) != nil {
		return nil
	}
	var list []Disk
	for _, d := range append(s.Disks, s.Volumes...) {
		if len(list) == maxDisks {
			break
		}
		name := cmp.Or(d.Name, d.Path, d.ID)
		list = append(list, Disk{
			Name: CleanText(name, maxName), Status: CleanText(d.Status, maxName),
			Capacity: megabytes(d.Capacity), Free: megabytes(d.Free),
		})
	}
	return list
}

// megabytes reads a size in MB; what is none, or more than there can be, is 0.
func megabytes(text string) int64 {
	const most = 1 << 40
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n < 0 || n > most {
		return 0
	}
	return n << 20
}
