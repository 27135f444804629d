package mediatest

import "strings"

// Unit returns a NAL unit with a header and a payload given in bits, which may
// be grouped by spaces. It ends with a stop bit and with bytes that resemble
// nothing.
func Unit(head, bits string) []byte {
	bits = strings.ReplaceAll(bits, " ", "") + "1"
	bits += strings.Repeat("0", -len(bits)&7)
	b := []byte(head)
	for ; bits != ""; bits = bits[8:] {
		var v byte
		for _, c := range bits[:8] {
			v = v<<1 | byte(c-'0')
		}
		b = append(b, v)
	}
	return append(b, 0x55, 0x55, 0x55)
}
