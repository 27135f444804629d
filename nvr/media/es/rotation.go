package es

// Rotation is the rotation of a picture for display: x and y become A*x + C*y
// and B*x + D*y. The zero value means none.
type Rotation struct{ A, B, C, D int8 }

// displayOrientation is the payload type of a display orientation message.
const displayOrientation = 47

// parseRotation finds a display orientation in the payload of a supplemental
// enhancement information NAL unit. It accepts only multiples of 90 degrees.
func parseRotation(payload []byte) (Rotation, bool) {
	b := rbsp(payload)
	for len(b) > 2 {
		kind, rest := message(b)
		size, rest := message(rest)
		size = min(size, len(rest))
		if kind == displayOrientation {
			return orientation(&bits{b: rest[:size]})
		}
		b = rest[size:]
	}
	return Rotation{}, false
}

// message reads the type or the size of a message.
func message(b []byte) (n int, rest []byte) {
	for i, c := range b {
		if n += int(c); c != 0xFF {
			return n, b[i+1:]
		}
	}
	return n, nil
}

func orientation(r *bits) (Rotation, bool) {
	canceled, mirrored, upended := r.flag(), r.flag(), r.flag()
	angle := r.u(16) // anticlockwise, in 1/65536 of a turn, after the flips
	if canceled || r.over || angle%(1<<14) != 0 {
		return Rotation{}, false
	}
	quarters := [...]Rotation{{1, 0, 0, 1}, {0, -1, 1, 0}, {-1, 0, 0, -1}, {0, 1, -1, 0}}
	t := quarters[angle>>14]
	if mirrored {
		t.A, t.B = -t.A, -t.B
	}
	if upended {
		t.C, t.D = -t.C, -t.D
	}
	return t, true
}
