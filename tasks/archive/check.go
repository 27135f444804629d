package archive

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"example.com/hikgrab/nvr/media"
)

// extensionOf returns the extension of a recording, or "" if it is none.
func extensionOf(c media.Container) string {
	switch {
	case !c.Recording():
		return ""
	case c == media.JPEG:
		return ".jpg"
	case c == media.MP4:
		return ".mp4"
	}
	return ".mpg"
}

// readHead returns the bytes that tell what a file is, fewer if it is shorter.
func readHead(f io.ReaderAt) ([]byte, error) {
	head := make([]byte, media.SniffLen)
	n, err := f.ReadAt(head, 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return head[:n], err
}

// foreignExt is the extension of a file in an unknown container, as of
// everything from recorders that cannot become an MP4.
const foreignExt = ".mpg"

// proveBoxes checks, on what the disk returns, that the file consists of an
// MP4's boxes from the first byte to the last.
func proveBoxes(f io.ReaderAt, size int64) error {
	missing := map[string]bool{"ftyp": true, "moov": true, "mdat": true}
	for at := int64(0); at < size; {
		var head [16]byte
		n, err := f.ReadAt(head[:], at)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		length, least := int64(binary.BigEndian.Uint32(head[:])), int64(8)
		if length == 1 {
			length, least = int64(binary.BigEndian.Uint64(head[8:])), 16
		}
		if int64(n) < least || length < least || length > size-at {
			return fmt.Errorf("the MP4 has a box of %d bytes at byte %d of %d", length, at, size)
		}
		delete(missing, string(head[4:8]))
		at += length
	}
	if len(missing) > 0 {
		return fmt.Errorf("the MP4 of %d bytes lacks %d of its boxes", size, len(missing))
	}
	return nil
}
