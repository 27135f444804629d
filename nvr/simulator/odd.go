package simulator

import (
	"bytes"
	"io"
)

// Sizes of what oddities put into a file.
const (
	oddFill   = 512    // bytes of 0xFF between two packs
	oddSmooth = 20_000 // a file that is smaller stays as it is
)

// odd returns the first size bytes of a recording as a device writes it that
// does not keep to what is common in its files. It has as many bytes as without.
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
	file, _ := io.ReadAll(plain) // Content does not fail
	packs := plain.packs()
	middle := packs[len(packs)/2]
	var between []byte
	if k.HeaderAgain {
		between = append(between, imkh(ch.Codec, plain.plan.spec.sound > 0)...)
	}
	if k.FillBetween {
		between = append(between, bytes.Repeat([]byte{0xFF}, oddFill)...)
	}
	whole := append(make([]byte, 0, want), file[:middle]...)
	whole = append(append(whole, between...), file[middle:]...)
	if k.MidGOP && len(packs) > 2 {
		// The first picture of a loop is its key frame. What it took up is made
		// up for at the end.
		whole = append(whole[:packs[0]], whole[packs[1]:]...)
		whole = append(whole, padding(int64(packs[1]-packs[0]))...)
	}
	whole = append(whole, make([]byte, k.ZeroFill)...)
	return &Content{size: min(size, want), whole: whole}
}

// packs returns where the pictures of the first loop begin.
func (c *Content) packs() []int {
	at := make([]int, 0, len(c.marks))
	for _, m := range c.marks {
		at = append(at, len(c.head)+m.pack)
	}
	return at
}
