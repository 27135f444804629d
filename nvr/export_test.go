package nvr

// SuspectCutsFrom lets a test with few items meet what real devices do after
// thousands. It returns what undoes it.
func SuspectCutsFrom(items int) (undo func()) {
	before := cutSuspicion
	cutSuspicion = items
	return func() { cutSuspicion = before }
}
