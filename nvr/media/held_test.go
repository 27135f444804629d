package media

import (
	"testing"

	"example.com/hikgrab/nvr/media/es"
)

// album keeps the pictures that it receives.
type album struct {
	heard
	data string
}

func (a *album) picture(u *es.AccessUnit) { a.data += string(u.Data) }
func (a *album) pictureTime(int64, int64) {}

// TestReplaceDamaged replaces a damaged picture with a copy only if it is the
// same picture, undamaged.
func TestReplaceDamaged(t *testing.T) {
	t.Parallel()
	stamp := es.Stamp{PTS: 9, HasPTS: true, Number: 3, Numbered: true}
	for _, c := range []struct {
		name   string
		change func(held, again *es.AccessUnit)
		want   string
	}{
		{"the same", func(_, _ *es.AccessUnit) {}, "ab"},
		{"damaged as well", func(_, u *es.AccessUnit) { u.Damaged = true }, "xb"},
		{"another stamp", func(_, u *es.AccessUnit) { u.PTS = 8 }, "xb"},
		{"another number", func(_, u *es.AccessUnit) { u.Number = 4 }, "xb"},
		{"another picture of its packet", func(_, u *es.AccessUnit) { u.HasPTS = false }, "xb"},
		{"the picture in front of it in its packet", func(h, _ *es.AccessUnit) { h.HasPTS = false }, "xb"},
		{"not damaged at all", func(h, _ *es.AccessUnit) { h.Damaged = false }, "xb"},
	} {
		a := &album{}
		r := &reader{sink: a}
		r.report.Frames = 2
		held := es.AccessUnit{Stamp: stamp, Damaged: true, Data: []byte("x")}
		again := es.AccessUnit{Stamp: stamp, Data: []byte("a")}
		c.change(&held, &again)
		r.store(&held)
		held.Data[0] = '?' // the splitter reuses its buffer
		r.replaceDamaged(&again)
		r.store(&es.AccessUnit{Data: []byte("b")})
		r.release()
		if a.data != c.want {
			t.Errorf("%s: %q, want %q", c.name, a.data, c.want)
		}
	}
}
