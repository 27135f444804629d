package archive

import (
	"bufio"
	"errors"
	"io"
)

const manifestSpare = ownDir + "/manifest.new"

// upgrade writes a manifest without begins anew, with it, in one step.
func (m *manifest) upgrade() error {
	old, err := m.root.OpenRead(manifestName)
	if err != nil {
		return err
	}
	defer func() { _ = old.Close() }() // it was only read
	err = m.root.Replace(manifestName, manifestSpare, func(w io.Writer) error {
		return errors.Join(copyUpgraded(w, old), old.Close())
	})
	if err != nil {
		return err
	}
	m.log.Info("The manifest has a new column: begins, the time of the first picture", "file", manifestName)
	return nil
}

// copyUpgraded copies what is no line of ours as it is.
func copyUpgraded(to io.Writer, from io.Reader) error {
	w, r := bufio.NewWriter(to), bufio.NewReaderSize(from, lineLimit)
	for first := true; ; first = false {
		line, size, err := readLine(r)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		fields, ours := manifestFields(line, true)
		var failed error
		switch {
		case first:
			_, failed = w.WriteString(manifestHeader + "\n")
		case ours:
			_, failed = w.Write(encodeLine(fields))
		case line == nil && size > 0: // longer than any line of ours
			failed = errForeign
		case size > 0:
			_, _ = w.Write(line) // a failure stays with the writer
			failed = w.WriteByte('\n')
		}
		if failed != nil {
			return failed
		}
		if err != nil {
			return w.Flush()
		}
	}
}
