//go:build !windows

package command

// systemLocale returns nothing: where the environment does not name a language,
// nobody does.
func systemLocale() string { return "" }
