package mp4

// Rounding says what becomes of a time that falls between two units.
type Rounding int

// The ways of rounding.
const (
	Nearest Rounding = iota // halves away from zero, so that -x becomes the negative of what x becomes
	Down
	Up
)

// Rescale converts a time from units of which a second has from to units of
// which it has to. Both are at least 1 and at most 1e9, as those of a Stream are;
// then times of centuries do not overflow.
func Rescale(t, from, to int64, r Rounding) int64 {
	if from == to {
		return t
	}
	whole, rest := t/from, t%from
	if rest < 0 {
		whole, rest = whole-1, rest+from
	}
	// rest is not negative, so the division rounds down.
	part, left := rest*to/from, rest*to%from
	switch {
	case r == Up && left > 0, r == Nearest && (left > from-left || left == from-left && t > 0):
		part++
	}
	return whole*to + part
}
