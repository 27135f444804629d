package flags

import (
	"errors"
	"fmt"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/derive"
)

// Layout returns how finished files are named. The error says what is wrong
// with --layout.
func (f *Flags) Layout() (archive.Layout, error) {
	layout, err := archive.ParseLayout(f.layout)
	if err != nil {
		return layout, fmt.Errorf("--layout: %w", err)
	}
	return layout, nil
}

// derivations returns what is to be made of the recordings.
func (f *Flags) derivations(format archive.Format) (x tasks.Derivations, err error) {
	switch {
	case f.cut && !format.Movies():
		return x, errors.New("--cut works on MP4s: leave --format raw away, or use --format both to keep the recorder's bytes whole beside them")
	case f.join && !format.Movies():
		return x, errors.New("--join works on MP4s: leave --format raw away, or use --format both")
	}
	x.Join = f.join
	if f.frames != "" {
		if x.Every, err = derive.ParseEvery(f.frames); err != nil {
			return x, fmt.Errorf("--frames: %w", err)
		}
	}
	return x, nil
}
