package ui

// pen is what everything is drawn with. What needs no more than it and its
// arguments is a method of it, so that a part of the screen can be read, and
// tested, without knowing the rest.
type pen struct {
	glyphs glyphs
	styles styles
}
