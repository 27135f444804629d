// Package command is the command line of hikgrab: its commands, what they wire
// together, signals and the exit code.
//
// It is not for deciding anything about recorders, recordings or the screen:
// what the commands work with lives in tasks, nvr and the other packages of ui.
package command
