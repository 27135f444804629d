package archive

import (
	"errors"
	"fmt"
	"io"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/media"
)

// extensionOf returns the extension of a recording; "" of what is none.
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

// readHead returns the bytes that tell what a file is, fewer when it is shorter.
func readHead(f io.ReaderAt) ([]byte, error) {
	head := make([]byte, media.SniffLen)
	n, err := f.ReadAt(head, 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return head[:n], err
}

// checkSize compares what the part holds with the receipt: nvr has decided how
// many bytes the whole recording is.
func checkSize(have int64, r nvr.Receipt) error {
	switch {
	case have == 0:
		return errors.New("nothing came")
	case have != r.Length:
		return fmt.Errorf("%d bytes are in the file, the recording has %d", have, r.Length)
	}
	return nil
}

// foreignExt is the extension of what is in no container that is known: like that
// of all that recorders send and no MP4 can be made of.
const foreignExt = ".mpg"

// exact reports whether the part has the very length that the search announced,
// if it announced one.
func (p *Part) exact() bool {
	size := p.item.Recording.Size
	return size <= 0 || p.Offset() == size
}
