package mp4

import (
	"encoding/binary"
	"io"
	"slices"
	"testing"
)

// sparse is a file that keeps writes by offset.
type sparse struct {
	at, size int64
	written  map[int64][]byte
}

func (f *sparse) Write(p []byte) (int, error) {
	f.written[f.at] = slices.Clone(p)
	f.at += int64(len(p))
	f.size = max(f.size, f.at)
	return len(p), nil
}

func (f *sparse) Seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekEnd {
		offset += f.size
	}
	f.at = offset
	return offset, nil
}

// TestLargeFile pretends that 5 GiB lie between two samples: offsets and sizes
// must keep their upper halves.
func TestLargeFile(t *testing.T) {
	t.Parallel()
	f := &sparse{written: map[int64][]byte{}}
	w, err := New(f, 4096)
	if err != nil {
		t.Fatal(err)
	}
	v := w.Video()
	v.Width, v.Height, v.Last, v.Entry = 16, 16, 3600, Entry("\x00\x00\x00\x08avc1")
	const far = 5 << 30
	for i := range 3 {
		if err := v.Write([]byte("sample"), i == 0); err != nil {
			t.Fatal(err)
		}
		// A gap of 47,000 s in 90 kHz units still fits between two samples;
		// two of them exceed 32 bits together.
		v.Time(int64(i)*47000*movieScale, 0)
		w.latest = nil // the next sample begins a chunk
		w.pos += far
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	const mdatHeader = 16
	size := binary.BigEndian.Uint64(f.written[w.mdat+8])
	if want := uint64(mdatHeader + 3*6 + 3*far); size != want {
		t.Errorf("media data of %d bytes, want %d", size, want)
	}
	index := f.written[w.mdat-w.reserve]
	at := slices.Index(index, 'c')
	for string(index[at:at+4]) != "co64" {
		at += 1 + slices.Index(index[at+1:], 'c')
	}
	for i := range int64(3) {
		got := int64(binary.BigEndian.Uint64(index[at+12+int(i)*8:]))
		if want := w.mdat + mdatHeader + i*(far+6); got != want {
			t.Errorf("chunk %d at %d, want %d", i, got, want)
		}
	}
	if v.length() != 2*47000*movieScale+3600 {
		t.Errorf("lasts %d", v.length())
	}
	if versionFor(v.length()) != 1 || index[8+8] != 1 {
		t.Error("a long duration needs wide fields")
	}
}

func TestSamplesWithoutTimes(t *testing.T) {
	t.Parallel()
	w, err := New(&sparse{written: map[int64][]byte{}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Video().Write([]byte("sample"), true); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err == nil {
		t.Error("a sample without a time was accepted")
	}
}
