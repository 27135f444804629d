package simulator

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
)

// photo returns the first size bytes of a picture: a JPEG padded with comments.
// It is cut off if size is too small.
func photo(r Recording, size int64) *Content {
	img := image.NewRGBA(image.Rect(0, 0, clipWidth, clipHeight))
	seed := checksum(r.Name, r.Start.Unix())
	for y := range clipHeight {
		for x := range clipWidth {
			img.SetRGBA(x, y, color.RGBA{byte(x) + byte(seed), byte(y) + byte(seed>>8), byte(seed >> 16), 255})
		}
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, img, &jpeg.Options{Quality: 60}) // a Buffer never fails
	encoded := b.Bytes()
	whole := append(make([]byte, 0, max(r.Size, int64(len(encoded)))), encoded[:2]...)
	for left := r.Size - int64(len(encoded)); left >= 4; {
		n := min(left, 0xFFFF+2)
		if rest := left - n; rest > 0 && rest < 4 {
			n -= 4
		}
		whole = append(whole, 0xFF, 0xFE, byte((n-2)>>8), byte(n-2))
		whole = append(whole, strings.Repeat("-", int(n-4))...)
		left -= n
	}
	whole = append(whole, encoded[2:]...)
	whole = append(whole, make([]byte, max(r.Size-int64(len(whole)), 0))...)
	return &Content{size: min(size, r.Size), whole: whole}
}
