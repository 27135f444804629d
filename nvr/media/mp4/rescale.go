package mp4

// Rounding says how to round a time between two units.
type Rounding int

// The ways of rounding.
const (
	Nearest Rounding = iota // halves away from zero, so that the result for -x is minus the result for x
	Down
	Up
)

// Rescale converts a time from units of 1/from seconds to units of 1/to
// seconds. Both must be between 1 and 1e9, as in a Stream; then times of
// centuries do not overflow.
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
