// Package sheet reads task sheets (.xlsx, .xlsm, .csv) and writes them: the
// template to fill in, sheets of given tasks, and results. It is the only
// package that knows excelize.
//
// It reports what can be seen in the cells, all faults at once, each by its
// cell. It refuses what a spreadsheet program has changed beyond recognition: a
// wrong password is a step towards a locked account. None of its messages
// repeats a password, wherever in the sheet it is.
//
// It is not for judging whether a recorder exists or a login works: it contacts
// nobody.
package sheet
