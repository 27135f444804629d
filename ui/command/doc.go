// Package command is hikgrab's command line: the commands, how they are wired,
// signals and exit codes.
//
// It is not for decisions about recorders, recordings or the screen: those live
// in tasks, nvr and the other packages of ui.
package command
