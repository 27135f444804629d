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

// check decides whether the part is a whole recording and which extension it
// gets. What is wrong with it comes back as Damaged.
func (p *Part) check(r nvr.Receipt) (ext string, err error) {
	damaged := func(err error) error {
		return &Error{Op: "check", Path: printable(p.archive.path(p.name)), Kind: Damaged, Err: err}
	}
	if err := checkSize(p.offset.Load(), r); err != nil {
		return "", damaged(err)
	}
	// What somebody did to the file meanwhile is not on the books.
	if info, err := p.archive.root.Lstat(p.name); err != nil {
		return "", p.archive.fail("check", p.name, err)
	} else if info.Size() != p.offset.Load() {
		return "", damaged(fmt.Errorf("the part has %d bytes, %d were written", info.Size(), p.offset.Load()))
	}
	head, err := readHead(p.file)
	if err != nil {
		return "", p.archive.fail("check", p.name, err)
	}
	c := media.Sniff(head)
	if ext = extensionOf(c); ext == "" && p.exact() && !c.Message() {
		return foreignExt, nil // judge decides
	}
	if ext == "" {
		return "", damaged(fmt.Errorf("it begins with %q, which is no recording", head[:min(len(head), 8)]))
	}
	return ext, nil
}

// foreignExt is the extension of what is in no container that is known: like that
// of all that recorders send and no MP4 can be made of.
const foreignExt = ".mpg"

// exact reports whether the part has the very length that the search announced,
// if it announced one.
func (p *Part) exact() bool {
	size := p.item.Recording.Size
	return size <= 0 || p.offset.Load() == size
}
