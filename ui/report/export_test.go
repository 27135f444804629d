package report

// SetAtOnce changes how many recordings a page shows at once, until restore is
// called.
func SetAtOnce(n int) (restore func()) {
	old := atOnce
	atOnce = n
	return func() { atOnce = old }
}
