package nvr

import (
	"cmp"
	"context"
	"encoding/xml"
	"strconv"
	"strings"
)

const storagePath = "/ISAPI/ContentMgmt/Storage"

// maxDisks exceeds the hard disks, and the network volumes, of any recorder.
const maxDisks = 64

// Disk is a hard disk or network volume where a device records.
type Disk struct {
	Name     string // the device's name for it, cleaned
	Status   string // the device's own word, cleaned: ok, error, unformatted, offline and others
	Capacity int64  // bytes; 0 if unknown
	Free     int64  // bytes; usually 0, because devices overwrite the oldest recordings
}

// Healthy reports whether the device can record on the disk, even if it is idle
// now.
func (d Disk) Healthy() bool {
	return strings.EqualFold(d.Status, "ok") || strings.EqualFold(d.Status, "idle") || strings.EqualFold(d.Status, "sleeping")
}

// storage is a device's list of disks. Sizes are in MB of 2^20 bytes
// (Hikvision's ISAPI guide, XML_storage).
type storage struct {
	Disks   disks `xml:"hddList>hdd"`
	Volumes disks `xml:"nasList>nas"`
}

// disks drops what follows the first maxDisks while decoding. A hostile list
// could have a million.
type disks []storedOn

func (l *disks) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	if len(*l) == maxDisks {
		return d.Skip()
	}
	*l = append(*l, storedOn{})
	return d.DecodeElement(&(*l)[len(*l)-1], &start)
}

type storedOn struct {
	ID       string `xml:"id"`
	Name     string `xml:"hddName"`
	Path     string `xml:"path"`
	Status   string `xml:"status"`
	Capacity string `xml:"capacity"`
	Free     string `xml:"freeSpace"`
}

// Disks lists where the device records. For a device that does not say, it
// returns none and no error.
func (r *Recorder) Disks(ctx context.Context) ([]Disk, error) {
	var doc document
	_, err := r.join(ctx)
	if err == nil {
		doc, err = r.optional(ctx, storagePath)
	}
	return readDisks(doc.body), r.fail("list disks", 0, err)
}

func readDisks(body []byte) []Disk {
	var s storage
	if len(body) == 0 || newXMLDecoder(body).Decode(&s) != nil {
		return nil
	}
	var list []Disk
	for _, d := range append(s.Disks, s.Volumes...) {
		name := cmp.Or(d.Name, d.Path, d.ID)
		list = append(list, Disk{
			Name: CleanText(name, maxName), Status: CleanText(d.Status, maxName),
			Capacity: megabytes(d.Capacity), Free: megabytes(d.Free),
		})
	}
	return list
}

// megabytes parses a size in MB. An invalid or impossible size is 0.
func megabytes(text string) int64 {
	const most = 1 << 40
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n < 0 || n > most {
		return 0
	}
	return n << 20
}
