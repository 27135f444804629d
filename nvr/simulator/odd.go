package simulator

import (
	"bytes"
	"io"
)

// Sizes of the oddities in a file.
const (
	oddFill   = 512    // bytes of 0xFF between two packs
	oddSmooth = 20_000 // smaller files are left unchanged
)

// odd returns the first size bytes of a recording from a device with unusual
// files. The oddities do not change the length.
func (k Quirks) odd(ch Channel, r Recording, size int64) *Content {
	if k.PrivateFile {
		c := footage(ch, r, size, false)
		copy(c.head, "4HKH")
		return c
	}
	want := r.Size
	extra := k.ZeroFill
	if k.FillBetween {
		extra += oddFill
	}
	if k.HeaderAgain {
		extra += headerSize
	}
	if extra == 0 && !k.MidGOP || want < oddSmooth+extra {
		return footage(ch, r, size, k.BareStream)
	}
	r.Size -= extra
	plain := footage(ch, r, r.Size, k.BareStream)
	file, _ := io.ReadAll(plain) // reading Content never fails
	pack := func(picture int) int { return len(plain.head) + plain.marks[picture].pack }
	middle := pack(len(plain.marks) / 2)
	var between []byte
	if k.HeaderAgain {
		between = append(between, imkh(ch.Codec, plain.plan.spec.sound > 0)...)
	}
	if k.FillBetween {
		between = append(between, bytes.Repeat([]byte{0xFF}, oddFill)...)
	}
	whole := append(make([]byte, 0, want), file[:middle]...)
	whole = append(append(whole, between...), file[middle:]...)
	if k.MidGOP && len(plain.marks) > 2 {
		// The first picture of a loop is its key frame. Padding at the end replaces
		// its bytes.
		whole = append(whole[:pack(0)], whole[pack(1):]...)
		whole = append(whole, padding(int64(pack(1)-pack(0)))...)
	}
	whole = append(whole, make([]byte, k.ZeroFill)...)
	return &Content{size: min(size, want), whole: whole}
}
