package report

// SetAtOnce changes how many recordings a page shows all at once, until the
// function that it returns is called.
func SetAtOnce(n int) (restore func()) {
	old := atOnce
	atOnce = n
	return func() { atOnce = old }
}
