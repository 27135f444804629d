// Package sheet reads task sheets (.xlsx, .xlsm, .csv) and writes them: the
// template to fill in, and sheets of given tasks. It is the only place that
// knows excelize.
//
// It reports what can be seen in the cells, every fault at once and by its
// cell, and refuses what a spreadsheet program has changed beyond telling: a
// wrong password is a step towards a locked account. No message of it repeats
// a password, wherever in the sheet it stands.
//
// It is not for judging whether a recorder exists or a login works: it
// contacts nobody.
package sheet
