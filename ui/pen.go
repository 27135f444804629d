package ui

import "example.com/hikgrab/ui/units"

// pen is what everything is drawn with. What needs no more than it and its
// arguments is a method of it, so that a part of the screen can be read, and
// tested, without knowing the rest.
type pen struct {
	glyphs glyphs
	styles styles
	nouns  nouns
}

// nouns say what the rows are, and what they are grouped by.
type nouns struct{ row, group string }

// nounsFor returns those of a download, or of files that are brought home.
func nounsFor(files bool) nouns {
	if files {
		return nouns{"file", "machine"}
	}
	return nouns{"camera", "recorder"}
}

// rows writes how many rows there are of something: "3 cameras".
func (n nouns) rows(count int) string { return units.Count(count, n.row) }
