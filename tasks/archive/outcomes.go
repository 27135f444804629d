package archive

import (
	"iter"
	"maps"
)

// CameraOutcomes yields how every camera ended that ever did.
func (a *Archive) CameraOutcomes() iter.Seq2[CameraKey, string] {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.All(maps.Clone(a.index.cameras))
}
